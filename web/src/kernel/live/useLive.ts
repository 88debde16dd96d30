import { onScopeDispose, watch, type Ref } from "vue";
import { Problem } from "@/kernel/api/problem";
import type { Change } from "@/kernel/api/types";
import { live, onNews } from "./stream";

const GAP_MS = 500; // between two looks, so that many changes at once cost few
const SLOW_MS = 10_000; // how often to look while the server's word does not come

export interface LiveView {
  /** Whether a change concerns what is shown. */
  concerns(change: Change): boolean;
  /** Looks anew; what was typed, ticked and focused stays. */
  look(): Promise<void>;
  /** Whether it is in front; what comes meanwhile is looked at afterwards. */
  active: Readonly<Ref<boolean>>;
  /** Whether customs may answer at any moment: then it is looked at now and then also without the server's word. */
  waiting: Readonly<Ref<boolean>>;
  /** Whether something has changed since what is shown was asked for: then it is looked at without waiting for more. */
  behind?: boolean;
}

/**
 * Remembers whether a change comes that concerns what is not shown yet: while it is fetched nobody else listens.
 * @returns ends that and says whether one came
 */
export function useHearing(concerns: LiveView["concerns"]): () => boolean {
  let heard = false;
  const deaf = onNews((news) => {
    heard ||= news === "anything" || concerns(news);
  });
  onScopeDispose(deaf);
  return () => {
    deaf();
    return heard;
  };
}

/** Keeps fresh what is shown: looks as soon as the server tells of a change that concerns it (UI-14). */
export function useLive({ concerns, look, active, waiting, behind = false }: LiveView): void {
  let due = behind;
  let looking = false;

  function needed(): void {
    due = true;
    void pump();
  }

  async function pump(): Promise<void> {
    if (!due || looking || !active.value || document.hidden) return;
    due = false;
    looking = true;
    const away = await look().then(() => false, isAway);
    due ||= away; // once more in a while
    setTimeout(() => {
      looking = false;
      if (!away) void pump();
    }, GAP_MS);
  }

  const slow = setInterval(() => (due || (!live.value && waiting.value) ? needed() : undefined), SLOW_MS);
  const shown = (): void => void pump();
  const deaf = onNews((news) => (news === "anything" || concerns(news) ? needed() : undefined));
  watch(active, shown);
  document.addEventListener("visibilitychange", shown);
  if (behind) queueMicrotask(shown); // when whoever looks is set up
  onScopeDispose(() => {
    clearInterval(slow);
    deaf();
    document.removeEventListener("visibilitychange", shown);
    due = false;
  });
}

/** Whether the server is away for the moment; a refusal stays what it is. */
const isAway = (error: unknown): boolean => !(error instanceof Problem) || error.status === 0 || error.status >= 500;
