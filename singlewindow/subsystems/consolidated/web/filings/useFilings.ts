import { computed } from "vue";
import { findDocuments } from "@/kernel/api/documents";
import type { FoundPage, Violation } from "@/kernel/api/types";
import type { Turn } from "@/kernel/list/rows";
import type { Question } from "@/kernel/query/useBoxValues";
import { findBooklets, listOf, useChosen } from "../filed";
import { BOOKLET, QUALIFICATION } from "../words";

const HELD = "3"; // 待发送: what waits for its qualification; a qualification never does
const nothing = (page: number, size: number): FoundPage => ({ items: [], total: 0, total_capped: false, page, size });

const findQualifications = (question: Question, turn: Turn): Promise<FoundPage> =>
  question.status === HELD ? Promise.resolve(nothing(turn.page, turn.size)) : findDocuments(QUALIFICATION, { ...question, ...turn });

/** Both kinds of filings for one question; of booklets 备案企业中心统一编号 is that of their qualification, else their own. */
export function useFilings() {
  const qualifications = listOf(findQualifications);
  const booklets = listOf(findBooklets);
  const both = [qualifications, booklets];
  const { chosen, choose, forget: chooseNone, numberIn } = useChosen(qualifications, booklets);

  const searching = computed(() => both.some((one) => one.searching.value));
  const searched = computed(() => both.every((one) => one.result.value !== null));
  const failed = computed(() => qualifications.failed.value || booklets.failed.value);
  const refused = computed<Violation[]>({
    get: () => (qualifications.refused.value.length ? qualifications.refused.value : booklets.refused.value),
    set: (left) => both.forEach((one) => (one.refused.value = left)),
  });

  async function search(question: Question): Promise<void> {
    chooseNone();
    await Promise.all(both.map((one) => one.search(question)));
  }

  const refresh = async (): Promise<void> => void (await Promise.all(both.map((one) => one.refresh())));

  /** Whether news of a filing concern what is shown (UI-14). */
  const mayHold = (type: string, number: string): boolean => {
    const list = { [QUALIFICATION]: qualifications, [BOOKLET]: booklets }[type];
    return list?.mayHold(number) ?? false;
  };

  function refuse(violations: Violation[]): void {
    forget();
    qualifications.refuse(violations);
  }

  function forget(): void {
    chooseNone();
    for (const one of both) one.forget();
  }

  /** The qualification of what is chosen, "" where nothing is. */
  function qualificationOfChosen(): string {
    if (!chosen.value) return "";
    const { type, row } = chosen.value;
    return type === QUALIFICATION ? row.number : (row.values.qualification ?? "");
  }

  return { qualifications, booklets, chosen, choose, numberIn, searching, searched, failed, refused, search, refresh, mayHold, refuse, forget, qualificationOfChosen };
}
