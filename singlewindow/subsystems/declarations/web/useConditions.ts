import { computed, nextTick, reactive, ref, type Ref } from "vue";
import type { Violation } from "@/kernel/api/types";
import { askBusinessNow } from "@/kernel/clock/businessClock";
import { day } from "@/kernel/format";
import { focusField } from "@/kernel/form/keyboard";
import { useUnknown } from "@/kernel/query/useUnknown";
import type { Question } from "./api";
import { numbersIn, whatIsWrong } from "./numbers/numbers";

/** What a query page's conditions are made of, besides 报关单号. */
export interface Conditions {
  /** The span of 申请日期, asked as `<span>_from` and `<span>_to`. */
  span: string;
  clause: string;
  /** The red hint of each box, by its name. */
  hints: () => Record<string, { label: string; hint: string }>;
  /** The boxes beside which the days may be left out. */
  narrowing: string[];
}

/** The list that the conditions are asked for. */
interface Asks {
  refused: Ref<Violation[]>;
  refuse(violations: Violation[]): void;
  forget(): void;
}

/** The conditions of a query as they are typed, what is wrong with them, and the hint of the one that has the focus. */
export function useConditions({ span, clause, hints, narrowing }: Conditions, root: Ref<HTMLElement | undefined>, list: Asks) {
  const { refused } = list;
  const values = reactive<Record<string, string>>({ number: "" });
  const left = ref<Violation[]>([]); // what was found wrong when a box was left
  const focused = ref("");
  const sheet = ref(0); // other boxes: nothing half-typed stays in them
  const unknown = useUnknown(root, clause);
  const days = [`${span}_from`, `${span}_to`] as const;

  const hint = computed(() => hints()[focused.value] ?? null);
  const daysNeeded = computed(() => !narrowing.some((name) => values[name]));

  /** As the page opens: today (manual: 默认展示为当天), unless the user was faster than the server's clock. */
  async function begin(): Promise<void> {
    const today = day(await askBusinessNow());
    if (days.every((name) => values[name] === undefined)) for (const name of days) values[name] = today;
  }

  /** 重置: clears all conditions, to be filled in anew, and the list. */
  function reset(): void {
    sheet.value += 1;
    list.forget();
    for (const name of [...Object.keys(values), ...days]) values[name] = "";
    left.value = [];
    unknown.clear();
  }

  function set(name: string, value: string): void {
    values[name] = value;
    unknown.forgive(name);
    for (const found of [left, refused]) found.value = found.value.filter((one) => one.path !== name);
  }

  /** 报关单号 was left: what is wrong is said at once (UI-01). */
  function check(): void {
    left.value = whatIsWrong(values.number ?? "", clause);
  }

  /** What is wrong with a box: as it was left, or as the server refused it. */
  const at = (name: string): Violation | null =>
    [...left.value, ...refused.value].find((one) => [name, `${name}_from`, `${name}_to`].includes(one.path)) ?? null;

  /** What keeps the question from being asked. */
  async function wrong(): Promise<Violation[]> {
    check();
    const codes = await unknown.settle();
    return [...left.value, ...codes];
  }

  /** The question as it is asked, with other conditions beside. */
  const question = (others: Question = {}): Question => ({
    number: numbersIn(values.number ?? ""), ...Object.fromEntries(days.map((name) => [name, (values[name] ?? "").trim()])), ...others,
  });

  /** 查询, unless something is wrong already; the first box that was refused gets the focus. */
  async function ask(search: () => Promise<void>): Promise<void> {
    const found = await wrong();
    if (found.length) list.refuse(found);
    else await search();
    await nextTick();
    refused.value.some((one) => focusField(root.value, one.path));
  }

  /** A box got the focus, or lost it: its hint stands as long as it has it (UI-02). */
  function onFocus(event: FocusEvent): void {
    focused.value = event.type === "focusin" ? ((event.target as HTMLElement).dataset.field ?? "") : "";
  }

  return { values, sheet, hint, daysNeeded, unknown, begin, reset, set, check, at, question, ask, onFocus };
}
