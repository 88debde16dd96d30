import { computed, ref } from "vue";
import { findDocuments } from "@/kernel/api/documents";
import type { Found, FoundPage, Violation } from "@/kernel/api/types";
import type { Turn } from "@/kernel/list/rows";
import { useList } from "@/kernel/list/useList";
import type { Question } from "@/kernel/query/useBoxValues";
import { BOOKLET, QUALIFICATION } from "../words";

const HELD = "3"; // 待发送: what waits for its qualification; a qualification never does
const nothing = (page: number, size: number): FoundPage => ({ items: [], total: 0, total_capped: false, page, size });

const listOf = (find: (question: Question, turn: Turn) => Promise<FoundPage>) =>
  useList<Found, Question, FoundPage>({ find, keyOf: (row) => row.number, tickable: () => false, order: "-updated_at" });
export type FilingList = ReturnType<typeof listOf>;

const findQualifications = (question: Question, turn: Turn): Promise<FoundPage> =>
  question.status === HELD ? Promise.resolve(nothing(turn.page, turn.size)) : findDocuments(QUALIFICATION, { ...question, ...turn });

/** Those of a qualification; where there are none, now, the booklet that has the number itself. */
async function findBooklets({ number, ...others }: Question, turn: Turn): Promise<FoundPage> {
  if (!number) return findDocuments(BOOKLET, { ...others, ...turn });
  const found = await findDocuments(BOOKLET, { ...others, qualification: number, ...turn });
  return found.total ? found : findDocuments(BOOKLET, { ...others, number, ...turn });
}

/** Both kinds of filings for one question; of booklets 备案企业中心统一编号 is that of their qualification, else their own. */
export function useFilings() {
  const qualifications = listOf(findQualifications);
  const booklets = listOf(findBooklets);
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
    chosen.value = "";
    await Promise.all(both.map((one) => one.search(question)));
  }

  /** Fresh rows; what was chosen and is shown no longer is chosen no longer. */
  async function refresh(): Promise<void> {
    const before = chosen.value;
    const was = isShown(before);
    await Promise.all(both.map((one) => one.refresh()));
    if (was && chosen.value === before && !isShown(before)) chosen.value = "";
  }

  function isShown(key: string): boolean {
    const [type, number] = key.split("/");
    return (type === QUALIFICATION ? qualifications : booklets).rows.value.some((row) => row.number === number);
  }

  function refuse(violations: Violation[]): void {
    forget();
    qualifications.refuse(violations);
  }

  function forget(): void {
    chosen.value = "";
    for (const one of both) one.forget();
  }

  /** The qualification of what is chosen, "" where nothing is. */
  function qualificationOfChosen(): string {
    const [type, number] = chosen.value.split("/") as [string, string?];
    if (!number) return "";
    return type === QUALIFICATION ? number : (booklets.rows.value.find((row) => row.number === number)?.values.qualification ?? "");
  }

  return { qualifications, booklets, chosen, searching, searched, failed, refused, search, refresh, isShown, refuse, forget, qualificationOfChosen };
}
