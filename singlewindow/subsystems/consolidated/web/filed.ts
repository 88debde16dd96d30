/** What 企业备案变更 and 备案表查询 have in common: two lists of filings, of which one row is chosen (manual 1.3, 5.1). */
import { computed, ref, watch } from "vue";
import { findDocuments } from "@/kernel/api/documents";
import type { Found, FoundPage } from "@/kernel/api/types";
import { canonicalDay } from "@/kernel/fields/date/canonical";
import type { Turn } from "@/kernel/list/rows";
import { useList } from "@/kernel/list/useList";
import type { Question } from "@/kernel/query/useBoxValues";
import { BOOKLET, QUALIFICATION } from "./words";

/** A list of filings of one kind, the newest first. */
export const listOf = (find: (question: Question, turn: Turn) => Promise<FoundPage>) =>
  useList<Found, Question, FoundPage>({ find, keyOf: (row) => row.number, tickable: () => false, order: "-updated_at" });
export type FilingList = ReturnType<typeof listOf>;

/**
 * Booklets by 备案企业中心统一编号: those of the qualification that has it; where there are none, now, the booklet that has it itself.
 * Whose number it is is asked at each look: booklets come back with customs' answer (UI-14).
 */
export async function findBooklets({ number, ...others }: Question, turn: Turn): Promise<FoundPage> {
  if (!number) return findDocuments(BOOKLET, { ...others, ...turn });
  const found = await findDocuments(BOOKLET, { ...others, qualification: number, ...turn });
  return found.total ? found : findDocuments(BOOKLET, { ...others, number, ...turn });
}

/** A filing that is chosen. */
export interface Chosen {
  type: string;
  row: Found;
}

/** The one row that is chosen of both lists, as it is shown now; what a page turn, an order or fresh rows show no longer is chosen no longer (CONS-07). */
export function useChosen(qualifications: FilingList, booklets: FilingList) {
  const key = ref({ type: "", number: "" });
  const rowsOf = (type: string): Found[] => (type === QUALIFICATION ? qualifications : booklets).rows.value;

  const chosen = computed<Chosen | null>(() => {
    const { type, number } = key.value;
    const row = rowsOf(type).find((one) => one.number === number);
    return row ? { type, row } : null;
  });
  const choose = (type: string, number: string): void => void (key.value = { type, number });
  const forget = (): void => choose("", "");
  watch([qualifications.rows, booklets.rows], () => !chosen.value && forget()); // it is not chosen again as it comes back

  /** The number that is chosen in the list of this kind, if one is. */
  const numberIn = (type: string): string | null => (chosen.value?.type === type ? chosen.value.row.number : null);

  return { chosen, choose, forget, numberIn };
}

/** A cell of such a list; 担保有效期 is typed as yyyyMMdd and stands beside 核准有效期, which customs return as a day. */
export const wordsOf = (row: Found, name: string): string =>
  name === "guarantee_until" ? canonicalDay(row.values[name] ?? "") : (row.values[name] ?? "");

/** The row whose cells were clicked, which chooses it; "" for a click on what does something itself. */
export function rowAt(event: MouseEvent): string {
  const at = event.target as HTMLElement;
  return (at.closest("button, input") ? undefined : at.closest<HTMLElement>("tr[data-row]")?.dataset.row) ?? "";
}
