import { computed, ref, watch } from "vue";
import type { CodeItem, Content, Field, Lookup, Violation } from "@/kernel/api/types";
import { lineOf } from "@/kernel/api/problem";
import { sayRefused } from "@/kernel/dialogs/say";
import { wholeMoment } from "@/kernel/fields/moment/canonical";
import { checkField, closedCodes, isDisabled, isHidden, isRequired, nameFor, spoken as spokenIn, tidy, unknownCode } from "./checks";
import { fieldsOf, labelOf as labelIn, takeGreyCells } from "./content";
import type { OpenDocument } from "./useDocument";
import { useNotices } from "./useNotices";
import type { Violations } from "./useViolations";

const UNSAID = "\0"; // of a field whose notice went with an edit: it is asked again, whatever stands in it
const PAUSE = 250; // milliseconds without a key, after which a moment that is whole is looked up

/**
 * What happens in the boxes of a form: typing, leaving with its check, and what the server looks up: grey values, what is
 * wrong, and what is said at fields.
 * @param heard hears what each look-up found wrong
 */
export function useFields(document: OpenDocument, violations: Violations, heard: (found: Violation[]) => void = () => undefined) {
  const notices = useNotices(document);
  const focused = ref<Field | null>(null);
  const left = ref<string[]>([]); // the names of the fields that have been left, the last one first
  const unknown = new Map<string, string>();
  const pending = new Set<Promise<unknown>>();
  const looked = new Map<string, string>();
  const asking = new Map<string, { value: string; work: Promise<void> }>();
  let said: { by: string; found: Violation[] } = { by: "", found: [] }; // what the newest look-up found wrong
  let turn = 0; // look-ups are numbered: what an older one answers later counts for nothing
  let newest = 0;
  let pause: ReturnType<typeof setTimeout> | undefined;
  const finishers: Finisher[] = []; // row editors: their unfinished rows go into the list before anything is sent

  const fields = computed(() => (document.definition.value ? fieldsOf(document.definition.value) : []));

  /** Of a box that another one has disabled nothing is wrong any more. */
  const hidden = computed(() => fields.value.filter((field) => isHidden(field, document.content.value)).map(({ name }) => name));
  watch(() => hidden.value.join(), () => hidden.value.forEach((name) => {
    unknown.delete(name);
    if (violations.at(name)) violations.edited(name);
  }));

  const valueOf = (field: Field): string => {
    const from = field.source === "header" ? document.view.value?.header : document.content.value;
    const value = from?.[field.name];
    return typeof value === "string" && !hidden.value.includes(field.name) ? value : "";
  };
  const locked = (field: Field): boolean => !document.mayType(field.name) || isDisabled(field, document.content.value);
  const required = (field: Field): boolean => isRequired(field, document.content.value);
  const spoken = (field: Field): Field => spokenIn(field, document.content.value);
  const closed = (field: Field): string[] => closedCodes(field, document.content.value);

  const dayOf = (field: Field): string => document.dayOf(field.name);
  const ownDay = (): string => document.view.value?.coded_on ?? "";

  /** What is in force of a field, on the form of an amendment. */
  const inForce = (field: Field): string => String(document.view.value?.in_force?.[field.name] ?? "");

  /** Whether it is typed in the dialog of what the amendment asks for. */
  const isAsked = (field: Field): boolean => !!(document.amending.value ?? document.lookedAt.value)?.asks.includes(field.name);

  /** That the box is another now than what is in force. */
  function markOf(field: Field): string {
    const action = document.amending.value ?? document.lookedAt.value;
    const counts = action?.amends === "replaces" && field.source === "content" && !isAsked(field);
    return counts && document.view.value?.in_force && valueOf(field) !== inForce(field) ? "已改" : "";
  }

  function edit(field: Field, value: string): void {
    document.content.value[field.name] = value;
    unknown.delete(field.name);
    violations.edited(field.name);
    if (said.by === field.name) takeBack();
    if (notices.edited(field.name)) looked.set(field.name, UNSAID);
    clearTimeout(pause);
    if (field.kind === "moment" && field.lookup) pause = setTimeout(() => askWhole(field), PAUSE);
  }

  /** A moment is looked up as soon as it is whole, while it is typed. */
  function askWhole(field: Field): void {
    const value = wholeMoment(valueOf(field));
    if (value && !locked(field)) track(fillGrey(field, value));
  }

  /** Types what was proposed, as if each of its fields had been typed and left. */
  function accept(values: Record<string, string>): void {
    const typed = fields.value.filter((field) => field.name in values && !locked(field));
    for (const field of typed) edit(field, values[field.name]!);
    clearTimeout(pause);
    for (const field of typed) track(afterLeaving(field));
  }

  /** An entry of a code table was chosen: its name goes into the field that it fills. */
  function fillFrom(field: Field, item: CodeItem, fromList: boolean): void {
    const filled = fields.value.find((one) => one.name === field.fills);
    if (filled && !locked(filled) && (fromList || !valueOf(filled))) edit(filled, nameFor(filled, item));
  }

  function refuseUnknown(field: Field, text: string, unsure: boolean): void {
    unknown.set(field.name, text);
    violations.set(field.name, unknownCode(field, text, unsure));
  }

  /** The field was left: its check at once, then the look-up where it has one. */
  function leave(field: Field, settled: Promise<void> = Promise.resolve()): void {
    focused.value = null;
    clearTimeout(pause);
    if (locked(field)) return;
    left.value = [field.name, ...left.value.filter((name) => name !== field.name)];
    track(settled.then(() => afterLeaving(field)));
  }

  async function afterLeaving(field: Field): Promise<void> {
    const value = tidy(field, valueOf(field));
    if (value !== valueOf(field)) document.content.value[field.name] = value;
    if (unknown.has(field.name)) return;
    const wrong = checkField(field, document.content.value);
    if (wrong || violations.at(field.name)?.source === "field") violations.set(field.name, wrong);
    if (!field.lookup) return;
    if (value && !wrong) return fillGrey(field, value);
    if (looked.get(field.name)) await takeAway(field, value, wrong); // what it brought is to go
  }

  /** Asks what an empty or a wrong value leaves in the grey boxes; of the value itself the form's own check speaks. */
  async function takeAway(field: Field, value: string, wrong: Violation | null): Promise<void> {
    await fillGrey(field, value);
    if (!wrong || tidy(field, valueOf(field)) !== value) return;
    looked.delete(field.name);
    violations.set(field.name, wrong);
  }

  /** Asks what a value brings; the same value is asked about once. */
  function fillGrey(field: Field, value: string): Promise<void> {
    if (looked.get(field.name) === value && !violations.at(field.name)) return Promise.resolve();
    const under = asking.get(field.name);
    if (under?.value === value) return under.work;
    const work = ask(field, value).finally(() => asking.get(field.name)?.work === work && asking.delete(field.name));
    asking.set(field.name, { value, work });
    return work;
  }

  async function ask(field: Field, value: string): Promise<void> {
    const mine = (turn += 1);
    const sent = { ...document.content.value };
    try {
      const found = await document.lookUp(field.name, sent);
      if (tidy(field, valueOf(field)) !== value || mine < newest) return;
      newest = mine;
      takeOver(field, found, sent);
      Object.assign(document.content.value, found.content);
      takeGreyCells(document.content.value, sent, found.rows);
      if (found.violations.some(({ path }) => path === field.name)) looked.delete(field.name);
      else looked.set(field.name, value);
    } catch (error) {
      sayRefused(lineOf(error));
    }
  }

  /** What is wrong and what is said now, at this field and at the others that ask; not at one that was edited meanwhile. */
  function takeOver(by: Field, found: Lookup, sent: Content): void {
    const now = document.content.value;
    const plain = (field: Field | undefined, one: Content[string] | undefined) => (field && typeof one === "string" ? tidy(field, one) : one);
    const same = (path: string): boolean => {
      const field = fields.value.find((one) => one.name === path);
      return plain(field, now[path]) === plain(field, sent[path]);
    };
    takeBack();
    for (const { name, lookup } of fields.value) if (lookup && same(name) && violations.at(name)?.source === "rule") violations.set(name, null);
    const wrong = found.violations.map((one) => ({ ...one, path: one.path || by.name })).filter((one) => same(one.path));
    said = { by: by.name, found: wrong };
    for (const violation of wrong) violations.set(violation.path, violation);
    notices.take(found.notices && found.notices.filter((one) => same(one.path)));
    heard(wrong);
  }

  /** What the newest look-up said no longer counts: its field was edited, or there is a newer one. */
  function takeBack(): void {
    for (const { path, rule, message } of said.found) {
      const shown = violations.at(path);
      if (shown?.rule === rule && shown.message === message) violations.set(path, null);
    }
    said = { by: "", found: [] };
  }

  /**
   * Waits until every left field has been checked and looked up, and every typed row is in its list; answers whether the
   * form may be sent.
   * @param whole nothing typed may be left out, not even when the user says so (before a signature)
   * @param tables those that concern it; all, if not said otherwise
   */
  async function settle(whole = false, tables?: string[]): Promise<boolean> {
    await idle();
    for (const { table, finish } of finishers) if ((tables?.includes(table) ?? true) && !(await finish(whole))) return false;
    return unknown.size === 0;
  }

  /** Waits until every left field has been checked and looked up. */
  const idle = (): Promise<unknown> => Promise.all([...pending]);

  const labelOf = (path: string): string => (document.definition.value ? labelIn(document.definition.value, path, document.content.value, document.drafts) : "");

  /** The form holds typed content that no one has left yet (copied, restored): its look-ups are asked for. */
  function lookUpAll(): void {
    for (const field of fields.value) if (field.lookup && valueOf(field) && !locked(field)) track(afterLeaving(field));
  }

  function forget(): void {
    unknown.clear();
    looked.clear();
    said = { by: "", found: [] };
    clearTimeout(pause);
    violations.clear();
    left.value = [];
  }

  function track(work: Promise<unknown>): void {
    pending.add(work);
    void work.finally(() => pending.delete(work));
  }

  return {
    fields, finishers, notices, labelOf, focused, left, valueOf, inForce, isAsked, markOf, content: () => document.content.value, locked, required, spoken, closed, dayOf, ownDay,
    edit, accept, fillFrom, refuseUnknown, leave, settle, idle, lookUpAll, forget,
  };
}

/** Puts a typed row into its table's list; answers false when it must not go on without it. */
export interface Finisher { table: string; finish(whole: boolean): Promise<boolean> }

export type FormFields = ReturnType<typeof useFields>;
