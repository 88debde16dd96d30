import { onScopeDispose, ref, shallowRef } from "vue";
import { lineOf } from "@/kernel/api/problem";
import type { CardOwner } from "@/kernel/card/client";
import { CardProblem } from "@/kernel/card/problem";
import { cardClient } from "./cardService";

const AGAIN_MS = 3000;

/**
 * The card in the reader, as a dialog shows it: read at once, and again whenever one is put in or pulled
 * or the card service comes back.
 * @param accept throws a `CardProblem` for a card that must not be used here
 */
export function useCard(accept: (card: CardOwner) => void = () => {}) {
  const client = cardClient();
  const card = shallowRef<CardOwner | null>(null);
  const trouble = shallowRef<CardProblem | null>(null);
  const reading = ref(false);
  let turn = 0;
  let again: ReturnType<typeof setTimeout> | undefined;

  async function read(): Promise<void> {
    const mine = ++turn;
    clearTimeout(again);
    reading.value = true;
    try {
      const found = await client.owner();
      accept(found);
      if (mine === turn) [card.value, trouble.value] = [found, null];
    } catch (error) {
      if (mine === turn) refuse(asProblem(error));
    } finally {
      if (mine === turn) reading.value = false;
    }
  }

  function refuse(problem: CardProblem): void {
    [card.value, trouble.value] = [null, problem];
    if (problem.kind === "no-service") again = setTimeout(read, AGAIN_MS);
  }

  const stops = [client.on("card_inserted", () => void read()), client.on("card_removed", () => void read())];
  onScopeDispose(() => {
    turn = -1;
    clearTimeout(again);
    for (const stop of stops) stop();
  });
  void read();
  return { client, card, trouble, reading, read };
}

/** Whatever was caught, as a problem that can be shown. */
export const asProblem = (error: unknown): CardProblem =>
  error instanceof CardProblem ? error : new CardProblem("failed", lineOf(error), "");
