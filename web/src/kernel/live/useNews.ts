import { computed, ref, type Ref } from "vue";
import { getNews, markNewsRead } from "@/kernel/api/news";
import { lineOf } from "@/kernel/api/problem";
import type { Change, NewsItem } from "@/kernel/api/types";
import { useLive } from "./useLive";

/** The portal's own word that a message was sent is no news. */
export const isNews = (change: Change): boolean => change.kind === "receipt" && change.code !== "SENT";

/** 消息提醒: the newest receipts of the company's documents, and how many are unread. */
export function useNews(active: Readonly<Ref<boolean>>) {
  const items = ref<NewsItem[]>([]);
  const unread = ref(0);
  const more = ref(false);
  const trouble = ref("");

  useLive({ concerns: isNews, look, active, waiting: computed(() => true) });

  /** The newest page; older ones that were fetched are forgotten. */
  async function look(): Promise<void> {
    const found = await getNews();
    unread.value = found.unread;
    items.value = found.items;
    more.value = found.more;
    trouble.value = "";
  }

  async function older(): Promise<void> {
    await told(async () => {
      const found = await getNews(items.value.at(-1)?.cursor);
      items.value = [...items.value, ...found.items];
      more.value = found.more;
    });
  }

  /** What is shown counts as read; it keeps its mark until it is fetched again. */
  async function read(): Promise<void> {
    const newest = items.value[0];
    if (newest && unread.value) await told(async () => void (unread.value = (await markNewsRead(newest.cursor)).unread));
  }

  async function told(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      trouble.value = "";
    } catch (error) {
      trouble.value = lineOf(error);
    }
  }

  return { items, unread, more, trouble, look: () => told(look), older, read };
}
