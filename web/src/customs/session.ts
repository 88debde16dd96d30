import { ref } from "vue";
import "@/kernel/attended";
import { onSessionLost, useCsrf } from "@/kernel/api/client";
import { api, type Session } from "./api";

/** The officer who is logged in, or null. */
export const session = ref<Session | null>(null);
/** Whether a session ended that nobody ended on this page: it expired, or was ended in another tab. */
export const ended = ref(false);

const MARK = "customs-session"; // that there may be a session: the cookie itself is out of the page's reach

function take(found: Session | null, lost = false): void {
  ended.value = lost && (ended.value || session.value !== null);
  session.value = found;
  useCsrf(found?.csrf ?? "");
  if (found) localStorage.setItem(MARK, "1");
  else localStorage.removeItem(MARK);
}

onSessionLost(() => take(null, true));

/** Take up the session of the cookie, if there is one. */
export async function restore(): Promise<void> {
  if (!localStorage.getItem(MARK)) return;
  try {
    take(await api.session());
  } catch {
    take(null);
  }
}

/** Open a session. @throws {Problem} when user name or password are wrong, or tried too often. */
export async function logIn(username: string, password: string): Promise<void> {
  take(await api.logIn(username, password));
}

/** End the session on the server; the page shows the log-in also when the server is away. */
export async function logOut(): Promise<void> {
  try {
    await api.logOut();
  } finally {
    take(null);
  }
}
