import { computed, nextTick, reactive, ref, type Ref } from "vue";
import type { Violation } from "@/kernel/api/types";
import { askBusinessNow } from "@/kernel/clock/businessClock";
import { day } from "@/kernel/format";
import { focusField, untilKnown } from "@/kernel/form/keyboard";
import { useList } from "@/kernel/list/useList";
import { findWorkingTimes, type Question, type WorkingTime, type WorkingTimes } from "./api";

export const CLAUSE = "手册 第五篇第三章 口岸工作时间查询";
const MOST = 15; // days, both counted
const DAYS = { label: "工作日期", hint: `必填，起始时间和结束时间，时间区间不得超过 ${MOST} 天` };
const HINTS: Record<string, { label: string; hint: string }> = {
  day_from: DAYS, day_to: DAYS,
  port: { label: "口岸编码", hint: "选填，输入关区名称或 4 位关区代码，在下拉菜单中选择；不填时查询所有口岸" },
};

/** The query of 口岸工作时间查询: its conditions, and the list (APPT-14). */
export function useWorkingTimes(root: Ref<HTMLElement | undefined>) {
  const values = reactive<Question>({ day_from: "", day_to: "", port: "" });
  const unknown = ref(""); // text in the port's box that names none
  const sheet = ref(0); // other boxes: nothing half-typed stays in them
  const focused = ref("");
  const list = useList<WorkingTime, Question, WorkingTimes>({
    find: findWorkingTimes, keyOf: (row) => `${row.port} ${row.day} ${row.begins}`, tickable: () => false, order: "",
  });
  const hint = computed(() => HINTS[focused.value] ?? null);

  /** As the page opens: from today on, as many days as may be asked for, unless the user was faster than the server's clock. */
  async function begin(): Promise<void> {
    const now = await askBusinessNow();
    if (!values.day_from && !values.day_to) Object.assign(values, { day_from: day(now), day_to: day(now, 1 - MOST) });
  }

  function set(name: string, value: string): void {
    values[name as keyof Question] = value;
    if (name === "port") unknown.value = "";
    list.refused.value = list.refused.value.filter((one) => one.path !== name);
  }

  function reset(): void {
    sheet.value += 1;
    list.forget();
    unknown.value = "";
    Object.assign(values, { day_from: "", day_to: "", port: "" });
  }

  /** What is wrong with a box, as it was refused. */
  const at = (...names: string[]): Violation | null => list.refused.value.find((one) => names.includes(one.path)) ?? null;

  /** 查询; the first box that was refused gets the focus. */
  async function search(): Promise<void> {
    await untilKnown(root.value);
    if (unknown.value) list.refuse([{
      path: "port", rule: "field.code", message: `没有「${unknown.value}」这个口岸`, advice: "请输入关区名称或 4 位关区代码，从列表中选择，或清除后再查询", clause: CLAUSE, source: "field",
    }]);
    else await list.search({ ...values });
    await nextTick();
    list.refused.value.some((one) => focusField(root.value, one.path));
  }

  /** A box got the focus, or lost it: its hint stands as long as it has it (UI-02). */
  function onFocus(event: FocusEvent): void {
    focused.value = event.type === "focusin" ? ((event.target as HTMLElement).dataset.field ?? "") : "";
  }

  return { values, unknown, sheet, hint, list, begin, set, reset, at, search, onFocus };
}
