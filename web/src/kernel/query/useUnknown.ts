import { reactive, type Ref } from "vue";
import type { Violation } from "@/kernel/api/types";
import { focusField, untilKnown } from "@/kernel/form/keyboard";

const RULE = "field.code";
type Said = Pick<Violation, "message" | "advice"> & { rule?: string };

/**
 * Text in the boxes of a query that names no entry, or no day: nothing is asked while there is any, for it would be a wider question.
 * @param refused what is said at the boxes of the question that was asked last
 */
export function useUnknown(root: Ref<HTMLElement | undefined>, refused: Ref<Violation[]>, clause: string, button = "查询") {
  const texts = reactive(new Map<string, Said>()); // by the box's name

  /** A box was left with text that names no entry, or (`unsure`) that could not be looked up; that it is looked up is said no longer. */
  function note(name: string, text: string, unsure: boolean): void {
    const words = unsure
      ? { message: `代码表暂时取不到，「${text}」未能核对`, advice: `请检查网络，稍后再点击「${button}」` }
      : { message: `没有「${text}」这一项`, advice: `按空格键从列表中选择，或清除后再${button}` };
    texts.set(name, words);
    refused.value = refused.value.map((one) => (one.path === name && one.rule === RULE ? saidOf([name, words]) : one));
  }

  /** A box for a day was left with what is none. */
  function noteDay(name: string, label: string): void {
    texts.set(name, { message: `「${label}」不是有效的日期`, advice: `请按 YYYY-MM-DD 填写，如 20261128，或清除后再${button}`, rule: "field.date" });
  }

  const saidOf = ([path, words]: [string, Said]): Violation => ({ path, rule: RULE, ...words, clause, source: "field" });

  /**
   * Waits two seconds at most for what is looked up, and answers what keeps the question from being asked: at a box whose code
   * is still looked up, too. The first of these boxes gets the focus.
   */
  async function settle(): Promise<Violation[]> {
    const sought = new Map<string, Said>((await untilKnown(root.value)).map(({ name, text }) => [name, { message: `「${text}」还在查找`, advice: `请稍候，再点击「${button}」` }]));
    const drawn = ([name]: [string, unknown]): boolean => !!root.value?.querySelector(`[data-field="${CSS.escape(name)}"]`);
    const found = [...new Map([...texts, ...sought])].filter(drawn);
    found.some(([path]) => focusField(root.value, path));
    return found.map(saidOf);
  }

  /** What was found as boxes were left (UI-01). */
  const found = (): Violation[] => [...texts].map(saidOf);

  return { note, noteDay, found, settle, forgive: (name: string): void => void texts.delete(name), clear: (): void => texts.clear(), has: (name: string): boolean => texts.has(name) };
}

export type Unknown = ReturnType<typeof useUnknown>;
