import { computed, ref } from "vue";
import { findDocuments } from "@/kernel/api/documents";
import type { Found, FoundPage, Violation } from "@/kernel/api/types";
import { useList } from "@/kernel/list/useList";
import type { Question } from "@/kernel/query/useBoxValues";
import { BOOKLET, QUALIFICATION } from "../words";

const HELD = "3"; // 待发送: what waits for its qualification; a qualification never does
const nothing = (page: number, size: number): FoundPage => ({ items: [], total: 0, total_capped: false, page, size });

const listOf = (type: string, asked: (question: Question) => Question | null) =>
  useList<Found, Question, FoundPage>({
    find: (question, turn) => {
      const wanted = asked(question);
      return wanted ? findDocuments(type, { ...wanted, ...turn }) : Promise.resolve(nothing(turn.page, turn.size));
    },
    keyOf: (row) => row.number, tickable: () => false, order: "-updated_at",
  });
export type FilingList = ReturnType<typeof listOf>;

/** Both kinds of filings for one question; of booklets 备案企业中心统一编号 is that of their qualification, else their own. */
export function useFilings() {
  let turn = 0; // a query goes on only while nothing newer was asked
  let own = false;
  const qualifications = listOf(QUALIFICATION, (question) => (question.status === HELD ? null : question));
  const booklets = listOf(BOOKLET, ({ number, ...others }) => (number ? { ...others, [own ? "number" : "qualification"]: number } : others));
  const both = [qualifications, booklets];
  const chosen = ref(""); // type/number

  const searching = computed(() => both.some((one) => one.searching.value));
  const searched = computed(() => both.every((one) => one.result.value !== null));
  const failed = computed(() => qualifications.failed.value || booklets.failed.value);
  const refused = computed<Violation[]>({
    get: () => (qualifications.refused.value.length ? qualifications.refused.value : booklets.refused.value),
    set: (left) => both.forEach((one) => (one.refused.value = left)),
  });

  async function search(question: Question): Promise<void> {
    const mine = ++turn;
    chosen.value = "";
    own = false;
    await Promise.all(both.map((one) => one.search(question)));
    if (mine !== turn || !question.number || booklets.rows.value.length || booklets.failed.value) return;
    own = true;
    await booklets.search(question);
  }

  function refuse(violations: Violation[]): void {
    forget();
    qualifications.refuse(violations);
  }

  function forget(): void {
    turn += 1;
    chosen.value = "";
    for (const one of both) one.forget();
  }

  /** The qualification of what is chosen, "" where nothing is. */
  function qualificationOfChosen(): string {
    const [type, number] = chosen.value.split("/") as [string, string?];
    if (!number) return "";
    return type === QUALIFICATION ? number : (booklets.rows.value.find((row) => row.number === number)?.values.qualification ?? "");
  }

  return { qualifications, booklets, chosen, searching, searched, failed, refused, search, refuse, forget, qualificationOfChosen };
}
