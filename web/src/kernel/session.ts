import { computed, ref } from "vue";
import { endSession, getConfig, getSession } from "@/kernel/api/session";
import "@/kernel/attended";
import { onStaleToken, useCsrf } from "@/kernel/api/client";
import { Problem } from "@/kernel/api/problem";
import type { Config, Session } from "@/kernel/api/types";

/** The session of this browser; null when nobody is logged in. */
export const session = ref<Session | null>(null);

export const config = ref<Config>({ title: "国际贸易“单一窗口”标准版", card_url: "ws://127.0.0.1:61232", demo: false });

export const boundCard = computed(() => session.value?.bound_card ?? null);

const MARK = "session/begun"; // without it, a new visitor's page need not ask for a session

/** Begins a session in this browser. */
export function enter(begun: Session): void {
  session.value = begun;
  localStorage.setItem(MARK, "1");
  useCsrf(begun.csrf);
}

/** Asks the server for the session anew: a card was bound, the password changed. */
export async function renew(): Promise<void> {
  enter(await getSession());
}

/** Forgets the session in this browser (the server ended it, or said that it is over). */
export function forget(): void {
  session.value = null;
  localStorage.removeItem(MARK);
  useCsrf("");
}

/** Ends the session on the server and here (PORT-07). */
export async function logOut(): Promise<void> {
  await endSession().catch((error: unknown) => {
    if (!(error instanceof Problem && error.slug === "not-logged-in")) throw error; // already over is over
  });
  forget();
}

/** Whether this browser remembers that a session was begun. */
export const remembered = (): boolean => localStorage.getItem(MARK) !== null;

/** Takes up the session of an earlier page load, if it still lives. */
export async function restore(): Promise<void> {
  try {
    enter(await getSession());
  } catch {
    forget();
  }
}

/** Takes up the session that another tab of this browser began, if it is the same account's. */
onStaleToken(async () => {
  const begun = await getSession().catch(() => null);
  if (!begun || begun.account.username !== session.value?.account.username) return false;
  enter(begun);
  return true;
});

/** Learns what the server says of itself; the defaults stay when it does not answer. */
export async function learnConfig(): Promise<void> {
  try {
    config.value = await getConfig();
  } catch {
    // the first real request will tell the user that the server is away
  }
}
