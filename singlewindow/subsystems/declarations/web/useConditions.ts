import { computed, nextTick, reactive, ref, type Ref } from "vue";
import type { Violation } from "@/kernel/api/types";
import { askBusinessNow } from "@/kernel/clock/businessClock";
import { isDay } from "@/kernel/fields/date/canonical";
import { monthsLater } from "@/kernel/fields/moment/days";
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
  /** What is wrong with the page's own boxes. */
  own?: () => Violation[];
}

const MOST_MONTHS = 3; // between the two days (manual 4.1 and 4.2)

/** The list that the conditions are asked for. */
interface Asks {
  refused: Ref<Violation[]>;
  refuse(violations: Violation[]): void;
  forget(): void;
}

/** The conditions of a query as they are typed, what is wrong with them, and the hint of the one that has the focus. */
export function useConditions({ span, clause, hints, narrowing, own = () => [] }: Conditions, root: Ref<HTMLElement | undefined>, list: Asks) {
  const { refused } = list;
  const values = reactive<Record<string, string>>({ number: "" });
  const left = reactive(new Set<string>()); // boxes that were left: what is wrong with them is said
  const focused = ref("");
  const sheet = ref(0); // other boxes: nothing half-typed stays in them
  const unknown = useUnknown(root, refused, clause);
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
    left.clear();
    unknown.clear();
  }

  function set(name: string, value: string): void {
    values[name] = value;
    typed(name);
  }

  /** Something is typed into a box: what was said of it no longer counts, nor what was said of the two days together. */
  function typed(name: string): void {
    unknown.forgive(name);
    const boxes: readonly string[] = (days as readonly string[]).includes(name) ? days : [name];
    for (const one of boxes) left.delete(one);
    refused.value = refused.value.filter((one) => !boxes.includes(one.path));
  }

  /** A box was left: what is wrong with it is said at once (UI-01). */
  const check = (name: string): void => void left.add(name);

  /** What is wrong with a box: as it was left, or as the server refused it. */
  const at = (name: string): Violation | null =>
    [...unknown.found(), ...wrong.value.filter((one) => left.has(one.path)), ...refused.value].find((one) => [name, `${name}_from`, `${name}_to`].includes(one.path)) ?? null;

  const violation = (path: string, rule: string, message: string, advice: string): Violation => ({ path, rule, message, advice, clause, source: "field" });

  /** What keeps the question from being asked, besides codes; the server says the same of what it is asked. */
  const wrong = computed<Violation[]>(() => [...own(), ...whatIsWrong(values.number ?? "", clause), ...wrongDays()]);

  function wrongDays(): Violation[] {
    const given = days.map((name) => ({ name, text: (values[name] ?? "").trim() })).filter(({ text }) => text);
    const none = given.filter(({ text }) => !isDay(text));
    if (none.length) return none.map(({ name, text }) => violation(name, "query.date", `「申请日期」不是有效的日期：${text}`, "请按 YYYY-MM-DD 填写，年份为 1900 至 2200"));
    const [first, last] = given.map(({ text }) => text);
    if (!first || !last) return [];
    if (last < first) return [violation(days[1], "DECL-R04", "「申请日期」的截止日期早于起始日期", "请调换起止日期")];
    const tooLong = first < monthsLater(last, -MOST_MONTHS);
    const message = `「申请日期」的时间范围不能超过 ${MOST_MONTHS} 个月，现为 ${first} 至 ${last}`;
    return tooLong ? [violation(days[1], "DECL-R05", message, "请缩小时间范围，或分几次查询")] : [];
  }

  /** The question as it is asked, with other conditions beside. */
  const question = (others: Question = {}): Question => ({
    number: numbersIn(values.number ?? ""), ...Object.fromEntries(days.map((name) => [name, (values[name] ?? "").trim()])), ...others,
  });

  /** 查询, unless something is wrong already; the first box that was refused gets the focus. */
  async function ask(search: () => Promise<void>): Promise<void> {
    const found = [...(await unknown.settle()), ...wrong.value.filter(({ path }) => !unknown.has(path))];
    for (const { path } of found) check(path);
    if (found.length) list.refuse(found);
    else await search();
    await nextTick();
    refused.value.some((one) => focusField(root.value, one.path));
  }

  /** A box got the focus, or lost it: its hint stands as long as it has it (UI-02), and then what is wrong with it. */
  function onFocus(event: FocusEvent): void {
    const name = nameOf(event.target);
    focused.value = event.type === "focusin" ? name : "";
    if (event.type === "focusin" || !name) return;
    check(name);
    const pair = (days as readonly string[]).includes(name) && (days as readonly string[]).includes(nameOf(event.relatedTarget));
    if (days[0] === name && !pair) check(days[1]); // what is wrong with both together stands at the second
  }

  return { values, sheet, hint, daysNeeded, unknown, begin, reset, set, typed, check, at, question, ask, onFocus };
}

/** The name of a box; "" of anything else. */
const nameOf = (target: EventTarget | null): string => (target instanceof HTMLElement ? (target.dataset.field ?? "") : "");
