/** How a register's values are shown and compared. */
import { moment } from "@/kernel/format";
import type { Entry, Member, Register } from "../api";

/** A value in words, on one line. */
export function shown(member: Member, value: unknown): string {
  if (value === null || value === undefined || value === "") return "";
  if (member.kind === "flag") return value === true ? "是" : "否";
  if (member.kind === "choice") return `${String(value)} ${member.choices[String(value)] ?? ""}`.trim();
  if (member.kind === "moment") return moment(String(value));
  if (member.kind === "rows") return `${(value as unknown[]).length} 行`;
  if (member.kind === "hours") return `${Object.keys(value as object).length} 个工作日`;
  return String(value);
}

/** The codes that an officer may choose now: the one that stands there and those that may follow it. */
export function choicesNow(member: Member, stored: unknown): { code: string; name: string }[] {
  const codes = member.steps ? [String(stored), ...(member.steps[String(stored)] ?? [])] : Object.keys(member.choices);
  return codes.filter((code) => code in member.choices).map((code) => ({ code, name: member.choices[code] ?? "" }));
}

/** The members that officers change. */
export function editable(register: Register): Member[] {
  return register.members.filter((member) => member.editable);
}

/** The values that differ from what is stored. */
export function changed(register: Register, entry: Entry | null, edited: Record<string, unknown>): Record<string, unknown> {
  const differs = editable(register).filter((member) => !same(edited[member.name], entry?.data[member.name] ?? blank(member)));
  return Object.fromEntries(differs.map((member) => [member.name, edited[member.name]]));
}

/** What stands in the form of an entry, or of a new one. */
export function startValues(register: Register, entry: Entry | null): Record<string, unknown> {
  return Object.fromEntries(editable(register).map((member) => [member.name, entry?.data[member.name] ?? blank(member)]));
}

function same(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

const BLANK: Partial<Record<Member["kind"], () => unknown>> = { flag: () => false, hours: () => ({}) };

function blank(member: Member): unknown {
  return BLANK[member.kind]?.() ?? "";
}
