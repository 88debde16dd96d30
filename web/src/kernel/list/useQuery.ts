import { computed, reactive, watch } from "vue";
import { findDocuments } from "@/kernel/api/documents";
import type { Definition, Found, FoundPage, QueryCondition } from "@/kernel/api/types";
import { businessNow } from "@/kernel/clock/businessClock";
import type { Preset } from "@/kernel/preset";
import { day } from "@/kernel/format";
import { ALL } from "./allStates";
import { useList } from "./useList";

/**
 * A type's query: its conditions as typed, and the page of rows that the last search found.
 * @param preset with what conditions begin, of those that the type has; `for` the action for which documents are found
 */
export function useQuery(definition: () => Definition | null, now: () => Date = businessNow, preset: Preset = {}) {
  const values = reactive<Record<string, string>>({});
  const list = useList<Found, Record<string, string>, FoundPage>({
    find: (question, turn) => findDocuments(definition()!.type, { ...question, ...turn, ...(preset.for ? { amends: preset.for } : {}) }),
    keyOf: (row) => row.number, tickable: (row) => row.actions.delete?.allowed === true, order: "-updated_at",
  });

  const conditions = computed(() => definition()?.query.conditions ?? []);

  watch(() => definition()?.type, begin, { immediate: true });

  /**
   * The page as it opens: a span that must be given stands at its longest, up to today; what the menu gives stands there too.
   * With another type (manual 4.3: one box changes) what was typed in the boxes that it has too stays.
   */
  function begin(): void {
    const typed = Object.entries(values);
    reset();
    for (const condition of conditions.value) Object.assign(values, atFirst(condition, now()));
    for (const name of conditions.value.flatMap(namesOf)) if (preset[name]) values[name] = preset[name];
    for (const [name, value] of typed) if (name in values && isThere(name, value)) values[name] = value;
  }

  /** Whether the type has this status; of other boxes any value may be asked. */
  const isThere = (name: string, value: string): boolean =>
    !value || conditions.value.find((one) => one.name === name)?.kind !== "status" || [ALL, ...definition()!.states].some(({ code }) => code === value);

  /** 重置: clears all conditions, to be filled in anew (UI-09, manual 4.3); the list is emptied. */
  function reset(): void {
    for (const name of Object.keys(values)) delete values[name];
    for (const name of conditions.value.flatMap(namesOf)) values[name] = "";
    list.forget();
  }

  /** 查询: from the first page, with what the conditions say now. */
  const search = (): Promise<void> =>
    list.search(Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ALL.code)));

  return { ...list, values, conditions, reset, search };
}

export type Query = ReturnType<typeof useQuery>;

/** A span that must be given begins with the last days that it may cover, up to today; a role box with its first entry. */
function atFirst(condition: QueryCondition, now: Date): Record<string, string> {
  if (condition.kind === "role") return { [condition.name]: condition.choices[0]?.code ?? "" };
  if (condition.kind !== "span" || !condition.required) return {};
  const [from, to] = namesOf(condition) as [string, string];
  return { [from]: day(now, Math.max(0, (condition.max_days || 30) - 1)), [to]: day(now) };
}

/** The parameters by which it is asked; none for a box that only shows something. */
const namesOf = ({ kind, name }: QueryCondition): string[] => (kind === "own" ? [] : kind === "span" ? [`${name}_from`, `${name}_to`] : [name]);
