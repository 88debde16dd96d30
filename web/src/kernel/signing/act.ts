import type { PreparedAct, Signed } from "@/kernel/api/types";
import { boundCard } from "@/kernel/session";
import { inspectAct, type ShownAct } from "./inspect";
import { signWithCard } from "./sign";

/** An act of a chapter's own that the card signs: what is signed, in the user's words and to the letter, and both requests. */
export interface Act<A> extends Omit<ShownAct, "card"> {
  title: string;
  facts: { label: string; value: string }[];
  /** The chapter's route that prepares the act for this card. */
  prepare(card: string): Promise<PreparedAct>;
  /** The chapter's route that takes the signature; a refusal there closes the dialog. */
  perform(signed: Signed): Promise<A>;
}

/**
 * Has the bound card sign an act, in the same dialog and with the same checks as a document (PORT-05, PORT-08).
 * @returns what `perform` answered, null when the user cancelled; @throws what `prepare` or `perform` threw
 */
export async function signAct<A>({ title, facts, type, action, content, prepare, perform }: Act<A>): Promise<A | null> {
  let answer: A | null = null;
  await signWithCard<PreparedAct>({
    title,
    facts,
    bound: boundCard.value,
    prepare: async (card) => {
      const prepared = await prepare(card);
      await inspectAct(prepared, { type, action, card, content });
      return prepared;
    },
    submit: async ({ prepared, signature, certificate }) => {
      answer = await perform({ token: prepared.token, signature, certificate });
    },
  });
  return answer;
}
