import { computed, reactive, ref, shallowRef, watch } from "vue";
import { getStatistics, type StatisticsQuestion } from "@/kernel/api/documents";
import { lineOf, Problem } from "@/kernel/api/problem";
import type { Definition, Figures, Violation } from "@/kernel/api/types";
import { businessNow } from "@/kernel/clock/businessClock";
import { day } from "@/kernel/format";
import { ALL } from "@/kernel/list/allStates";

const DAYS = 30; // what the span covers as the page opens

/** A type's statistics: dimensions and conditions as chosen, and the figures of the question that was asked last. */
export function useStatistics(definition: () => Definition, now: () => Date = businessNow) {
  const values = reactive<Record<string, string>>({});
  const by = reactive(["", ""]);
  const figures = shallowRef<Figures | null>(null);
  const asked = shallowRef<StatisticsQuestion | null>(null); // what the figures answer, and so what is printed
  const counting = ref(false);
  const refused = ref<Violation[]>([]);
  const failed = ref("");
  let turn = 0; // an answer counts only while nothing newer has been asked

  const declared = computed(() => definition().statistics!);
  const label = (name: string): string => declared.value.dimensions.find((one) => one.name === name)?.label ?? name;

  watch(() => definition().type, begin, { immediate: true });

  /** As the page opens: the first dimension, over the last days. */
  function begin(): void {
    forget();
    for (const name of Object.keys(values)) delete values[name];
    const { conditions, dimensions } = declared.value;
    Object.assign(by, [dimensions[0]?.name ?? "", ""]);
    Object.assign(values, { [`${conditions[0]!.name}_from`]: day(now(), DAYS - 1), [`${conditions[0]!.name}_to`]: day(now()) });
  }

  /** 开始统计. */
  async function count(): Promise<void> {
    const conditions = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ALL.code));
    const question = { by: [...new Set(by.filter(Boolean))], conditions };
    if (!question.by.length) return refuse([noDimension]);
    forget();
    const mine = turn;
    counting.value = true;
    try {
      const answer = await getStatistics(definition().type, question);
      if (mine === turn) [figures.value, asked.value] = [answer, question];
    } catch (error) {
      if (mine === turn) tell(error);
    } finally {
      if (mine === turn) counting.value = false;
    }
  }

  function tell(error: unknown): void {
    if (error instanceof Problem && error.violations.length) refuse(error.violations);
    else failed.value = lineOf(error);
  }

  function refuse(violations: Violation[]): void {
    forget();
    refused.value = violations;
  }

  function forget(): void {
    turn += 1;
    counting.value = false;
    [figures.value, asked.value] = [null, null];
    [refused.value, failed.value] = [[], ""];
  }

  return { values, by, figures, asked, counting, refused, failed, declared, label, begin, count, refuse };
}

const noDimension: Violation = {
  path: "by", rule: "statistics.by", message: "「统计维度」不可为空", advice: "请按空格键从列表中选择后再统计", clause: "手册 3.2 查询", source: "field",
};
