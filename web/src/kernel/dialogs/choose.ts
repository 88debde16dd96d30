import { shallowRef } from "vue";

export interface Choice {
  value: string;
  label: string;
}

export interface ChoiceQuestion {
  title: string;
  text: string;
  choices: Choice[];
  /** Which of them has the focus at first. */
  first?: string;
}

export const offered = shallowRef<(ChoiceQuestion & { answer: (value: string | null) => void }) | null>(null);

/** Asks which of several things is meant; null when the user gave up. One question at a time. */
export function choose(question: ChoiceQuestion): Promise<string | null> {
  offered.value?.answer(null);
  return new Promise((resolve) => {
    const answer = (value: string | null): void => {
      offered.value = null;
      resolve(value);
    };
    offered.value = { ...question, answer };
  });
}
