import { nextTick, reactive, ref } from "vue";
import { adviceOf, Problem, said } from "@/kernel/api/problem";
import { CardProblem } from "@/kernel/card/problem";
import type { Violation } from "@/kernel/api/types";

/**
 * What the server says of a small form: each violation at its box, everything else in one line.
 * @param names of the boxes; a violation at another path belongs to the line
 */
export function useBoxes(names: readonly string[]) {
  const wrong = reactive<Record<string, Violation | undefined>>({});
  const trouble = ref("");

  function clear(): void {
    trouble.value = "";
    for (const name of names) wrong[name] = undefined;
  }

  /** Shows a refusal and puts the focus into the first wrong box. */
  function refuse(error: unknown): void {
    clear();
    const violations = error instanceof Problem ? error.violations : [];
    for (const one of violations) if (names.includes(one.path)) wrong[one.path] ??= one;
    const rest = violations.filter((one) => !names.includes(one.path));
    if (rest.length) trouble.value = rest.map(said).join("；");
    else if (!violations.length) trouble.value = textOf(error);
    void focusFirst();
  }

  /** Says that a box is wrong before the server is asked. */
  function mark(name: string, message: string): void {
    wrong[name] = { path: name, rule: "page", message, advice: "", clause: "", source: "field" };
    void focusFirst();
  }

  async function focusFirst(): Promise<void> {
    await nextTick();
    const first = names.find((name) => wrong[name]);
    if (first) document.querySelector<HTMLElement>(`[data-field="${first}"]`)?.focus();
  }

  return { wrong, trouble, clear, refuse, mark };
}

/** Whatever was caught, the card's troubles too, as one line for the user. */
export const textOf = (error: unknown): string => (error instanceof CardProblem ? error.text : adviceOf(error));
