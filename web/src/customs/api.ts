/** What customs' API answers (OpenAPI: /api/openapi.json), and the calls of the officers' pages. */
import { call } from "@/kernel/api/client";
import type { Filters } from "./queue/states";

export interface Session {
  username: string;
  name: string;
  csrf: string;
}

export interface Item {
  id: number;
  type: string;
  number: string;
  sequence: number;
  title: string;
  action_title: string;
  district: string;
  company: string;
  company_name: string;
  state: string;
  state_name: string;
  customs_no: string | null;
  received_at: string;
  due_at: string | null;
  decided_at: string | null;
  decided_by: string | null;
}

export interface Page<T> {
  total: number;
  page: number;
  size: number;
  items: T[];
}

export interface ItemPage extends Page<Item> {
  total_capped: boolean;
}

export interface Attachment {
  category: string;
  category_name: string;
  name: string;
  sha256: string;
  size: number;
  pages: number;
  arrived: boolean;
}

export interface Receipt {
  seq: number;
  code: string;
  text: string;
  at: string;
  delivery: "queued" | "sent" | "refused" | "lost";
  sent_at: string | null;
  problem: string;
}

export interface Decision {
  name: string;
  title: string;
  needs_remark: boolean;
  /** Asked before it is taken; "" for what can be taken back. */
  question: string;
  /** What it confirms besides, shown with it and sent along; "" for nothing. */
  confirms: string;
  /** Why it cannot be taken for now; "" where it can. */
  why_not: string;
}

export interface Decided {
  title: string;
  remark: string;
  from_state: string;
  to_state: string;
  at: string;
  by: string;
}

/** What came of one decision on several submissions. */
export interface DecidedAll {
  decided: number;
  not_decided: { id: number; why_not: string }[];
}

/** What a change alters: a field's or cell's text, or a whole row by its columns' labels; null: nothing stood there. */
export interface Change {
  label: string;
  before: string | Record<string, unknown> | null;
  after: string | Record<string, unknown> | null;
}

export interface Detail extends Item {
  /** null for what alters nothing that was in force. */
  changes: Change[] | null;
  content: { label: string; value: unknown }[];
  statement: Record<string, unknown>;
  signer: { card_no: string; holder: string } | null;
  attachments: Attachment[];
  receipts: Receipt[];
  decisions: Decision[];
  note: string;
  history: Decided[];
  submitted_at: string;
  request_id: string;
}

export interface Mode {
  automatic: boolean;
  delay_seconds: number;
  delay_max_seconds: number;
  refuse_share: number;
}

export interface Faults {
  lost: number;
  doubled: number;
  delayed: number;
  shuffled: number;
  lost_seconds: number;
  hold_seconds: number;
  seed: string;
}

export interface FilterChoices {
  states: Record<string, string>;
  types: Record<string, string>;
}

export interface Delivery {
  queued: number;
  refused: number;
  lost: number;
  unreadable: number;
  waiting: number;
}

export interface UnreadableMessage {
  id: number;
  message_id: string;
  sender: string;
  received_at: string;
  problem: string;
}

export interface Member {
  name: string;
  label: string;
  kind: "text" | "choice" | "flag" | "day" | "moment" | "number" | "rows" | "hours";
  choices: Record<string, string>;
  steps: Record<string, string[]> | null;
  columns: Member[];
  listed: boolean;
  editable: boolean;
}

export interface Register {
  name: string;
  title: string;
  key_label: string;
  may_add: boolean;
  dated: boolean;
  members: Member[];
}

export interface Entry {
  key: string;
  seq: number;
  data: Record<string, unknown>;
  first_day: string | null;
  last_day: string | null;
}

export interface EntryChange {
  seq: number;
  data: Record<string, unknown>;
  first_day: string | null;
  last_day: string | null;
}

/** What a change of an entry would alter; "" for nothing. */
export interface Difference {
  label: string;
  before: string;
  after: string;
}

const registers = "/api/registers";
const entryUrl = (kind: string, key: string): string => `${registers}/${kind}/${encodeURIComponent(key)}`; // a 提运单号 may have a /

export const api = {
  session: () => call<Session>("GET", "/api/session"),
  logIn: (username: string, password: string) =>
    call<Session>("POST", "/api/session", { body: { username, password } }),
  logOut: () => call<void>("DELETE", "/api/session"),
  filters: () => call<FilterChoices>("GET", "/api/filters"),
  queue: (query: Filters) =>
    call<ItemPage>("GET", "/api/submissions", { query }),
  detail: (id: number) => call<Detail>("GET", `/api/submissions/${id}`),
  decide: (id: number, decision: Decision["name"], remark: string, confirms = "") =>
    call<Detail>("POST", `/api/submissions/${id}/decision`, { body: { decision, remark, confirms } }),
  decideAll: (ids: number[], decision: Decision["name"], remark: string) =>
    call<DecidedAll>("POST", "/api/decisions", { body: { ids, decision, remark } }),
  sendAgain: (id: number) => call<{ receipts: number }>("POST", `/api/submissions/${id}/send-again`),
  faults: () => call<Faults>("GET", "/api/faults"),
  setFaults: (faults: Faults) => call<Faults>("PUT", "/api/faults", { body: faults }),
  mode: () => call<Mode>("GET", "/api/mode"),
  setMode: (mode: Mode) => call<Mode>("PUT", "/api/mode", { body: mode }),
  delivery: () => call<Delivery>("GET", "/api/delivery"),
  unreadable: () => call<UnreadableMessage[]>("GET", "/api/unreadable"),
  understandAgain: (id: number) => call<void>("POST", `/api/unreadable/${id}/again`),
  registers: () => call<Register[]>("GET", registers),
  entries: (kind: string, query: { key: string; page: number; size: number }) =>
    call<Page<Entry>>("GET", `${registers}/${kind}`, { query }),
  entry: (kind: string, key: string) => call<Entry>("GET", entryUrl(kind, key)),
  setEntry: (kind: string, key: string, change: EntryChange) =>
    call<Entry>("PUT", entryUrl(kind, key), { body: change }),
  tryEntry: (kind: string, key: string, change: EntryChange) =>
    call<Difference[]>("POST", `${entryUrl(kind, key)}/trial`, { body: change }),
};

/** Where an attachment opens as PDF. */
export function attachmentUrl(id: number, sha256: string): string {
  return `/api/submissions/${id}/attachments/${sha256}`;
}
