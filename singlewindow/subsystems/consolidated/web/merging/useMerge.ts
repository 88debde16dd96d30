import { computed, ref, shallowRef } from "vue";
import { isLost, lineOf, Problem } from "@/kernel/api/problem";
import type { Violation } from "@/kernel/api/types";
import { ask, tell } from "@/kernel/dialogs/ask";
import { sayDone } from "@/kernel/dialogs/say";
import { session } from "@/kernel/session";
import { randomKey } from "@/kernel/randomKey";
import type { useCardStays } from "@/kernel/signing/useCardStays";
import { getAgent, mergeLists, previewMerge } from "../api";
import type { MergePreview } from "../shapes";
import { MERGING } from "../words";

const WITHOUT = "您确认不指定报关申报/录入单位并进行汇总吗";
const LATER = "清单已列为待汇总，由定时处理程序汇总成报关单；处理结果显示在本页下方，届时";
const OWN = "可在「集报报关单查询」中申报";
/** An agent's declaration is the agent's to declare; this company finds it as 境内收发货人. */
const agents = (name: string): string => `由「${name}」申报，本企业可在「集报报关单查询」中将企业类别选为「境内收发货人」查询`;

/**
 * 汇总 of ticked lists: what would come of it, for whom, and then the click that counts (manual 4.1, CONS-13); it waits for the
 * card where that was pulled (PORT-05).
 */
export function useMerge(numbers: string[], card: ReturnType<typeof useCardStays>, merged: () => void) {
  const code = ref("");
  const named = ref({ code: "", name: "" }); // the 申报单位 that was looked up
  const wrong = shallowRef<Violation | null>(null);
  const preview = shallowRef<MergePreview | null>(null);
  let foreseen = ""; // the 申报单位 of the preview that is shown
  const trouble = ref(""); // what keeps these lists from being merged
  const [previewing, merging] = [ref(false), ref(false)];
  const busy = computed(() => (card.waiting.value ? "正在等待绑定的卡…" : merging.value ? "正在汇总…" : previewing.value ? "正在预览…" : ""));
  let turn = 0; // a preview counts only while nothing newer was asked

  const name = computed(() => (named.value.code === code.value.trim() ? named.value.name : ""));

  /** What these lists would become, for the 申报单位 that is named. */
  async function foresee(declarant = ""): Promise<void> {
    const mine = ++turn;
    previewing.value = true;
    try {
      const found = await previewMerge(numbers, declarant);
      if (mine === turn) [preview.value, trouble.value, foreseen] = [found, "", declarant];
    } catch (error) {
      if (mine === turn) refuse(error);
    } finally {
      if (mine === turn) previewing.value = false;
    }
  }

  /** A refusal stands at the code where it concerns it, else above the preview. */
  function refuse(error: unknown): void {
    const all = error instanceof Problem ? error.violations : [];
    wrong.value = all.find((one) => one.path === "declarant_code") ?? wrong.value;
    const others = all.filter((one) => one.path !== "declarant_code");
    trouble.value = others.length ? others.map((one) => `${one.message}。${one.advice}`).join("；") : all.length ? "" : lineOf(error);
  }

  function type(text: string): void {
    code.value = text.toUpperCase();
    wrong.value = null;
  }

  /** Enter: the name to the code; the preview follows. @returns whether there is such a company */
  async function lookUp(): Promise<boolean> {
    const asked = code.value.trim();
    if (!asked || (named.value.code === asked && !wrong.value)) return !!asked;
    try {
      const agent = await getAgent(asked);
      if (code.value.trim() !== asked) return false;
      [named.value, wrong.value] = [{ code: asked, name: agent.name }, null];
    } catch (error) {
      named.value = { code: "", name: "" };
      refuse(error);
      wrong.value ??= violation(lineOf(error), "请核对后重新填写，或点击「不指定」");
      return false;
    }
    await foresee(asked);
    return !wrong.value;
  }

  /** 确认: for the company that is named; what it would become is shown before it counts. */
  async function confirm(): Promise<void> {
    if (!code.value.trim()) return void (wrong.value = violation("请填写报关单申报单位代码", "无需代理报关时请点击「不指定」"));
    const shown = foreseen === code.value.trim();
    if (!(await lookUp())) return;
    if (foreseen !== code.value.trim()) await foresee(code.value.trim());
    if (shown) await commit(code.value.trim());
    else showFirst("确认");
  }

  /** A press that changed the preview commits nothing: what is committed has been seen. */
  function showFirst(word: string): void {
    if (!trouble.value && !wrong.value) sayDone(`汇总预览已更新，请核对后再次点击「${word}」`);
  }

  /** 不指定, which asks once more; 取消 leads back. An agent's preview gives way first. */
  async function withoutAgent(): Promise<void> {
    if (foreseen) {
      await foresee();
      return showFirst("不指定");
    }
    if (await ask(WITHOUT, { yes: "是" })) await commit("");
  }

  async function commit(declarant: string): Promise<void> {
    if (merging.value) return;
    merging.value = true;
    try {
      if (!(await card.back())) return;
      await once(declarant);
    } catch (error) {
      refuse(error);
      return;
    } finally {
      merging.value = false;
    }
    await tell([{ text: "汇总成功", note: LATER + (declarant && declarant !== session.value?.company?.customs_code ? agents(named.value.name) : OWN) }]);
    merged();
  }

  /** An answer that was lost is asked for once more under the same key: the click counts once. */
  async function once(declarant: string): Promise<void> {
    const key = randomKey();
    try {
      await mergeLists(numbers, declarant, key);
    } catch (error) {
      if (!isLost(error)) throw error;
      await mergeLists(numbers, declarant, key);
    }
  }

  return { code, name, wrong, preview, trouble, busy, foresee, type, lookUp, confirm, withoutAgent };
}

const violation = (message: string, advice: string): Violation => ({ path: "declarant_code", rule: "page", message, advice, clause: MERGING, source: "field" });
