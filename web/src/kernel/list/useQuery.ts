import { computed, reactive, ref, shallowRef, watch } from "vue";
import { findDocuments } from "@/kernel/api/documents";
import { lineOf, Problem } from "@/kernel/api/problem";
import type { Definition, Found, FoundPage, QueryCondition, Violation } from "@/kernel/api/types";
import { day } from "@/kernel/format";
import { ALL } from "./allStates";

const ORDER = "-updated_at";

/** A type's query: its conditions as typed, and the page of rows that the last search found. */
export function useQuery(definition: () => Definition | null, now: () => Date = () => new Date()) {
  const values = reactive<Record<string, string>>({});
  const page = reactive({ number: 1, size: 20, sort: ORDER });
  const result = shallowRef<FoundPage | null>(null);
  const searching = ref(false);
  const refused = ref<Violation[]>([]);
  const failed = ref(""); // why the last question got no answer
  const ticked = ref<Set<string>>(new Set());
  const asked = shallowRef<Record<string, string>>({}); // what the list answers
  let turn = 0; // an answer counts only while nothing newer has been asked

  const conditions = computed(() => definition()?.query.conditions ?? []);
  const rows = computed<Found[]>(() => result.value?.items ?? []);
  const tickable = computed(() => rows.value.filter((row) => row.actions.delete?.allowed));

  watch(() => definition()?.type, begin, { immediate: true });

  /** The page as it opens: a span that must be given stands at its longest, up to today. */
  function begin(): void {
    reset();
    for (const condition of conditions.value) Object.assign(values, atFirst(condition, now()));
  }

  /** 重置: clears all conditions, to be filled in anew (UI-09, manual 4.3); the list is emptied. */
  function reset(): void {
    for (const name of Object.keys(values)) delete values[name];
    for (const name of conditions.value.flatMap(namesOf)) values[name] = "";
    forgetResult();
  }

  /** 查询: from the first page, with what the conditions say now. */
  function search(): Promise<void> {
    asked.value = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ALL.code));
    Object.assign(page, { number: 1, sort: ORDER });
    ticked.value = new Set();
    return fetchPage();
  }

  /** The same question again: another page, another order, or fresh rows. */
  async function fetchPage(): Promise<void> {
    const found = definition();
    if (!found) return;
    const mine = ++turn;
    searching.value = true;
    [refused.value, failed.value] = [[], ""];
    try {
      const query = { ...asked.value, page: page.number, size: page.size, sort: page.sort };
      const answer = await findDocuments(found.type, query);
      if (mine === turn) take(answer);
    } catch (error) {
      if (mine === turn) tell(error);
    } finally {
      if (mine === turn) searching.value = false;
    }
  }

  /** Another order: by a column's name, "-" before it for descending. */
  function sortBy(sort: string): Promise<void> {
    Object.assign(page, { number: 1, sort });
    return fetchPage();
  }

  /** Fresh rows without a word when it fails; what is ticked stays. */
  async function refresh(): Promise<void> {
    const found = definition();
    if (!found || !result.value || searching.value) return;
    const mine = turn;
    const query = { ...asked.value, page: page.number, size: page.size, sort: page.sort };
    const fresh = await findDocuments(found.type, query);
    if (mine === turn) take(fresh);
  }

  function take(found: FoundPage): void {
    result.value = found;
    const still = new Set(tickable.value.map((row) => row.number));
    ticked.value = new Set([...ticked.value].filter((number) => still.has(number)));
  }

  function tell(error: unknown): void {
    const violations = error instanceof Problem ? error.violations : [];
    if (!violations.length) return void (failed.value = lineOf(error));
    refuse(violations);
  }

  function forgetResult(): void {
    turn += 1;
    searching.value = false;
    result.value = null;
    [refused.value, failed.value] = [[], ""];
    ticked.value = new Set();
  }

  /** What keeps the question from being asked; the list shows no rows of the one before. */
  function refuse(violations: Violation[]): void {
    forgetResult();
    refused.value = violations;
  }

  return { values, asked, page, result, rows, tickable, ticked, searching, refused, failed, conditions, reset, search, sortBy, fetchPage, refresh, refuse };
}

export type Query = ReturnType<typeof useQuery>;

/** A span that must be given begins with the last days that it may cover, up to today. */
function atFirst(condition: QueryCondition, now: Date): Record<string, string> {
  if (condition.kind !== "span" || !condition.required) return {};
  const [from, to] = namesOf(condition) as [string, string];
  return { [from]: day(now, Math.max(0, (condition.max_days || 30) - 1)), [to]: day(now) };
}

const namesOf = ({ kind, name }: QueryCondition): string[] => (kind === "span" ? [`${name}_from`, `${name}_to`] : [name]);
