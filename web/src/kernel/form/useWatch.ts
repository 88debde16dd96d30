import { onScopeDispose, watch, type Ref } from "vue";

const EVERY_MS = 2000;

/**
 * Keeps an open document fresh while customs may answer: looks every two seconds, only in the tab in front (UI-14).
 * A stream from the server can take this function's place.
 */
export function useWatch(wanted: Readonly<Ref<boolean>>, look: () => Promise<void>): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let round = 0; // only the newest round goes on; an older one may still wait for its answer

  async function tick(mine: number): Promise<void> {
    if (!document.hidden) await look().catch(() => undefined); // the next look, or the user's next action, will tell
    if (mine === round) timer = setTimeout(tick, EVERY_MS, mine);
  }

  watch(wanted, (now) => {
    stop();
    if (now) timer = setTimeout(tick, EVERY_MS, round);
  }, { immediate: true });
  onScopeDispose(stop);

  function stop(): void {
    round += 1;
    clearTimeout(timer);
  }
}
