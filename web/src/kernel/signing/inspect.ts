/**
 * Before the card signs, the page checks that what it is asked to sign is what the user sees (PORT-08).
 * Every function throws `NotWhatIsShown` and signs nothing when it is not.
 */
import type { Content, Field, Lines, Prepared, PreparedAct, PreparedUpload, Row, Upload } from "@/kernel/api/types";
import { holds } from "@/kernel/conditions";
import { canonical } from "./canonical";
import { base64url, sha256 } from "./digest";

export class NotWhatIsShown extends Error {
  constructor(what: string) {
    super(`待签名的内容与页面显示的不一致（${what}），已拒绝签名。请刷新页面后重试，仍出现时请联系管理员`);
    this.name = "NotWhatIsShown";
  }
}

/** What the user sees when asked to sign an action. */
export interface Shown {
  type: string;
  number: string;
  action: string;
  card: string;
  content: Content;
  fields: Field[];
  lines: Lines[];
  version: number;
  attachments: { category: string; sha256: string }[];
}

/** Checks a prepared action: its content, its digest, and every member of the statement that the screen also shows. */
export async function inspectAction(prepared: Prepared, shown: Shown): Promise<void> {
  const { statement } = prepared;
  sameSigningInput(prepared);
  if (canonical(compact(prepared.content)) !== canonical(signable(shown))) throw new NotWhatIsShown("录入内容");
  if (statement.content_sha256 !== (await sha256(canonical(prepared.content)))) throw new NotWhatIsShown("内容摘要");
  const { type, number, action, card, version } = shown;
  sameMembers(statement, { type, number, action, card, version });
  if (filesOf(statement.attachments) !== filesOf(shown.attachments)) throw new NotWhatIsShown("随附单据");
}

/** What the user sees when asked to sign an act of a chapter's own, which is no document. */
export interface ShownAct {
  /** The chapter. */
  type: string;
  action: string;
  card: string;
  /** Exactly what is to be signed: nothing is left out, empty values neither. */
  content: unknown;
}

/** Checks a prepared act: its content, its digest, and every member of the statement that the screen also shows. */
export async function inspectAct(prepared: PreparedAct, { type, action, card, content }: ShownAct): Promise<void> {
  const { statement } = prepared;
  sameSigningInput(prepared);
  if (canonical(prepared.content) !== canonical(content)) throw new NotWhatIsShown("申请内容");
  if (statement.content_sha256 !== (await sha256(canonical(content)))) throw new NotWhatIsShown("内容摘要");
  sameMembers(statement, { type, action, card });
}

/** Checks a prepared upload: it must name the chosen file's digest and category, and the open document. */
export function inspectUpload(prepared: PreparedUpload, number: string, upload: Upload): void {
  sameSigningInput(prepared);
  const { category, name, size, sha256, card_no: card } = upload;
  sameMembers(prepared.statement, { draft: number, category, name, size, sha256, card });
}

/** The shown content as it is signed: without empty values and without those of disabled fields. */
function signable({ content, fields, lines }: Shown): Content {
  const signed = enabled(fields, content);
  for (const { name, fields: cells } of lines) {
    const rows = signed[name];
    if (Array.isArray(rows)) signed[name] = rows.map((row) => enabled(cells, row, content) as Row);
  }
  return signed;
}

function enabled(fields: Field[], values: Content | Row, header?: Content): Content {
  const disabled = new Set(fields.filter((one) => holds(one.disabled, values, header)).map((one) => one.name));
  return Object.fromEntries(Object.entries(compact(values)).filter(([name]) => !disabled.has(name)));
}

const compact = (content: Content | Row): Content =>
  Object.fromEntries(Object.entries(content).filter(([, value]) => value.length > 0));

/** The card signs `signing_input`; it must be the statement that was checked and nothing else. */
function sameSigningInput(prepared: { statement: unknown; signing_input: string }): void {
  const expected = `${base64url('{"alg":"ES256"}')}.${base64url(canonical(prepared.statement))}`;
  if (prepared.signing_input !== expected) throw new NotWhatIsShown("签名原文");
}

function sameMembers(statement: Record<string, unknown>, expected: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(expected)) {
    if (statement[name] !== value) throw new NotWhatIsShown(name);
  }
}

function filesOf(attachments: unknown): string {
  const files = Array.isArray(attachments) ? (attachments as { category: string; sha256: string }[]) : [];
  return files.map((file) => `${file.category} ${file.sha256}`).sort().join("\n");
}

/** Checks that a log-in challenge is one, so that no server gets a declaration signed as a log-in. */
export function inspectChallenge(signingInput: string): void {
  inspectStatement(signingInput, { purpose: "login" }, "登录");
}

/** Checks that a challenge says what it is for: its purpose, and whom and what it names. `what` is the user's word for it. */
export function inspectStatement(signingInput: string, expected: Record<string, string>, what: string): void {
  const [header, payload] = signingInput.split(".").map(textOf);
  const statement = JSON.parse(payload ?? "{}") as Record<string, unknown>;
  if (header !== '{"alg":"ES256"}') throw new NotWhatIsShown(what);
  if (Object.entries(expected).some(([name, value]) => statement[name] !== value)) throw new NotWhatIsShown(what);
}

function textOf(part: string): string {
  const bytes = Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}
