import { computed, shallowRef } from "vue";
import { lineOf } from "@/kernel/api/problem";
import { sayRefused } from "@/kernel/dialogs/say";
import type { ListAnswer } from "./rows";
import type { ListSource, useList } from "./useList";

/** What may be ticked of all that a question finds; `words` where it is not all of it. */
export interface All {
  keys: string[];
  words: string;
}

const LARGEST = 100; // rows of a page

/** 勾选全部查询结果: across all pages. What is answered, or fails, when another question was asked meanwhile ticks nothing and says nothing. */
export function useTickAll<Row, Question, Answer extends ListAnswer<Row>>(
  list: ReturnType<typeof useList<Row, Question, Answer>>, find: (question: Question, sort: string) => Promise<All>,
) {
  const collected = shallowRef<Question | null>(null); // for which question
  const collecting = computed(() => collected.value !== null && collected.value === list.asked.value);

  async function tickAll(): Promise<void> {
    const question = list.asked.value;
    if (question === null || collecting.value) return;
    collected.value = question;
    try {
      const { keys, words } = await find(question, list.page.sort);
      if (list.asked.value !== question) return;
      list.ticked.value = new Set(keys);
      if (words) sayRefused(words);
    } catch (error) {
      if (list.asked.value === question) sayRefused(`未能勾选全部：${lineOf(error)}`);
    } finally {
      if (collected.value === question) collected.value = null;
    }
  }

  return { collecting, tickAll };
}

/**
 * Goes through the pages for the rows that can be ticked, `most` at most.
 * @param words what to say where there are more
 */
export function pageByPage<Row, Question, Answer extends ListAnswer<Row>>(source: ListSource<Row, Question, Answer>, most: number, words: string) {
  return async (question: Question, sort: string): Promise<All> => {
    const keys: string[] = [];
    for (let page = 1; keys.length <= most; page += 1) {
      const { items, total, total_capped: more } = await source.find(question, { page, size: LARGEST, sort });
      keys.push(...items.filter(source.tickable).map(source.keyOf));
      if (!items.length || (!more && page * LARGEST >= total)) break; // a capped total is less than there are
    }
    return { keys: keys.slice(0, most), words: keys.length > most ? words : "" };
  };
}
