import { computed, ref } from "vue";
import { sayRefused } from "@/kernel/dialogs/say";
import type { useCardStays } from "./useCardStays";

/**
 * What a page does only with the card in the reader (PORT-05): one thing at a time, waiting for the card where it was pulled.
 * What is wanted meanwhile is refused in words, and its buttons are grey: nothing is dropped without a word.
 * @param what the word of the bar that says that the card is out
 */
export function useCardActs(card: ReturnType<typeof useCardStays>, what: string) {
  const doing = ref(""); // what waits for the card, or is under way

  /** Why nothing else can be begun now; "" where it can. */
  const whyNot = computed(() => {
    if (!doing.value) return "";
    return card.waiting.value ? `正在等待绑定的卡，插回后先${doing.value}；请在此之后再操作，或点击「取消${what}」` : `正在${doing.value}，请待完成后再操作`;
  });

  /** Why nothing can be done from a dialog, behind which nobody sees what waits: that the card is out, too. */
  const whyNotHere = computed(() => whyNot.value || (card.trouble.value && `${card.trouble.value}绑定的卡插回之前不能${what}`));

  async function run(name: string, work: () => unknown): Promise<void> {
    if (whyNot.value) return sayRefused(whyNot.value);
    doing.value = name;
    try {
      if (await card.back()) await work();
    } finally {
      doing.value = "";
    }
  }

  return { whyNot, whyNotHere, run };
}
