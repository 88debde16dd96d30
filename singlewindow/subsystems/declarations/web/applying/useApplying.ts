import { isLost, Problem } from "@/kernel/api/problem";
import type { Signed, Violation } from "@/kernel/api/types";
import { randomKey } from "@/kernel/randomKey";
import { signAct } from "@/kernel/signing/act";
import { apply, prepareApplication } from "../api";
import { reasons } from "../reasons";
import type { Outcome, Wanted } from "../shapes";
import { KINDS, sealWord } from "../words";

/** What an application came to: its result, or why nothing of it was accepted; `lost`: nobody knows whether it was. */
export type Answer =
  | { wanted: Wanted; outcome: Outcome; refused: null; lost: false }
  | { wanted: Wanted; outcome: null; refused: Violation[]; lost: boolean };

/** Applying for print or export: the card signs what is applied for, the server says what came of it (PRNT-02, PRNT-03). */
export function useApplying(done: (answer: Answer) => void) {
  /** Has the card sign and hands the application in. */
  async function start(wanted: Wanted): Promise<void> {
    try {
      const outcome = await sign(wanted);
      if (outcome) done({ wanted, outcome, refused: null, lost: false });
    } catch (error) {
      if (!(error instanceof Problem && error.slug === "not-logged-in")) done({ wanted, outcome: null, refused: reasons(error), lost: isLost(error) });
    }
  }

  return { start };
}

const sign = (wanted: Wanted): Promise<Outcome | null> => signAct<Outcome>({
  title: KINDS[wanted.kind], facts: factsOf(wanted), type: "declarations", action: "apply", content: wanted,
  prepare: (card) => prepareApplication({ ...wanted, card_no: card }), perform: handIn,
});

/** An answer that was lost on the way is asked for once more: the same key is the same application. */
async function handIn(signed: Signed): Promise<Outcome> {
  const key = randomKey();
  try {
    return await apply(signed, key);
  } catch (error) {
    if (!isLost(error)) throw error;
    return apply(signed, key);
  }
}

function factsOf({ kind, sealed, numbers }: Wanted): { label: string; value: string }[] {
  const [first] = numbers;
  return [
    { label: "签名事项", value: kind === "print" ? `${KINDS.print}（${sealWord(sealed)}）` : KINDS.export },
    { label: "报关单号", value: numbers.length > 1 ? `${first} 等 ${numbers.length} 票` : first! },
  ];
}
