import { computed, reactive, ref, shallowRef } from "vue";
import { lineOf, Problem } from "@/kernel/api/problem";
import type { Violation } from "@/kernel/api/types";
import type { ListAnswer, Turn } from "./rows";

/** Where the rows of a list come from. */
export interface ListSource<Row, Question, Answer extends ListAnswer<Row>> {
  find(question: Question, turn: Turn): Promise<Answer>;
  keyOf(row: Row): string;
  /** The order of a fresh answer. */
  order: string;
  tickable(row: Row): boolean;
  /** Ticks live on while pages are turned, until something else is asked; else only rows that are shown can be ticked. */
  across?: boolean;
}

/** A list that a question was asked for: the page of rows that is shown, its order, and what is ticked (UI-07). */
export function useList<Row, Question, Answer extends ListAnswer<Row> = ListAnswer<Row>>(source: ListSource<Row, Question, Answer>) {
  const page = reactive({ number: 1, size: 20, sort: source.order });
  const result = shallowRef<Answer | null>(null);
  const searching = ref(false);
  const refused = ref<Violation[]>([]);
  const failed = ref(""); // why the last question got no answer
  const ticked = ref<Set<string>>(new Set());
  const asked = shallowRef<Question | null>(null); // what was asked last
  const answered = shallowRef<{ question: Question; sort: string } | null>(null); // what the rows that are shown answer
  let turn = 0; // an answer counts only while nothing newer has been asked
  let fetching: Promise<void> = Promise.resolve(); // what `searching` is about

  const rows = computed<Row[]>(() => result.value?.items ?? []);
  const before = computed(() => (result.value ? (result.value.page - 1) * result.value.size : 0));
  const tickable = computed(() => rows.value.filter(source.tickable));

  /** Another question, from the first page. */
  function search(question: Question): Promise<void> {
    asked.value = question;
    Object.assign(page, { number: 1, sort: source.order });
    ticked.value = new Set();
    return fetchPage();
  }

  const find = (question: Question): Promise<Answer> => source.find(question, { page: page.number, size: page.size, sort: page.sort });

  /** The same question again: another page, another order, or fresh rows. */
  const fetchPage = (): Promise<void> => (fetching = fetchNow());

  async function fetchNow(): Promise<void> {
    const question = asked.value;
    if (question === null) return;
    const [mine, sort] = [++turn, page.sort];
    searching.value = true;
    [refused.value, failed.value] = [[], ""];
    try {
      const answer = await find(question);
      if (mine === turn) take(answer, { question, sort });
    } catch (error) {
      if (mine === turn) tell(error, question);
    } finally {
      if (mine === turn) searching.value = false;
    }
  }

  /** Another order: by a column's name, "-" before it for descending. */
  function sortBy(sort: string): Promise<void> {
    return turnTo({ number: 1, sort });
  }

  function turnTo(changes: { number: number; size?: number; sort?: string }): Promise<void> {
    Object.assign(page, changes);
    return fetchPage();
  }

  /** Fresh rows without a word when it fails; what is ticked stays. What is just being fetched may be older than the news (UI-14): they are fetched after it. */
  async function refresh(): Promise<void> {
    while (searching.value) await fetching;
    const question = asked.value;
    if (question === null || !result.value) return;
    const [mine, sort] = [++turn, page.sort];
    const fresh = await find(question);
    if (mine === turn) take(fresh, { question, sort });
  }

  /** Whether news of a row concern the list: it is shown, or may be in what is just being fetched. */
  const mayHold = (key: string): boolean => searching.value || rows.value.some((row) => source.keyOf(row) === key);

  /** Rows that can no longer be ticked lose their tick. */
  function take(found: Answer, to: { question: Question; sort: string }): void {
    [result.value, answered.value, failed.value] = [found, to, ""];
    const [shown, still] = [new Set(rows.value.map(source.keyOf)), new Set(tickable.value.map(source.keyOf))];
    ticked.value = new Set([...ticked.value].filter((key) => still.has(key) || (source.across && !shown.has(key))));
  }

  function tick(keys: string[], on: boolean): void {
    const now = new Set(ticked.value);
    for (const key of keys) if (on) now.add(key); else now.delete(key);
    ticked.value = now;
  }

  function tell(error: unknown, question: Question): void {
    const violations = error instanceof Problem ? error.violations : [];
    if (violations.length) return refuse(violations);
    if (answered.value?.question !== question) drop(); // the rows of another question would pass for its answer
    failed.value = lineOf(error);
  }

  /** The list as it is before anything was asked. */
  function forget(): void {
    drop();
    asked.value = null;
  }

  function drop(): void {
    turn += 1;
    searching.value = false;
    [result.value, answered.value] = [null, null];
    [refused.value, failed.value] = [[], ""];
    ticked.value = new Set();
  }

  /** What keeps the question from being asked; the list shows no rows of the one before, and does not ask for them again. */
  function refuse(violations: Violation[]): void {
    forget();
    refused.value = violations;
  }

  return {
    asked, answered, page, result, rows, before, tickable, ticked, searching, refused, failed,
    search, sortBy, turnTo, fetchPage, refresh, mayHold, tick, refuse, forget,
  };
}
