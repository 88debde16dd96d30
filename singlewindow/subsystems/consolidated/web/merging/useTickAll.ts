import { ref } from "vue";
import { lineOf } from "@/kernel/api/problem";
import { sayRefused } from "@/kernel/dialogs/say";
import type { useList } from "@/kernel/list/useList";
import type { Question } from "@/kernel/query/useBoxValues";
import { findCandidates } from "../api";
import type { Candidate, Candidates } from "../shapes";

/** Lists that one 汇总 takes. */
export const MOST_LISTS = 10_000;
const LARGEST = 100; // rows of a page

/** 勾选全部查询结果: what may be merged, across all pages; an answer that comes too late for its question ticks nothing. */
export function useTickAll(list: ReturnType<typeof useList<Candidate, Question, Candidates>>) {
  const collecting = ref(false);

  async function tickAll(): Promise<void> {
    const question = list.asked.value;
    if (!question || collecting.value) return;
    collecting.value = true;
    try {
      const numbers = await mergeable(question, list.page.sort);
      if (list.asked.value !== question) return;
      list.ticked.value = new Set(numbers.slice(0, MOST_LISTS));
      if (numbers.length > MOST_LISTS) sayRefused(`一次最多汇总 ${MOST_LISTS} 票清单：已勾选前 ${MOST_LISTS} 票，其余请再次汇总`);
    } catch (error) {
      sayRefused(`未能勾选全部：${lineOf(error)}`);
    } finally {
      collecting.value = false;
    }
  }

  return { collecting, tickAll };
}

/** The numbers of all that may be merged; one page more than one 汇总 takes, where there are so many. */
async function mergeable(question: Question, sort: string): Promise<string[]> {
  const numbers: string[] = [];
  for (let page = 1; numbers.length <= MOST_LISTS; page += 1) {
    const { items, total } = await findCandidates(question, { page, size: LARGEST, sort });
    numbers.push(...items.filter((row) => row.may.allowed).map((row) => row.number));
    if (!items.length || page * LARGEST >= total) break;
  }
  return numbers;
}
