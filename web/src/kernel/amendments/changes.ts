/** What an amendment changes, place by place: fields, and rows that were changed, added or removed (CONS-12). */
import type { Content, Definition, Field, Lines, Row } from "@/kernel/api/types";
import { spoken } from "@/kernel/form/checks";
import { fieldsOf, rowsOf, shownContent } from "@/kernel/form/content";
import { compactRow } from "@/kernel/lines/draft";
import { canonical } from "@/kernel/signing/canonical";

/** A value that is another one now; `place` is the row ("" for a field of the form). */
export interface FieldChange {
  place: string;
  field: Field;
  before: string;
  after: string;
}

/** A row of both contents (the same but for some cells), of the old one alone, or of the new one alone; places from 0. */
export interface RowPair {
  before: number | null;
  after: number | null;
}

/**
 * All changes between two contents, in reading order.
 * @param but names that do not count: what an amendment asks for
 */
export function changesOf(definition: Definition, old: Content, now: Content, but: string[] = []): FieldChange[] {
  const [before, after] = [shownContent(definition, old), shownContent(definition, now)];
  const fields = fieldsOf(definition).filter((field) => field.source === "content" && !but.includes(field.name));
  return [
    ...inFields(fields.map((field) => spoken(field, after)), "", before, after),
    ...definition.lines.flatMap((lines) => inRows(lines, rowsOf(before, lines.name), rowsOf(after, lines.name), after)),
  ];
}

const textOf = (values: Content | Row, name: string): string => {
  const value = values[name];
  return typeof value === "string" ? value : "";
};

const inFields = (fields: Field[], place: string, before: Content | Row, after: Content | Row): FieldChange[] =>
  fields
    .filter(({ name }) => textOf(before, name) !== textOf(after, name))
    .map((field) => ({ place, field, before: textOf(before, field.name), after: textOf(after, field.name) }));

function inRows(lines: Lines, before: Row[], after: Row[], header: Content): FieldChange[] {
  return pairsOf(before, after).flatMap((pair) => {
    const [old, now] = [pair.before === null ? {} : before[pair.before]!, pair.after === null ? {} : after[pair.after]!];
    const called = lines.fields.map((field) => spoken(field, pair.after === null ? old : now, header));
    return inFields(called, placeOf(lines, pair), old, now);
  });
}

function placeOf({ label }: Lines, { before, after }: RowPair): string {
  if (after === null) return `${label}原第 ${before! + 1} 行（删除）`;
  return `${label}第 ${after + 1} 行${before === null ? "（新增）" : ""}`;
}

/**
 * Which row became which: equal rows stay as long as they follow one another as before, and of what stands between them
 * the first of the old rows became the first of the new ones, and so on.
 */
export function pairsOf(before: Row[], after: Row[]): RowPair[] {
  const [old, now] = [before.map(textOfRow), after.map(textOfRow)];
  const pairs: RowPair[] = [];
  let [from, to] = [0, 0];
  for (const [one, other] of [...commonOf(old, now), [old.length, now.length] as const]) {
    while (from < one || to < other) pairs.push({ before: from < one ? from++ : null, after: to < other ? to++ : null });
    if (one < old.length) pairs.push({ before: from++, after: to++ });
  }
  return pairs;
}

const textOfRow = (row: Row): string => canonical(compactRow(row));

/** The places of the longest common sequence of both lists. */
function commonOf(one: string[], other: string[]): [number, number][] {
  const longest = Array.from({ length: one.length + 1 }, () => new Array<number>(other.length + 1).fill(0));
  for (let at = one.length - 1; at >= 0; at -= 1)
    for (let to = other.length - 1; to >= 0; to -= 1)
      longest[at]![to] = one[at] === other[to] ? longest[at + 1]![to + 1]! + 1 : Math.max(longest[at + 1]![to]!, longest[at]![to + 1]!);
  const found: [number, number][] = [];
  for (let [at, to] = [0, 0]; at < one.length && to < other.length; ) {
    if (one[at] === other[to]) found.push([at++, to++]);
    else if (longest[at + 1]![to]! >= longest[at]![to + 1]!) at += 1;
    else to += 1;
  }
  return found;
}
