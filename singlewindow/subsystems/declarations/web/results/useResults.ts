import { computed, nextTick, ref, watch, type Ref } from "vue";
import type { Violation } from "@/kernel/api/types";
import { useList, type ListSource } from "@/kernel/list/useList";
import { pageByPage, useTickAll } from "@/kernel/list/useTickAll";
import { findResults, type Question } from "../api";
import { numbersHint } from "../numbers/numbers";
import { useProgress } from "../progress/useProgress";
import type { Kind, Result, ResultsPage } from "../shapes";
import { useConditions } from "../useConditions";
import { FETCHING, KINDS, NUMBER_LABELS, STATES, stateAsked, WAITING } from "../words";
import { handed } from "./handed";
import { MOST_FILES } from "./useFiles";

const DAYS = { label: "申请日期", hint: "提出申请的日期，默认为当天；起止时间范围不能超过 3 个月，填写了申请编号或报关单号时可以不填" };
const MADE = "1"; // of data
/** Not made yet, or data that were made while their application's file is not there: how far it is is shown, and 继续. */
const isWaiting = (row: Result): boolean =>
  !row.expired && (row.state === WAITING[row.kind] || (row.kind === "export" && row.state === MADE && !row.may.export.allowed));
const NO_KIND: Violation = {
  path: "kind", rule: "query.required", message: "「申请类型」不可为空", advice: "请按空格键从列表中选择", clause: FETCHING, source: "field",
};
const kindOf = (word: string): Kind | undefined => (Object.keys(KINDS) as Kind[]).find((one) => KINDS[one] === word);

const SOURCE: ListSource<Result, Question, ResultsPage> = {
  find: findResults, keyOf: (row) => String(row.id), tickable: (row) => row.may.export.allowed, order: "-applied_at", across: true,
};

/** The query of 自助打印/导出: 申请类型 and what follows from it, the list, and how far is what is still being made (PRNT-04). */
export function useResults(root: Ref<HTMLElement | undefined>, active: Ref<boolean>) {
  const kind = ref<Kind>("print");
  const emptied = ref(false); // 申请类型 was cleared: the list is still that of `kind`, but nothing is asked
  const list = useList(SOURCE);
  /** 勾选全部查询结果: those that can be exported, as many as one archive holds (PRNT-11). */
  const { collecting, tickAll } = useTickAll(list, pageByPage(SOURCE, MOST_FILES, `一次最多批量导出 ${MOST_FILES} 票：已勾选前 ${MOST_FILES} 票，其余请分几次导出`));
  const hints = computed(() => ({
    kind: { label: "申请类型", hint: "请选择「自助打印报关单证申请」或「结关后报关单数据导出申请」" },
    application: { label: "申请编号", hint: `请填写「${NUMBER_LABELS[kind.value]}」` },
    state: { label: "申请状态", hint: `可选择：${STATES[kind.value].join("、")}` },
    number: numbersHint, applied_from: DAYS, applied_to: DAYS,
  }));
  const conditions = useConditions(
    { span: "applied", clause: FETCHING, hints: () => hints.value, narrowing: ["number", "application"], own: () => (emptied.value ? [NO_KIND] : []) }, root, list,
  );
  const { values } = conditions;

  const refresh = (): Promise<void> => list.refresh().catch(() => undefined);
  const progress = useProgress(active, () => void refresh());
  const waiting = computed(() => [...new Set(list.rows.value.filter(isWaiting).map((row) => row.application))]);

  watch(() => waiting.value.join(), () => progress.follow(waiting.value));
  watch(active, (now) => now && void refresh());
  watch(handed, takeHanded);

  /** As the page opens; it may come from the page where something was applied for. */
  const begin = (): Promise<void> => conditions.begin().then(takeHanded);

  async function takeHanded(): Promise<void> {
    const application = handed.value;
    if (!application) return;
    handed.value = null;
    choose(KINDS[application.kind]);
    reset();
    conditions.set("application", application.number);
    await search();
    await nextTick();
    if (!document.activeElement?.closest("[data-area]")) root.value?.querySelector<HTMLElement>("[data-field]")?.focus(); // 重置 drew the boxes anew
  }

  /** 重置; 申请类型 stays. */
  function reset(): void {
    emptied.value = false;
    conditions.reset();
  }

  /** Another 申请类型: number and state are those of the other kind, and so are the list and its columns. */
  function choose(word: string): void {
    conditions.typed("kind");
    const chosen = kindOf(word);
    emptied.value = !chosen;
    if (!chosen || chosen === kind.value) return;
    kind.value = chosen;
    for (const name of ["application", "state"]) conditions.set(name, "");
    list.forget();
  }

  function search(): Promise<void> {
    return conditions.ask(async () => { // what was still looked up is known here
      const others = { kind: kind.value, application: (values.application ?? "").trim(), state: stateAsked(kind.value, values.state ?? "") };
      await list.search(conditions.question(others));
      progress.follow(waiting.value);
    });
  }

  return { kind, emptied, reset, list, conditions, progress, collecting, begin, choose, search, tickAll };
}
