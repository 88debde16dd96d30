import { call } from "./client";
import type { NewsPage } from "./types";

export const getNews = (before?: string): Promise<NewsPage> => call("GET", "/api/news", { query: { before } });

export const markNewsRead = (until: string): Promise<{ unread: number }> =>
  call("POST", "/api/news/read", { body: { until } });
