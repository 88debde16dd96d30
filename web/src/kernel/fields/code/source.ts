import { call } from "@/kernel/api/client";
import type { CodeDetails, CodeItem, CodePage } from "@/kernel/api/types";
import { initialsOf } from "./initials";

/** Where a code field finds its entries. */
export interface CodeSource {
  /** How many entries a search answers at most; as many may mean that there are more. */
  most?: number;
  search(text: string): Promise<CodeItem[]>;
  /** The entry of exactly this code, or null. */
  find(code: string): Promise<CodeItem | null>;
  /** An entry that was seen before and has exactly this code or name. */
  seen?(text: string): CodeItem | undefined;
}

/** A few entries that the page already holds (statuses, categories of attachments, document types). */
export function listSource(items: CodeItem[]): CodeSource {
  const matches = (item: CodeItem, text: string): boolean =>
    item.code.toUpperCase().startsWith(text.toUpperCase()) || item.name.includes(text) || initialsOf(item.name).includes(text.toLowerCase());
  return {
    search: (text) => Promise.resolve(text ? items.filter((item) => matches(item, text)) : items),
    find: (code) => Promise.resolve(items.find((item) => item.code === code) ?? null),
  };
}

const MOST = 20;
/** Of a list that is opened for some digits: nearly every heading of the tariff has fewer goods. */
export const MANY = 100;
const names = new Map<string, CodeItem>();
const asked = new Map<string, Promise<CodeItem[]>>();

/** A code table on the server: code prefix, Chinese part or pinyin initials (UI-04). Entries seen are remembered. */
export function tableSource(table: string, most = MOST): CodeSource {
  async function search(text: string): Promise<CodeItem[]> {
    const page = await call<CodePage>("GET", `/api/codes/${encodeURIComponent(table)}`, { query: { q: text, limit: most } });
    for (const item of page.items) names.set(`${table}/${item.code}`, item);
    return page.items;
  }
  /** Many fields and cells may ask for one code at once; the server is asked once. */
  async function find(code: string): Promise<CodeItem | null> {
    const key = `${table}/${code}`;
    const known = names.get(key);
    if (known) return known;
    const asking = asked.get(key) ?? search(code).finally(() => asked.delete(key));
    asked.set(key, asking);
    return (await asking).find((item) => item.code === code) ?? null;
  }
  const seen = (text: string): CodeItem | undefined =>
    names.get(`${table}/${text}`) ?? names.get(`${table}/${text.toUpperCase()}`) ?? [...names].find(([key, { name }]) => name === text && key.startsWith(`${table}/`))?.[1];
  return { most, search, find, seen };
}

/** A good and its declaration elements (申报要素), [] where it has none. */
export interface Good extends CodeItem {
  elements: string[];
}

const goods = new Map<string, Good>();

/** The elements of an entry of a code table. Throws the API's `Problem`. */
export async function elementsOf(table: string, code: string): Promise<Good> {
  const key = `${table}/${code}`;
  const known = goods.get(key);
  if (known) return known;
  const { name, extra } = await call<CodeDetails>("GET", `/api/codes/${encodeURIComponent(table)}/${encodeURIComponent(code)}`);
  const good = { code, name, elements: [extra.elements ?? []].flat() };
  goods.set(key, good);
  return good;
}
