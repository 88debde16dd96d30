import { computed, shallowRef, watch, type Ref } from "vue";
import { useList } from "@/kernel/list/useList";
import { useTickAll, type All } from "@/kernel/list/useTickAll";
import { findAllNumbers, findClosed, type Question } from "../api";
import { numbersHint } from "../numbers/numbers";
import type { Closed, ClosedPage, Missing } from "../shapes";
import { useConditions } from "../useConditions";
import { APPLYING } from "../words";

const DAYS = { label: "申请日期", hint: "报关单的申报日期，默认为当天；起止时间范围不能超过 3 个月，填写了报关单号时可以不填" };
const HINTS = { number: numbersHint, declared_from: DAYS, declared_to: DAYS };

/** The query of 自助打印申请: conditions, the list, what of the asked numbers is not in it, and ticks over all its pages (PRNT-01, PRNT-11). */
export function useClosed(root: Ref<HTMLElement | undefined>) {
  const list = useList<Closed, Question, ClosedPage>({
    find: findClosed, keyOf: (row) => row.number, tickable: () => true, order: "-declared_at", across: true,
  });
  const conditions = useConditions({ span: "declared", clause: APPLYING, hints: () => HINTS, narrowing: ["number"] }, root, list);
  const missing = shallowRef<Missing[]>([]);
  const { collecting, tickAll } = useTickAll(list, findAll);
  const busy = computed(() => (list.searching.value ? "正在查询…" : collecting.value ? "正在勾选…" : ""));

  watch(list.result, (found) => (missing.value = found?.missing ?? []));

  const search = (): Promise<void> => conditions.ask(() => list.search(conditions.question()));

  return { list, conditions, missing, collecting, busy, search, tickAll };
}

/** As many as one application takes. */
async function findAll(question: Question, sort: string): Promise<All> {
  const { numbers, total, total_capped: capped, limit } = await findAllNumbers(question, sort);
  const some = numbers.length < total || capped;
  return { keys: numbers, words: some ? `查询结果共 ${total} 票${capped ? "以上" : ""}，一次最多申请 ${limit} 票：已勾选前 ${numbers.length} 票` : "" };
}
