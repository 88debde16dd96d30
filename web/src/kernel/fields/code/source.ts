import { call } from "@/kernel/api/client";
import { Problem } from "@/kernel/api/problem";
import type { CodeDetails, CodeItem, CodePage } from "@/kernel/api/types";
import { initialsOf } from "./initials";

/** Where a code field finds its entries. */
export interface CodeSource {
  /** How many entries a search answers at most; as many may mean that there are more. */
  most?: number;
  /** As of which day `find` answers; "": today. */
  day?: string;
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
const formerNames = new Map<string, CodeItem | null>(); // as of a day; null: the code did not count then
const asked = new Map<string, Promise<CodeItem[]>>();

/**
 * A code table on the server: code prefix, Chinese part or pinyin initials (UI-04). Entries seen are remembered.
 * @param day as of which the name of a code is found that cannot be typed any more: an old document keeps the meaning
 * that its codes had (OPER-02). Of a code that did not count then it is today's: it was typed later. Searches are today's.
 */
export function tableSource(table: string, most = MOST, day = ""): CodeSource {
  const ask = async (text: string, on?: string): Promise<CodeItem[]> =>
    (await call<CodePage>("GET", `/api/codes/${encodeURIComponent(table)}`, { query: { q: text, limit: most, day: on } })).items;
  async function search(text: string): Promise<CodeItem[]> {
    const items = await ask(text);
    for (const item of items) names.set(`${table}/${item.code}`, item);
    return items;
  }
  /** Many fields and cells may ask for one code at once; the server is asked once. */
  async function once(key: string, code: string, work: (text: string) => Promise<CodeItem[]>): Promise<CodeItem | null> {
    const asking = asked.get(key) ?? work(code).finally(() => asked.delete(key));
    asked.set(key, asking);
    return (await asking).find((item) => item.code === code) ?? null;
  }
  async function find(code: string): Promise<CodeItem | null> {
    if (day) {
      const key = `${table}/${code}/${day}`;
      if (!formerNames.has(key)) formerNames.set(key, await once(key, code, (text) => ask(text, day)));
      const former = formerNames.get(key);
      if (former) return former;
    }
    const key = `${table}/${code}`;
    return names.get(key) ?? once(key, code, search);
  }
  const seen = (text: string): CodeItem | undefined =>
    names.get(`${table}/${text}`) ?? names.get(`${table}/${text.toUpperCase()}`) ?? [...names].find(([key, { name }]) => name === text && key.startsWith(`${table}/`))?.[1];
  return { most, day, search, find, seen };
}

/** A good and its declaration elements (申报要素), [] where it has none. */
export interface Good extends CodeItem {
  elements: string[];
}

const goods = new Map<string, Good>();

/** The elements of an entry of a code table, as of a day, if it counted then, or ("") today. Throws the API's `Problem`. */
export async function elementsOf(table: string, code: string, day = ""): Promise<Good> {
  const key = `${table}/${code}/${day}`;
  const known = goods.get(key);
  if (known) return known;
  try {
    const { name, extra } = await call<CodeDetails>("GET", `/api/codes/${encodeURIComponent(table)}/${encodeURIComponent(code)}`, { query: { day: day || undefined } });
    const good = { code, name, elements: [extra.elements ?? []].flat() };
    goods.set(key, good);
    return good;
  } catch (error) {
    if (day && error instanceof Problem && error.status === 404) return elementsOf(table, code);
    throw error;
  }
}
