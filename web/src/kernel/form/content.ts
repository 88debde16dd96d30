import type { Content, Definition, Field, Lines, Row, RowDraft } from "@/kernel/api/types";
import { toRaw } from "vue";
import { canonical } from "@/kernel/signing/canonical";
import { isHidden, spoken } from "./checks";

/** All fields of a form, in reading order. */
export const fieldsOf = (definition: Definition): Field[] => definition.sections.flatMap((section) => section.fields);

/** What the form calls the document's number: 数据中心统一编号, or 编码 (GATE-01). */
export const numberLabel = (definition: Definition): string =>
  fieldsOf(definition).find((field) => field.name === "number")?.label ?? "数据中心统一编号";

/** What a content has in the fields that the menu gives. */
export function presetIn(definition: Definition, content: Content): Record<string, string> {
  const names = fieldsOf(definition).filter((field) => field.preset).map((field) => field.name);
  return Object.fromEntries(names.flatMap((name) => (typeof content[name] === "string" && content[name] ? [[name, content[name]]] : [])));
}

/** The rows of a line table. */
export const rowsOf = (content: Content, name: string): Row[] => (Array.isArray(content[name]) ? content[name] : []);

/** The content as the form shows it, and as it is stored: without what stands in boxes that others have disabled. */
export function shownContent(definition: Definition, content: Content): Content {
  const shown = pick(content, hiddenIn(fieldsOf(definition), content));
  for (const lines of definition.lines) {
    if (content[lines.name]) shown[lines.name] = toRaw(rowsOf(content, lines.name)).map((row) => shownRow(lines, toRaw(row), content));
  }
  return shown;
}

/** The same of a row; the row itself where nothing of it is hidden. */
export function shownRow(lines: Lines, row: Row, header: Content): Row {
  const hidden = hiddenIn(lines.fields, row, header, lines);
  return hidden.size ? (pick(row, hidden) as Row) : row;
}

const pick = (values: Content | Row, hidden: Set<string>): Content =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !hidden.has(name)));

/** The names of boxes in which something stands that is not shown. */
function hiddenIn(fields: Field[], values: Content | Row, header?: Content, lines?: Lines): Set<string> {
  const hidden = fields.filter((field) => field.disabled !== false && values[field.name] && isHidden(field, values, header, lines));
  return new Set(hidden.map(({ name }) => name));
}

/** The content with what was typed into boxes that are hidden beside it: shown again as soon as they are enabled. */
function withHidden(definition: Definition, content: Content, typed: Content): Content {
  const kept = { ...content, ...hiddenOf(fieldsOf(definition), content, typed) };
  for (const lines of definition.lines) {
    const [rows, before] = [rowsOf(content, lines.name), toRaw(rowsOf(typed, lines.name))];
    if (!rows.length || rows.length !== before.length) continue;
    kept[lines.name] = rows.map((row, at) => ({ ...row, ...(hiddenOf(lines.fields, row, toRaw(before[at]!), content, lines) as Row) }));
  }
  return kept;
}

function hiddenOf(fields: Field[], values: Content | Row, typed: Content | Row, header?: Content, lines?: Lines): Content {
  const kept = fields.filter((field) => field.entry !== "system" && field.disabled !== false && !values[field.name] && typed[field.name]);
  return Object.fromEntries(kept.filter((field) => isHidden(field, values, header, lines)).map(({ name }) => [name, typed[name]!]));
}

/**
 * Takes over the grey cells of rows that stand as they were sent; one that is edited or gone meanwhile keeps its own.
 * @param found table → the grey cells of each row, in the order in which the rows were sent
 */
export function takeGreyCells(now: Content, sent: Content, found: Record<string, Row[]>): void {
  for (const [name, cells] of Object.entries(found)) {
    const grey = new Map(toRaw(rowsOf(sent, name)).map((row, at) => [toRaw(row), cells[at] ?? {}]));
    const rows = toRaw(rowsOf(now, name)).map((row) => withCells(toRaw(row), grey.get(toRaw(row)) ?? {}));
    if (rows.some((row, at) => row !== toRaw(rowsOf(now, name)[at]))) now[name] = rows;
  }
}

/** The row with these cells; the same row where they are as they were. */
const withCells = (row: Row, cells: Row): Row =>
  Object.entries(cells).every(([name, value]) => (row[name] ?? "") === value)
    ? row
    : Object.fromEntries(Object.entries({ ...row, ...cells }).filter(([, value]) => value !== ""));

/** What the user may have typed: the content without grey fields, which only the server fills in. */
export function typedOf(definition: Definition, content: Content): Content {
  const typed: Content = withoutGrey(fieldsOf(definition), content);
  for (const { name, fields } of definition.lines) {
    const rows = rowsOf(content, name).map((row) => withoutGrey(fields, row) as Row);
    if (rows.length) typed[name] = rows;
    else delete typed[name];
  }
  return typed;
}

function withoutGrey<Values extends Content | Row>(fields: Field[], values: Values): Content {
  const grey = new Set(fields.filter((field) => field.entry === "system").map((field) => field.name));
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => !grey.has(name) && value !== ""));
}

/** The value of the cell that says a row in force is used no more (停用). */
export const FLAGGED = "1";

const isFlagged = (kept: Lines["kept"], row: Row): boolean => !!kept && row[kept.flag] === FLAGGED;

/** The content without rows that are used no more: they count for nothing but where they are in force. */
export function withoutFlagged(definition: Definition, content: Content): Content {
  const tables = definition.lines.filter(({ kept }) => kept);
  return { ...content, ...Object.fromEntries(tables.map(({ name, kept }) => [name, rowsOf(content, name).filter((row) => !isFlagged(kept, row))])) };
}

/** How many rows that leaves out, in words; "" for none. */
export const flaggedWords = (definition: Definition, content: Content): string =>
  definition.lines.flatMap(({ name, label, kept }) => {
    const count = rowsOf(content, name).filter((row) => isFlagged(kept, row)).length;
    return count ? [`；「${label}」中已${kept!.label}的 ${count} 行未复制，其后的行序号前移`] : [];
  }).join("");

/**
 * The words for a place that a violation names: a field's label, a cell's (`goods/2/weight`; row 0 is the one in the row
 * editor), a table's, or 随附单据; "" for the document as a whole.
 */
export function labelOf(definition: Definition, path: string, content: Content, drafts: Record<string, RowDraft> = {}): string {
  const [name = "", row, cell] = path.split("/");
  const lines = definition.lines.find((one) => one.name === name);
  if (lines) return row === undefined ? lines.label : cellLabel(lines, Number(row), cell, content, drafts[name]?.row);
  const field = fieldsOf(definition).find((one) => one.name === path);
  if (field) return spoken(field, content).label;
  const category = definition.attachments?.categories.find((one) => one.code === row)?.name;
  return name === "attachments" ? (category ?? "随附单据") : "";
}

function cellLabel(lines: Lines, row: number, cell: string | undefined, content: Content, typed: Row = {}): string {
  const place = row ? `${lines.label}第 ${row} 行` : `${lines.label}录入框`;
  const field = lines.fields.find((one) => one.name === cell);
  const values = row ? (rowsOf(content, lines.name)[row - 1] ?? {}) : typed;
  return `${place} ${field ? spoken(field, values, content).label : ""}`.trim();
}

/**
 * Two contents are the same for the user when nothing typed differs. Asked at every key: rows, which are replaced and
 * never changed in place, are compared without watching each of their cells.
 */
export const sameTyped = (definition: Definition, one: Content, other: Content): boolean =>
  sameHeader(definition, one, other) &&
  definition.lines.every(({ name, fields }) => sameRows(fields, toRaw(rowsOf(one, name)), toRaw(rowsOf(other, name))));

/** The same of the fields alone, without tables. */
export const sameHeader = (definition: Definition, one: Content, other: Content): boolean =>
  sameFields(fieldsOf(definition).filter((field) => field.source === "content"), one, other);

const sameRows = (fields: Field[], one: Row[], other: Row[]): boolean =>
  one.length === other.length && one.every((row, at) => row === other[at] || sameFields(fields, toRaw(row), toRaw(other[at]!)));

const sameFields = (fields: Field[], one: Content | Row, other: Content | Row): boolean =>
  fields.every(({ name, entry }) => entry === "system" || (one[name] ?? "") === (other[name] ?? ""));

/**
 * What the server answered, except where the user typed on while it was under way, and with what is hidden in the form.
 * @param sent what was sent, `now` what stands in the form, `answered` what came back
 */
export function keepTypedOn(definition: Definition, sent: Content, now: Content, answered: Content): Content {
  const kept: Content = { ...answered };
  const [before, after] = [shownContent(definition, sent), shownContent(definition, now)];
  for (const [name, value] of Object.entries(now)) {
    if (canonical(after[name] ?? "") !== canonical(before[name] ?? "")) kept[name] = value;
  }
  return withHidden(definition, kept, now);
}

/** A place where two contents differ, in words; "" where one has nothing there. */
export interface Difference {
  label: string;
  mine: string;
  theirs: string;
}

/** All places where two contents differ for a user, row by row in tables. */
export function differences(definition: Definition, own: Content, stored: Content): Difference[] {
  const [mine, theirs] = [shownContent(definition, own), shownContent(definition, stored)];
  const typed = fieldsOf(definition).filter((field) => field.source === "content" && field.entry !== "system");
  return [
    ...inFields(typed.map((field) => spoken(field, mine)), "", mine, theirs),
    ...definition.lines.flatMap((lines) => inRows(lines, rowsOf(mine, lines.name), rowsOf(theirs, lines.name), mine)),
  ];
}

function inRows(lines: Lines, mine: Row[], theirs: Row[], header: Content): Difference[] {
  const called = (at: number): Field[] => lines.fields.map((field) => spoken(field, mine[at] ?? theirs[at] ?? {}, header));
  const longest = mine.length > theirs.length ? mine : theirs;
  return [...longest.keys()].flatMap((at) => inFields(called(at), `${lines.label}第 ${at + 1} 行 `, mine[at] ?? {}, theirs[at] ?? {}));
}

function inFields(fields: Field[], before: string, mine: Content | Row, theirs: Content | Row): Difference[] {
  const text = (values: Content | Row, name: string): string => String(values[name] ?? "");
  return fields
    .filter(({ name }) => text(mine, name) !== text(theirs, name))
    .map(({ name, label }) => ({ label: before + label, mine: text(mine, name), theirs: text(theirs, name) }));
}
