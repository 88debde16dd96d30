import { computed, ref, watch } from "vue";
import { boundCard } from "@/kernel/session";
import { mustBeBound } from "./cardService";
import { useCard } from "./useCard";

/**
 * In an application whose card stays in the reader (PORT-05): what is wrong with it now, and the way to wait for it. Saving
 * that waits goes on by itself when the bound card is back, unless the user gives it up.
 * @param wanted whether this application asks for it; else the reader is not even looked at
 */
export function useCardStays(wanted: boolean) {
  const waiting = ref(false);
  if (!wanted) return { trouble: computed(() => ""), waiting, back: () => Promise.resolve(true), giveUp: () => {} };

  const { card, trouble } = useCard((found) => mustBeBound(found, boundCard.value));
  let waiters: ((goesOn: boolean) => void)[] = [];

  /** Everybody who waits hears it: several things may wait for the one card. */
  function settle(goesOn: boolean): void {
    const told = waiters;
    waiters = [];
    waiting.value = false;
    for (const tell of told) tell(goesOn);
  }

  watch(card, (found) => found && settle(true));

  /** Answers true at once, or as soon as the bound card is in the reader; false when the user gave up. */
  function back(): Promise<boolean> {
    if (card.value) return Promise.resolve(true);
    waiting.value = true;
    return new Promise<boolean>((resolve) => waiters.push(resolve));
  }

  const giveUp = (): void => settle(false);
  return { trouble: computed(() => trouble.value?.text ?? ""), waiting, back, giveUp };
}
