import { reactive, type Ref } from "vue";
import type { Violation } from "@/kernel/api/types";
import { focusField, untilKnown } from "@/kernel/form/keyboard";

type Words = Pick<Violation, "message" | "advice">;

/** Text in the code boxes of a query that names no entry: nothing is asked while there is any, for it would be a wider question. */
export function useUnknown(root: Ref<HTMLElement | undefined>, clause: string, button = "查询") {
  const texts = reactive(new Map<string, Words>()); // by the box's name

  /** A box was left with text that names no entry, or (`unsure`) that could not be looked up. */
  function note(name: string, text: string, unsure: boolean): void {
    texts.set(name, unsure
      ? { message: `代码表暂时取不到，「${text}」未能核对`, advice: `请检查网络，稍后再点击「${button}」` }
      : { message: `没有「${text}」这一项`, advice: `按空格键从列表中选择，或清除后再${button}` });
  }

  /**
   * Waits two seconds at most for what is looked up, and answers what keeps the question from being asked: at a box whose code
   * is still looked up, too. The first of these boxes gets the focus.
   */
  async function settle(): Promise<Violation[]> {
    const sought = new Map((await untilKnown(root.value)).map(({ name, text }) => [name, { message: `「${text}」还在查找`, advice: `请稍候，再点击「${button}」` }]));
    const drawn = ([name]: [string, unknown]): boolean => !!root.value?.querySelector(`[data-field="${CSS.escape(name)}"]`);
    const found = [...new Map([...texts, ...sought])].filter(drawn);
    found.some(([path]) => focusField(root.value, path));
    return found.map(violation);
  }

  const violation = ([path, words]: [string, Words]): Violation => ({ path, rule: "field.code", ...words, clause, source: "field" });

  /** What was found as boxes were left. */
  const found = (): Violation[] => [...texts].map(violation);

  return { note, found, settle, forgive: (name: string): void => void texts.delete(name), clear: (): void => texts.clear(), has: (name: string): boolean => texts.has(name) };
}
