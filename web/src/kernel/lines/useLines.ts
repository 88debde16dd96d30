import { computed, reactive, ref, toRaw, watch } from "vue";
import type { CodeItem, Field, Lines, Row, RowDraft, Violation } from "@/kernel/api/types";
import { ask } from "@/kernel/dialogs/ask";
import { sayRefused } from "@/kernel/dialogs/say";
import { checkField, closedCodes, isDisabled, isHidden, isRequired, nameFor, spoken as spokenIn, tidy, unknownCode } from "@/kernel/form/checks";
import { rowsOf, shownRow } from "@/kernel/form/content";
import type { OpenDocument } from "@/kernel/form/useDocument";
import type { FormFields } from "@/kernel/form/useFields";
import type { Violations } from "@/kernel/form/useViolations";
import { compactRow, emptyDraft, isUnfinished, sameRow } from "./draft";
import { placesIn } from "./places";
import { useKept } from "./useKept";
import { useRowLookups } from "./useRowLookups";

/**
 * One line table of a form: its list of rows, and the editor in which a row is typed (`draft`). A typed row goes into the
 * list with 保存, with Enter in the last box, and whenever the user moves on to another row; one with errors stays.
 * @param goOn takes a row too many into a new document, where the table says so
 */
export function useLines(document: OpenDocument, lines: Lines, fields: FormFields, violations: Violations, goOn: GoOn = () => Promise.resolve(false)) {
  const { name } = lines;
  const ticked = ref<Set<number>>(new Set());
  const sheet = ref(0); // another row's boxes are new ones: nothing half-typed stays in them
  const unknown = reactive(new Map<string, string>()); // cells whose code no table has
  const grey = new Set(lines.fields.filter((field) => field.entry === "system").map((field) => field.name));
  const names = new Map<string, string>(); // what a chosen code has filled in, by cell
  const pending = new Set<Promise<unknown>>();
  const goingOn = ref(false); // the row in the editor is on its way into the next document

  const header = () => document.content.value;
  /** A row without what stands in cells that other values have disabled. */
  const shown = (row: Row): Row => shownRow(lines, row, header());
  const rows = computed<Row[]>(() => rowsOf(document.content.value, name));
  document.drafts[name] ??= emptyDraft();
  const draft = computed<RowDraft>(() => document.drafts[name]!);
  const unfinished = computed(() => unknown.size > 0 || isUnfinished(draft.value, rows.value, shown));
  const blank = computed(() => draft.value.at === null && !unfinished.value);
  const full = computed(() => rows.value.length >= lines.most);

  const pathOf = (field: Field): string => `${name}/${draft.value.at === null ? 0 : draft.value.at + 1}/${field.name}`;
  const at = (field: Field): Violation | null => violations.at(pathOf(field));
  const hidden = computed(() => lines.fields.filter((field) => isHidden(field, draft.value.row, header(), lines)).map((field) => field.name));
  const valueOf = (field: Field): string => (hidden.value.includes(field.name) ? "" : (draft.value.row[field.name] ?? ""));
  const kept = useKept(document, lines, rows);
  const shut = (field: Field): boolean => goingOn.value || field.name === lines.kept?.flag || kept.isKept(draft.value.at);
  const locked = (field: Field): boolean => shut(field) || !document.mayType(name) || isDisabled(field, draft.value.row, header());
  const required = (field: Field): boolean => isRequired(field, draft.value.row, header());
  const spoken = (field: Field): Field => spokenIn(field, draft.value.row, header());
  const closed = (field: Field): string[] => closedCodes(field, draft.value.row, header());
  /** As of which day the codes of the rows count, and ("" is today too) of those in force before an amendment. */
  const day = computed(() => document.dayOf(name));
  const ownDay = computed(() => document.view.value?.coded_on ?? "");
  /** What the list's head calls a column: what the header alone decides. */
  const columnLabel = (field: Field): string => spokenIn(field, {}, header()).label;

  const lookups = useRowLookups(document, lines, violations, {
    draft: () => draft.value, sheet: () => sheet.value, locked,
    filled: (field) => {
      unknown.delete(field.name);
      violations.edited(pathOf(field));
    },
  });

  function edit(field: Field, value: string): void {
    lookups.touch(field.name);
    draft.value.row[field.name] = value;
    unknown.delete(field.name);
    violations.edited(pathOf(field));
  }

  /**
   * An entry of a code table was chosen: its name goes into the cell that it fills, where it can be changed. Where the code
   * was typed whole and left, what somebody wrote there stays.
   */
  function fillFrom(field: Field, item: CodeItem, fromList: boolean): void {
    const filled = lines.fields.find((one) => one.name === field.fills);
    if (!filled || locked(filled)) return;
    const untouched = !valueOf(filled) || valueOf(filled) === names.get(filled.name);
    if (!fromList && !untouched) return;
    const name = nameFor(filled, item);
    names.set(filled.name, name);
    edit(filled, name);
  }

  function refuseUnknown(field: Field, text: string, unsure: boolean): void {
    unknown.set(field.name, text);
    mark(field, unknownCode(field, text, unsure));
  }

  /** A box of the row was left: its check at once. An empty editor is not scolded for being empty. */
  function leave(field: Field, settled: Promise<void> = Promise.resolve()): void {
    fields.focused.value = null;
    if (locked(field)) return;
    const path = pathOf(field);
    fields.left.value = [path, ...fields.left.value.filter((one) => one !== path)];
    const mine = sheet.value;
    const work = settled.then(() => (mine === sheet.value ? afterLeaving(field) : undefined));
    pending.add(work);
    void work.finally(() => pending.delete(work));
  }

  /** Its check at once, then the look-up where it has one. */
  async function afterLeaving(field: Field): Promise<void> {
    check(field);
    if (field.lookup && !unknown.has(field.name) && at(field)?.source !== "field") await lookups.left(field, valueOf(field));
  }

  /** @param whole an empty editor counts too: it is to become a row */
  function check(field: Field, whole = false): void {
    const value = tidy(field, valueOf(field));
    if (value !== valueOf(field)) draft.value.row[field.name] = value;
    if (unknown.has(field.name)) return;
    const wrong = blank.value && !whole ? null : checkField(field, draft.value.row, header());
    if (wrong || at(field)?.source === "field") mark(field, wrong);
  }

  const mark = (field: Field, wrong: Violation | null): void =>
    violations.set(pathOf(field), wrong && { ...wrong, path: pathOf(field) });

  let putting: Promise<boolean> | null = null;

  /**
   * Puts the typed row into the list, and empties the editor; answers false when something is wrong with the row. Asked
   * once more while what was typed is still looked up, it is the same row: the emptied editor is not judged.
   */
  function put(): Promise<boolean> {
    if (goingOn.value) return Promise.resolve(false);
    putting ??= putRow().finally(() => (putting = null));
    return putting;
  }

  async function putRow(): Promise<boolean> {
    await Promise.all([...pending]);
    if (kept.isKept(draft.value.at)) return giveUp();
    for (const field of lines.fields) check(field, true);
    if (lines.fields.some((field) => at(field)?.source === "field")) return false;
    if (blank.value) return true; // nothing of it must be filled in, and nothing is
    const { row, at: index, before } = draft.value;
    if (index === null && full.value) return mayGoOn() && before === null ? moveOn(compactRow(row)) : refuseMore();
    const [made, said, place] = [compactRow(row), lookups.said(), index ?? before ?? rows.value.length];
    if (index !== null) write(rows.value.with(index, made), (number) => number, `${name}/${index + 1}/`);
    else insert(made, place);
    for (const [cell, wrong] of said) violations.set(`${name}/${place + 1}/${cell}`, { ...wrong, path: `${name}/${place + 1}/${cell}` });
    reset();
    return true;
  }

  /** In the form of an amendment the document is another matter: there the table is full. */
  const mayGoOn = (): boolean => !!lines.overflow && !document.amending.value && !document.followsUp.value;

  async function moveOn(row: Row): Promise<boolean> {
    goingOn.value = true;
    try {
      return await goOn(lines, row);
    } finally {
      goingOn.value = false;
    }
  }

  function refuseMore(): false {
    const message = `「${lines.label}」至多 ${lines.most} 行，现已有 ${rows.value.length} 行`;
    const advice = lines.overflow ? "请先删除不需要的行，或另行新增一份单据录入" : "请先删除不需要的行，再录入新行";
    violations.set(name, { path: name, rule: "field.rows", message, advice, clause: lines.clause, source: "field" });
    return false;
  }

  function insert(row: Row, index: number): void {
    write(rows.value.toSpliced(index, 0, row), (number) => (number > index ? number + 1 : number), `${name}/0/`);
  }

  /** The ticked rows with their numbers, as somebody typed them. */
  const chosen = (): Numbered[] => [...ticked.value].sort((one, other) => one - other).map((index) => ({ number: index + 1, row: typedIn(rows.value[index]!) }));

  /** The first of these rows, each with the word by which people know it: a text, else what stands in its first cell. */
  function named(all: Numbered[]): string {
    const cells = lines.fields.toSorted((one, other) => Number(other.kind === "text") - Number(one.kind === "text"));
    const wordOf = (row: Row): string => cells.map((field) => row[field.name]).find(Boolean)?.slice(0, LONGEST) ?? "";
    return all.slice(0, NAMED).map(({ number, row }) => `第 ${number} 行「${wordOf(row)}」`).join("、") + (all.length > NAMED ? "等" : "");
  }

  /**
   * Deletes the ticked rows after asking. What was asked of is what goes: where somebody else's rows have come meanwhile, the
   * same rows at their new places, and none where one of them is not the same any more.
   */
  async function remove(): Promise<void> {
    const why = kept.whyKept(ticked.value);
    if (why) return sayRefused(why);
    const asked = chosen();
    const text = `是否删除选中的 ${asked.length} 行「${lines.label}」？${named(asked)}`;
    if (!(await ask(text, { title: "删除", yes: "删除", destructive: true }))) return;
    const [gone, now] = [ticked.value, chosen()];
    if (now.length !== asked.length || !now.every(({ row }, place) => sameRow(row, asked[place]!.row)))
      return sayRefused(`询问期间，选中的「${lines.label}」已被他人修改或删除，没有删除任何一行；请核对列表，重新勾选后再点击「${lines.delete}」`);
    const left = (number: number): number => number - [...gone].filter((index) => index + 1 < number).length;
    const { at: index } = draft.value;
    write(rows.value.filter((_, one) => !gone.has(one)), (number) => (gone.has(number - 1) ? null : left(number)), `${name}/0/`);
    if (index !== null && gone.has(index)) reset();
  }

  let written: Row[] = []; // the rows that this table has put into the list itself

  /** Takes over the rows; ticks, the open row and what was said of rows go to the rows' new places. */
  function write(now: Row[], to: (number: number) => number | null, edited: string): void {
    const moved = (index: number): number | null => {
      const number = to(index + 1);
      return number === null ? null : number - 1;
    };
    written = toRaw(now);
    document.content.value[name] = now;
    violations.forgetRow(edited);
    renumber(moved, moved);
    if (draft.value.at !== null) draft.value.at = moved(draft.value.at) ?? draft.value.at;
    void lookups.follow();
  }

  /**
   * Rows have come that were not put into the list here: stored ones, a colleague's among them (UI-14). What was typed stays, at
   * the place of what became of its row. A row that was opened only goes where the same row is now; where there is none, the
   * editor is emptied: what it shows is never put over a row that nobody has seen there.
   * @param typedInto whether something had been typed into the open row, as it stood
   */
  function follow(before: Row[], typedInto: boolean): void {
    const now = toRaw(rows.value);
    const { same, became, moved } = placesIn(before.map(typedIn), now.map(typedIn));
    const { at: index } = draft.value;
    if (moved) renumber(same, (one) => (typedInto && one === index ? became(one) : same(one)));
    if (index === null) return;
    const place = typedInto ? became(index) : same(index);
    if (!typedInto && place === null) return reset();
    draft.value.at = place; // without one, what was typed is a new row
    if (!typedInto) draft.value.row = { ...now[place!] }; // grey cells may be others
  }

  /** Ticks, what was said of rows and the place for a new row go where the rows are now (from 0); null for none. */
  function renumber(tickTo: (index: number) => number | null, saidTo: (index: number) => number | null): void {
    violations.renumber(name, (number) => {
      const place = saidTo(number - 1);
      return place === null ? null : place + 1;
    });
    violations.rowsChanged(name);
    ticked.value = new Set([...ticked.value].map(tickTo).filter((index) => index !== null));
    const { before } = draft.value; // where that row is gone, the first one after it counts, and in the end the list's end
    if (before !== null) draft.value.before = Array.from({ length: lines.most }, (_, more) => tickTo(before + more)).find((index) => index !== null) ?? null;
  }

  /** What somebody typed in a row and can be seen. */
  const typedIn = (row: Row): Row => Object.fromEntries(Object.entries(shown(toRaw(row))).filter(([cell]) => !grey.has(cell)));

  function reset(next: RowDraft = emptyDraft()): void {
    violations.forgetRow(`${name}/0/`);
    document.drafts[name] = next;
  }

  /** The editor is emptied, whatever stands in it. */
  function giveUp(): true {
    reset();
    return true;
  }

  /** 停用 of the ticked rows in force; pressed again, they are as they were. */
  function flag(): void {
    const now = ticked.value.size ? kept.flagged(ticked.value) : `请先在列表中勾选要${lines.kept!.label}的行，再点击「${lines.kept!.label}」`;
    if (typeof now === "string") return sayRefused(now);
    reset();
    write(now, (number) => number, `${name}/0/`);
  }

  /** Of a cell that another value has disabled nothing is wrong any more. */
  watch(() => hidden.value.join(), () => lines.fields.filter(({ name: cell }) => hidden.value.includes(cell)).forEach((field) => {
    unknown.delete(field.name);
    if (at(field)) violations.edited(pathOf(field));
  }));

  watch(draft, () => {
    unknown.clear();
    names.clear();
    sheet.value += 1;
    lookups.begin();
  }, { flush: "sync" });

  /** Both as they were the moment before: whether something was typed into the open row is seen at the row that was opened. */
  watch([rows, () => document.isRowUnfinished(name)] as const, ([now], [before, typedInto]) => {
    if (now !== before && toRaw(now) !== written) follow(toRaw(before), typedInto);
  }, { flush: "sync" });

  /** The editor is free for another row: what is typed goes into the list, or is given up after asking. */
  async function free(): Promise<boolean> {
    if (!unfinished.value) return true;
    const holder = document.tab.value;
    if (await put()) return holder === document.tab.value; // else the rows are another document's now
    const text = `「${lines.label}」录入框中的这一行填写有误，尚未保存到列表；继续将放弃这一行的录入，是否继续？`;
    return ask(text, { yes: "放弃这一行", no: "返回更正", destructive: true });
  }

  /** 新增: an empty editor. */
  async function startAnew(): Promise<boolean> {
    if (!(await free())) return false;
    reset();
    return true;
  }

  /** 插入: the next row goes before the one at `index`. */
  async function startBefore(index: number): Promise<boolean> {
    const why = kept.whyKept([index]);
    if (why) {
      sayRefused(why);
      return false;
    }
    if (full.value) return refuseMore();
    if (!(await free())) return false;
    reset({ row: {}, at: null, before: index });
    return true;
  }

  /** Shows a row of the list in the editor. */
  async function open(index: number): Promise<boolean> {
    if (draft.value.at === index) return true;
    if (!rows.value[index] || !(await free())) return false;
    reset({ row: { ...rows.value[index] }, at: index, before: null });
    return true;
  }

  /** Before anything is sent: an unfinished row goes into the list; with errors it stays, and only a draft goes without it. */
  async function finish(whole: boolean): Promise<boolean> {
    if (!unfinished.value || goingOn.value) return true;
    const holder = document.tab.value;
    if (await put()) return holder === document.tab.value;
    if (whole) return false;
    const text = `「${lines.label}」录入框中的这一行填写有误，尚未保存到列表。暂存将不包含这一行（它仍留在录入框中），是否继续暂存？`;
    return ask(text, { yes: "继续暂存", no: "返回更正", destructive: true });
  }
  fields.finishers.push({ table: lines.name, finish });

  return {
    lines, rows, shown, draft, ticked, sheet, blank, full, unfinished, at, valueOf, locked, required, spoken, closed, day, ownDay, columnLabel, pathOf,
    edit, touch: lookups.touch, fillFrom, refuseUnknown, leave, put, giveUp, flag, remove, startAnew, startBefore, open,
    isKept: kept.isKept, markOf: kept.markOf, rowInForce: kept.rowInForce, isMarked: kept.amends,
  };
}

const NAMED = 3; // rows that a question names; of more it says how many they are
const LONGEST = 20; // characters of a row's name there

interface Numbered {
  number: number;
  row: Row;
}

/** Takes the row into a new document; answers false where it stays. */
export type GoOn = (lines: Lines, row: Row) => Promise<boolean>;

export type LineTable = ReturnType<typeof useLines>;
