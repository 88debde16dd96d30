import { computed, onScopeDispose, ref, watch } from "vue";
import { dropAutosave, keepAutosave } from "@/kernel/api/autosaves";
import { Problem } from "@/kernel/api/problem";
import { inBusinessTime } from "@/kernel/clock/businessClock";
import type { OpenDocument } from "@/kernel/form/useDocument";
import { session } from "@/kernel/session";
import { holdTab } from "./liveTabs";

const QUIET_MS = 1500; // after the last key
const LONGEST_MS = 8000; // while somebody types without a pause
const AGAIN_MS = 15_000; // after a failure
const KEEPALIVE_BYTES = 60_000; // browsers cut requests of a closing page at 64 KB

const open = new Set<() => Promise<void>>();

/** Keeps what stands in all open forms at once, before the session ends. */
export const flushAutosaves = (): Promise<unknown> => Promise.all([...open].map((flush) => flush()));

/**
 * Keeps what is typed on the server while it is typed (UI-15), under the tab's own key. 暂存 and 删除 take it away on the
 * server; typing that comes back to what is stored, 新增 and closing the tab take it away from here.
 * @param may whether this form may be saved at all
 */
export function useAutosave(document: OpenDocument, may: () => boolean) {
  const savedAt = ref("");
  const failed = ref(false);
  let kept = ""; // what the server has; "" for nothing
  let timer: ReturnType<typeof setTimeout> | undefined;
  let since = 0;
  let held = false; // 暂存 is under way
  let running: Promise<void> = Promise.resolve();
  let release = holdTab(document.tab.value);

  watch(() => ({ ...document.content.value }), () => plan(QUIET_MS)); // rows are replaced, never changed in place
  watch(document.drafts, () => plan(QUIET_MS), { deep: true });
  watch(document.tab, (_, before) => {
    release();
    release = holdTab(document.tab.value);
    forget(before);
  });

  function plan(wait: number): void {
    since ||= Date.now();
    clearTimeout(timer);
    timer = setTimeout(() => void flush(), Math.max(0, Math.min(wait, since + LONGEST_MS - Date.now())));
  }

  /** Keeps now what is not kept yet; one request after the other. */
  function flush(leaving = false): Promise<void> {
    clearTimeout(timer);
    since = 0;
    running = leaving ? keep(true) : running.then(() => keep(false));
    return running;
  }

  async function keep(leaving: boolean): Promise<void> {
    if (!may() || held) return;
    if (!document.unsaved.value) return forget(document.tab.value);
    const typed = document.typed();
    const text = JSON.stringify(typed);
    if (text === kept) return;
    const tab = document.tab.value;
    try {
      const { saved_at } = await keepAutosave(document.type, tab, typed, leaving && text.length * 3 < KEEPALIVE_BYTES);
      if (tab !== document.tab.value) return;
      [kept, savedAt.value, failed.value] = [text, inBusinessTime(saved_at), false];
    } catch (error) {
      failed.value = true;
      if (error instanceof Problem && ![401, 403, 422].includes(error.status)) timer = setTimeout(() => void flush(), AGAIN_MS);
    }
  }

  /** Nothing is left that is not stored: what was kept goes. */
  function forget(tab: string): void {
    const had = kept;
    after();
    if (had && session.value) void dropAutosave(document.type, tab).catch(() => undefined); // swept in the end
  }

  function after(): void {
    clearTimeout(timer);
    [kept, savedAt.value, failed.value, since] = ["", "", false, 0];
  }

  document.sending.around = async (work) => {
    held = true;
    clearTimeout(timer);
    await running;
    try {
      const answer = await work();
      after();
      return answer;
    } finally {
      held = false;
      plan(QUIET_MS);
    }
  };

  const leave = (): void => {
    if (window.document.visibilityState === "hidden") void flush(true);
  };
  const hide = (): void => void flush(true);
  window.document.addEventListener("visibilitychange", leave);
  window.addEventListener("pagehide", hide);
  open.add(flush);
  onScopeDispose(() => {
    window.document.removeEventListener("visibilitychange", leave);
    window.removeEventListener("pagehide", hide);
    open.delete(flush);
    release();
    forget(document.tab.value);
  });

  const note = computed(() => {
    if (failed.value) return "自动保存未成功，请尽快暂存";
    return savedAt.value ? `已自动保存 ${clock(savedAt.value)}` : "";
  });
  return { note, flush };
}

const clock = (moment: string): string =>
  new Date(moment).toLocaleTimeString("sv-SE", { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit" });
