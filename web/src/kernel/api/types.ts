/**
 * The shapes of the portal's HTTP API, as the pages use them.
 * Moments are RFC 3339 with an offset, dates YYYY-MM-DD, decimals strings, bytes standard Base64.
 */
import type { Condition } from "@/kernel/conditions";

export interface Config {
  title: string;
  card_url: string;
  demo: boolean;
}

export interface Captcha {
  id: string;
  image: string;
}

export interface Session {
  account: { username: string; display_name: string; role: string };
  company: { customs_code: string; scc: string; name: string };
  bound_card: string | null;
  level: "password" | "card";
  csrf: string;
}

export interface CardChallenge {
  challenge: string;
  signing_input: string;
}

export interface MenuItem {
  title: string;
  page: "form" | "query";
  types: string[];
}

export interface Application {
  name: string;
  title: string;
  menu: MenuItem[];
}

export interface ApplicationGroup {
  title: string;
  groups: ApplicationGroup[];
  applications: Application[];
}

export interface CodeItem {
  code: string;
  name: string;
}

export interface CodePage {
  table: string;
  items: CodeItem[];
}

export type FieldKind = "text" | "code" | "date" | "decimal" | "textarea";

export interface Field {
  name: string;
  label: string;
  source: "header" | "content";
  kind: FieldKind;
  entry: "required" | "optional" | "system";
  required: boolean | Condition;
  disabled: boolean | Condition;
  /** Greatest number of characters; 0 is no limit of its own. */
  max_length: number;
  pattern: string | null;
  pattern_message: string;
  codes: string | null;
  hint: string;
  advice: string;
  clause: string;
  lookup: boolean;
  /** Lower case is raised. */
  upper: boolean;
  span: 1 | 2 | 3;
}

export interface Section {
  title: string;
  fields: Field[];
}

export interface AttachmentRules {
  categories: CodeItem[];
  max_bytes: number;
  max_page_bytes: number;
  hint: string;
}

export interface State extends CodeItem {
  /** Customs may answer at any moment. */
  waiting: boolean;
}

export interface ActionDefinition {
  name: string;
  label: string;
  style: "primary" | "plain";
  /** Like Alt+S; "" for none. */
  shortcut: string;
  confirm: string | null;
  signed: boolean;
  done: string | null;
}

export interface QueryCondition {
  name: string;
  label: string;
  /** A `span` is asked as `<name>_from` and `<name>_to`, dates. */
  kind: "text" | "status" | "span";
  required: boolean;
  max_days: number;
}

export interface QueryColumn {
  name: string;
  label: string;
  link: "document" | "receipts" | "";
}

export interface Definition {
  type: string;
  title: string;
  sections: Section[];
  lines: { name: string; label: string; fields: Field[] }[];
  attachments: AttachmentRules | null;
  states: State[];
  actions: ActionDefinition[];
  query: { conditions: QueryCondition[]; columns: QueryColumn[]; delete: boolean };
}

export type Row = Record<string, string>;
export type Content = Record<string, string | Row[]>;

export interface Allowed {
  allowed: boolean;
  why: string;
}

export interface Attachment {
  id: number;
  category: string;
  name: string;
  size: number;
  pages: number;
  sha256: string;
  uploaded_at: string;
}

export interface View {
  type: string;
  number: string | null;
  version: number;
  /** In a `waiting` status customs may answer at any moment. */
  status: { code: string; name: string; waiting: boolean };
  header: Record<string, string>;
  content: Content;
  attachments: Attachment[];
  actions: Record<string, Allowed>;
  updated_at: string | null;
}

export interface Violation {
  path: string;
  rule: string;
  message: string;
  advice: string;
  clause: string;
  source: string;
}

export interface Lookup {
  content: Record<string, string>;
  violations: Violation[];
}

export interface Prepared {
  token: string;
  statement: Record<string, unknown>;
  signing_input: string;
  content: Content;
}

export interface PreparedUpload {
  token: string;
  statement: Record<string, unknown>;
  signing_input: string;
  replaces: { id: number; name: string } | null;
}

export interface Receipt {
  at: string;
  code: string;
  code_name: string;
  text: string;
  submission: number;
  seq: number;
  superseded: boolean;
}

export interface Found {
  number: string;
  status: string;
  status_name: string;
  actions: Record<string, Allowed>;
  values: Record<string, string>;
}

export interface FoundPage {
  total: number;
  total_capped: boolean;
  page: number;
  size: number;
  items: Found[];
}
