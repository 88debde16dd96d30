import { toRaw } from "vue";
import type { Content, Field, Lines, Lookup, Row, RowDraft, Violation } from "@/kernel/api/types";
import { lineOf } from "@/kernel/api/problem";
import { sayRefused } from "@/kernel/dialogs/say";
import { tidy } from "@/kernel/form/checks";
import { rowsOf, sameHeader, takeGreyCells } from "@/kernel/form/content";
import type { OpenDocument } from "@/kernel/form/useDocument";
import type { Violations } from "@/kernel/form/useViolations";
import { compactRow } from "./draft";

/** What look-ups must know of the row editor. */
export interface EditedRow {
  draft(): RowDraft;
  /** Counts on when another row's boxes stand there. */
  sheet(): number;
  locked(field: Field): boolean;
  /** The cell has another value now, which the user may go over. */
  filled(field: Field): void;
}

/**
 * Cells that ask the server when they are left (备案序号): what it answers goes into the row that is being typed, grey cells and
 * others as if they had been typed. One question at a time: the next one knows what the one before brought. What was typed since
 * the question stays.
 */
export function useRowLookups(document: OpenDocument, lines: Lines, violations: Violations, editor: EditedRow) {
  const { name } = lines;
  const asking = lines.fields.filter((field) => field.lookup);
  const looked = new Map<string, string>(); // by cell, the value that was asked about last
  const touched = new Map<string, number>(); // by cell, when something was typed into it
  let clock = 0;
  let last: Promise<void> = Promise.resolve();

  const touch = (cell: string): void => void touched.set(cell, (clock += 1));
  const pathOf = (cell: string): string => `${name}/${editor.draft().at === null ? 0 : editor.draft().at! + 1}/${cell}`;

  /** Another row stands in the editor: its cells have been looked up when it was typed. */
  function begin(): void {
    looked.clear();
    touched.clear();
    for (const field of asking) looked.set(field.name, editor.draft().row[field.name] ?? "");
  }

  /** The cell was left with this value; the same value is asked about once, unless something was wrong with it. */
  async function left(field: Field, value: string): Promise<void> {
    const before = looked.get(field.name) ?? "";
    if (value === before) return;
    looked.set(field.name, value);
    const sheet = editor.sheet();
    last = last.then(() => ask(field, value, sheet));
    await last;
  }

  async function ask(field: Field, value: string, sheet: number): Promise<void> {
    const isAsked = (): boolean => sheet === editor.sheet() && tidy(field, editor.draft().row[field.name] ?? "") === value;
    if (!isAsked()) return;
    const put = (clock += 1);
    const { rows, number } = asked();
    const content = { ...document.content.value, [name]: rows };
    try {
      const found = await document.lookUp(`${name}/${number}/${field.name}`, content);
      if (!isAsked()) return;
      bring(found, rows[number - 1]!, number, put);
      say(found.violations, number);
      takeGreyCells(document.content.value, content, found.rows);
      if (sameHeader(document.definition.value!, document.content.value, content)) Object.assign(document.content.value, found.content);
    } catch (error) {
      looked.delete(field.name);
      sayRefused(lineOf(error));
    }
  }

  /**
   * The rows of the list have changed: grey cells and grey fields (a sum, say) follow, in tables that the server fills. Nobody
   * waits for it; where the rows have changed again the next answer counts.
   */
  async function follow(): Promise<void> {
    if (!lines.fields.some((field) => field.lookup || field.entry === "system")) return;
    const [holder, sent] = [document.tab.value, { ...document.content.value }];
    const found = await document.lookUp(name, sent).catch(() => null); // 暂存 fills them in all the same
    if (found && holder === document.tab.value) takeGrey(found, sent);
  }

  function takeGrey(found: Lookup, sent: Content): void {
    const now = document.content.value;
    const same = sameHeader(document.definition.value!, now, sent) && toRaw(now[name]) === toRaw(sent[name]);
    if (same) Object.assign(now, found.content);
    takeGreyCells(now, sent, found.rows);
  }

  /** The rows with the one that is typed in its place; where the table is full it is the first of the next document. */
  function asked(): { rows: Row[]; number: number } {
    const { row, at, before } = editor.draft();
    const [made, all] = [compactRow(row), rowsOf(document.content.value, name)];
    if (at !== null) return { rows: all.with(at, made), number: at + 1 };
    if (all.length >= lines.most) return { rows: [made], number: 1 };
    const place = before ?? all.length;
    return { rows: all.toSpliced(place, 0, made), number: place + 1 };
  }

  function bring(found: Lookup, sent: Row, number: number, put: number): void {
    const { row } = editor.draft();
    const grey = found.rows[name]?.[number - 1] ?? {};
    for (const [cell, value] of Object.entries(grey)) row[cell] = value;
    for (const field of lines.fields) {
      const value = found.brought[field.name];
      const untouched = (touched.get(field.name) ?? 0) < put && (row[field.name] ?? "") === (sent[field.name] ?? "");
      if (value === undefined || value === (row[field.name] ?? "") || !untouched || editor.locked(field)) continue;
      row[field.name] = value;
      if (field.lookup) looked.set(field.name, value); // it came with what it brings
      editor.filled(field);
    }
  }

  /** What is wrong with the cells that ask: what was said before goes. */
  function say(found: Violation[], number: number): void {
    for (const { name: cell } of asking) {
      const said = found.find(({ path }) => path === `${name}/${number}/${cell}`);
      if (said) looked.delete(cell);
      if (said || violations.at(pathOf(cell))?.source === "rule") violations.set(pathOf(cell), said ? { ...said, path: pathOf(cell) } : null);
    }
  }

  /** What look-ups said of the row in the editor, by cell: it goes with the row to its place. */
  const said = (): [string, Violation][] =>
    asking.flatMap(({ name: cell }) => {
      const violation = violations.at(pathOf(cell));
      return violation?.source === "rule" ? [[cell, violation] as [string, Violation]] : [];
    });

  return { begin, touch, left, said, follow };
}
