import { computed, ref, shallowRef } from "vue";
import { isLost, lineOf, Problem } from "@/kernel/api/problem";
import type { Violation } from "@/kernel/api/types";
import { ask, tell } from "@/kernel/dialogs/ask";
import { sayDone, sayRefused } from "@/kernel/dialogs/say";
import { session } from "@/kernel/session";
import { randomKey } from "@/kernel/randomKey";
import { useCardActs } from "@/kernel/signing/useCardActs";
import type { useCardStays } from "@/kernel/signing/useCardStays";
import { getAgent, mergeLists, previewMerge } from "../api";
import type { MergePreview } from "../shapes";
import { MERGING } from "../words";

const WITHOUT = "您确认不指定报关申报/录入单位并进行汇总吗";
const LATER = "清单已列为待汇总，由定时处理程序汇总成报关单；处理结果显示在本页下方，届时";
const OWN = "可在「集报报关单查询」中申报";
/** An agent's declaration is the agent's to declare; this company finds it as 境内收发货人. */
const agents = (name: string): string => `由「${name}」申报，本企业可在「集报报关单查询」中将企业类别选为「境内收发货人」查询`;

interface Wanted {
  numbers: string[];
  card: ReturnType<typeof useCardStays>;
  /** What is not merged with the others, for it was refused. */
  leftOut(numbers: string[]): void;
  /** The click counted, whether or not anybody still looks at the dialog. */
  merged(numbers: string[]): void;
  close(): void;
}

/**
 * 汇总 of ticked lists: what would come of it, for whom, and then the click that counts (manual 4.1, CONS-13); it waits for the
 * card where that was pulled (PORT-05). What is committed has been seen: the preview that is shown, and no other.
 */
export function useMerge({ numbers: ticked, card, leftOut, merged, close }: Wanted) {
  const numbers = shallowRef(ticked);
  const code = ref("");
  const named = ref({ code: "", name: "" }); // the 申报单位 that was looked up
  const wrong = shallowRef<Violation | null>(null);
  const preview = shallowRef<MergePreview | null>(null);
  let foreseen: string | null = null; // the 申报单位 of the preview that is shown, "" for none; null: no preview is shown
  const trouble = ref(""); // what keeps these lists from being merged
  const unfit = shallowRef<string[]>([]); // those of them that it is about
  let wanted = ""; // the 申报单位 whose preview was asked for last
  const previewing = ref(false);
  const acts = useCardActs(card, "汇总");
  const busy = computed(() => (card.waiting.value ? "正在等待绑定的卡…" : acts.whyNot.value ? "正在汇总…" : previewing.value ? "正在预览…" : ""));
  /** Why nothing can be chosen now: while one choice is carried out, or its preview comes, another one would be committed unseen. */
  const whyNot = computed(() => acts.whyNot.value || (previewing.value ? "正在预览，请待汇总预览显示、核对后再点击" : ""));
  let turn = 0; // a preview counts only while nothing newer was asked

  const name = computed(() => (named.value.code === code.value.trim() ? named.value.name : ""));

  /** What these lists would become, for the 申报单位 that is named. */
  async function foresee(declarant: string): Promise<void> {
    const mine = ++turn;
    wanted = declarant;
    previewing.value = true;
    try {
      const found = await previewMerge(numbers.value, declarant);
      if (mine === turn) [preview.value, trouble.value, unfit.value, foreseen] = [found, "", [], declarant];
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
    const places = new Set(others.map((one) => /^numbers\/(\d+)$/.exec(one.path)?.[1])); // counted from 1
    unfit.value = numbers.value.filter((_, at) => places.has(String(at + 1)));
  }

  /** The others without those that were refused, which nobody may find in the list to untick them; their preview comes first. */
  async function leaveOut(): Promise<void> {
    if (whyNot.value) return sayRefused(whyNot.value);
    const out = new Set(unfit.value);
    leftOut([...out]);
    numbers.value = numbers.value.filter((one) => !out.has(one));
    [preview.value, foreseen, trouble.value, unfit.value] = [null, null, "", []];
    if (numbers.value.length) return foresee(wanted);
    sayRefused("所选清单都不能汇总，已全部取消勾选");
    close();
  }

  function type(text: string): void {
    code.value = text.toUpperCase();
    wrong.value = null;
  }

  /** Enter: the name to the code; the preview follows. @returns whether there is such a company */
  async function lookUp(): Promise<boolean> {
    if (acts.whyNot.value) {
      sayRefused(acts.whyNot.value);
      return false;
    }
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
    if (whyNot.value) return sayRefused(whyNot.value);
    if (!code.value.trim()) return void (wrong.value = violation("请填写报关单申报单位代码", "无需代理报关时请点击「不指定」"));
    const shown = foreseen === code.value.trim();
    if (!(await lookUp())) return;
    if (foreseen !== code.value.trim()) await foresee(code.value.trim());
    if (shown) await commit(code.value.trim(), "确认");
    else showFirst("确认");
  }

  /** A press that changed the preview commits nothing: what is committed has been seen. */
  function showFirst(word: string): void {
    if (!trouble.value && !wrong.value) sayDone(`汇总预览已更新，请核对后再次点击「${word}」`);
  }

  /** 不指定, which asks once more; 取消 leads back. Another preview, or none, gives way first. */
  async function withoutAgent(): Promise<void> {
    if (whyNot.value) return sayRefused(whyNot.value);
    wrong.value = null; // whatever stands in the code's box does not count
    if (foreseen !== "") {
      await foresee("");
      return showFirst("不指定");
    }
    if (await ask(WITHOUT, { yes: "是" })) await commit("", "不指定");
  }

  /** A preview that came meanwhile, while it was asked once more or the card was waited for, is looked at first. */
  async function commit(declarant: string, word: string): Promise<void> {
    await acts.run("汇总", async () => {
      if (foreseen !== declarant) return showFirst(word);
      const them = numbers.value;
      try {
        await once(them, declarant);
      } catch (error) {
        return refuse(error);
      }
      merged(them);
      await tell([{ text: "汇总成功", note: LATER + (declarant && declarant !== session.value?.company?.customs_code ? agents(named.value.name) : OWN) }]);
      close();
    });
  }

  /** An answer that was lost is asked for once more under the same key: the click counts once. */
  async function once(them: string[], declarant: string): Promise<void> {
    const key = randomKey();
    try {
      await mergeLists(them, declarant, key);
    } catch (error) {
      if (!isLost(error)) throw error;
      await mergeLists(them, declarant, key);
    }
  }

  return { code, name, wrong, preview, trouble, unfit, busy, whyNot, whyFixed: acts.whyNot, foresee, type, lookUp, confirm, withoutAgent, leaveOut };
}

const violation = (message: string, advice: string): Violation => ({ path: "declarant_code", rule: "page", message, advice, clause: MERGING, source: "field" });
