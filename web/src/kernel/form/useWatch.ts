import { onScopeDispose, watch, type Ref } from "vue";

const EVERY_MS = 2000;

/**
 * Keeps an open document fresh while customs may answer: looks every two seconds, only in the tab in front (UI-14).
 * A stream from the server can take this function's place.
 */
export function useWatch(wanted: Readonly<Ref<boolean>>, look: () => Promise<void>): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;

  async function tick(): Promise<void> {
    if (!document.hidden) await look().catch(() => undefined); // the next look, or the user's next action, will tell
    if (wanted.value && !stopped) timer = setTimeout(tick, EVERY_MS);
  }

  watch(wanted, (now) => {
    clearTimeout(timer);
    if (now) timer = setTimeout(tick, EVERY_MS);
  }, { immediate: true });
  onScopeDispose(() => {
    stopped = true;
    clearTimeout(timer);
  });
}
