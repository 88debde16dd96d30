import { computed, ref } from "vue";
import { lookUp } from "@/kernel/api/documents";
import type { Field, Violation } from "@/kernel/api/types";
import { lineOf } from "@/kernel/api/problem";
import { sayRefused } from "@/kernel/dialogs/say";
import { checkField, isDisabled, isRequired, spoken as spokenIn, tidy, unknownCode } from "./checks";
import { fieldsOf, labelOf as labelIn } from "./content";
import type { OpenDocument } from "./useDocument";
import type { Violations } from "./useViolations";

/** What happens in the boxes of a form: typing, leaving with its check, and grey values that the server looks up. */
export function useFields(document: OpenDocument, violations: Violations) {
  const focused = ref<Field | null>(null);
  const left = ref<string[]>([]); // the names of the fields that have been left, the last one first
  const unknown = new Map<string, string>();
  const pending = new Set<Promise<unknown>>();
  const looked = new Map<string, string>();
  const said = new Map<string, Violation[]>(); // what a field's look-up found wrong, here or at other fields
  const finishers: Finisher[] = []; // row editors: their unfinished rows go into the list before anything is sent

  const fields = computed(() => (document.definition.value ? fieldsOf(document.definition.value) : []));

  const valueOf = (field: Field): string => {
    const from = field.source === "header" ? document.view.value?.header : document.content.value;
    const value = from?.[field.name];
    return typeof value === "string" ? value : "";
  };
  const locked = (field: Field): boolean => !document.mayType(field.name) || isDisabled(field, document.content.value);
  const required = (field: Field): boolean => isRequired(field, document.content.value);
  const spoken = (field: Field): Field => spokenIn(field, document.content.value);

  function edit(field: Field, value: string): void {
    document.content.value[field.name] = value;
    unknown.delete(field.name);
    takeBack(field);
    violations.edited(field.name);
  }

  function refuseUnknown(field: Field, text: string): void {
    unknown.set(field.name, text);
    violations.set(field.name, unknownCode(field, text));
  }

  /** The field was left: its check at once, then the look-up where it has one. */
  function leave(field: Field, settled: Promise<void> = Promise.resolve()): void {
    focused.value = null;
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
    if (!wrong && field.lookup && value) await fillGrey(field, value);
  }

  async function fillGrey(field: Field, value: string): Promise<void> {
    if (looked.get(field.name) === value && !violations.at(field.name)) return;
    try {
      const { content, number, type } = document;
      const found = await lookUp(type, { field: field.name, content: content.value, number: number.value });
      if (valueOf(field) !== value) return;
      Object.assign(content.value, found.content);
      takeBack(field);
      said.set(field.name, found.violations.map((one) => ({ ...one, path: one.path || field.name })));
      for (const violation of said.get(field.name)!) violations.set(violation.path, violation);
      if (found.violations.length) looked.delete(field.name);
      else looked.set(field.name, value);
    } catch (error) {
      sayRefused(lineOf(error));
    }
  }

  /** What the field's last look-up said no longer counts: the field was edited, or looked up again. */
  function takeBack(field: Field): void {
    for (const { path, rule, message } of said.get(field.name) ?? []) {
      const shown = violations.at(path);
      if (shown?.rule === rule && shown.message === message) violations.set(path, null);
    }
    said.delete(field.name);
  }

  /**
   * Waits until every left field has been checked and looked up, and every typed row is in its list; answers whether the
   * form may be sent.
   * @param whole nothing typed may be left out, not even when the user says so (before a signature)
   */
  async function settle(whole = false): Promise<boolean> {
    await idle();
    for (const finish of finishers) if (!(await finish(whole))) return false;
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
    said.clear();
    violations.clear();
    left.value = [];
  }

  function track(work: Promise<unknown>): void {
    pending.add(work);
    void work.finally(() => pending.delete(work));
  }

  return { fields, finishers, labelOf, focused, left, valueOf, locked, required, spoken, edit, refuseUnknown, leave, settle, idle, lookUpAll, forget };
}

/** Puts a typed row into its list; answers false when it must not go on without it. */
export type Finisher = (whole: boolean) => Promise<boolean>;

export type FormFields = ReturnType<typeof useFields>;
