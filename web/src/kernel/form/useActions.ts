import { computed, ref } from "vue";
import { getPrint, prepareAction, submitAction } from "@/kernel/api/documents";
import { isLost, lineOf, Problem } from "@/kernel/api/problem";
import type { ActionDefinition, Allowed, Content, Prepared, Signed, Violation } from "@/kernel/api/types";
import { ask } from "@/kernel/dialogs/ask";
import { sayDone, sayRefused } from "@/kernel/dialogs/say";
import { preview } from "@/kernel/print/preview";
import { boundCard } from "@/kernel/session";
import { inspectAction } from "@/kernel/signing/inspect";
import { signWithCard } from "@/kernel/signing/sign";
import { numberLabel } from "./content";
import type { OpenDocument } from "./useDocument";
import type { FormFields } from "./useFields";
import type { Violations } from "./useViolations";

const LOSE = "当前录入的内容尚未暂存，继续将丢失这些内容，是否继续？";

export interface ActionEvents {
  /** The server refused: show the first violation. */
  refused(): void;
  /** Somebody else saved first; what is stored now comes with the problem. */
  stale(problem: Problem): void;
  /** Waits until the card is where it must be for saving; false when the user gave up. */
  mayStore(): Promise<boolean>;
  /** A signed action is done: its button is grey now. */
  declared(): void;
  /** The form holds another document and waits for its first field. */
  emptied(): Promise<void>;
}

/** The button bar: which actions there are, which are grey and why, and what each does. */
export function useActions(document: OpenDocument, fields: FormFields, violations: Violations, events: ActionEvents) {
  const busy = ref("");
  const actions = computed(() => (document.definition.value?.actions ?? []).filter((one) => !one.amends));
  const allowed = (name: string): Allowed => document.may(name);

  /** Does what the button says; shows why not when it is grey. */
  async function run(action: ActionDefinition): Promise<void> {
    if (busy.value) return;
    const may = allowed(action.name);
    if (!may.allowed) return sayRefused(may.why || `当前不能${action.label}`);
    await guarded(action.label, () => does(action));
  }

  async function does(action: ActionDefinition): Promise<void> {
    if (action.name === "new") return startAnew();
    if (action.name === "save") return void (await save(action.done ?? `${action.label}成功`));
    if (action.name === "delete") return remove(action);
    if (action.name === "copy") return copy();
    if (action.name === "print") return print();
    return action.signed ? sign(action) : Promise.reject(new Error(`页面还不会「${action.label}」`));
  }

  /** Runs one thing at a time; a refusal is shown where it belongs and what was typed stays. */
  async function guarded(label: string, work: () => Promise<unknown>): Promise<boolean> {
    busy.value = label;
    try {
      await work();
      return true;
    } catch (error) {
      show(error);
      return false;
    } finally {
      busy.value = "";
    }
  }

  function show(error: unknown): void {
    if (!(error instanceof Problem)) return sayRefused(lineOf(error));
    if (error.slug === "not-logged-in") return; // the login page says it
    if (error.slug === "stale-version" && error.current) return events.stale(error);
    if (error.slug === "not-found" && document.number.value) return sayRefused(gone());
    if (!error.violations.length) return sayRefused(error.line);
    violations.refuse(inReadingOrder(error.violations));
    events.refused();
  }

  /** Somebody deleted the document while it was open here. */
  function gone(): string {
    const way = allowed("copy").allowed ? "。怎么办：需要保留时请点击「复制」，作为新单据再暂存" : "，如需保留请重新录入";
    return `该单据已被删除，录入的内容仍在页面上${way}（依据：系统规则 6：没有办成的，内容不丢失）`;
  }

  /** As the fields stand in the form; what concerns no field of it comes last. */
  function inReadingOrder(found: Violation[]): Violation[] {
    const names = fields.fields.value.map((field) => field.name);
    const tables = document.definition.value?.lines.map((lines) => lines.name) ?? [];
    const places = [...names, ...tables];
    function place(one: Violation): number {
      const at = places.indexOf(one.path.split("/")[0]!);
      return at < 0 ? places.length : at;
    }
    return found.toSorted((one, other) => place(one) - place(other));
  }

  async function startAnew(): Promise<void> {
    if (document.unsaved.value && !(await ask(LOSE, { destructive: true, yes: "继续新增" }))) return;
    await empty();
  }

  async function empty(): Promise<void> {
    await document.clear();
    fields.forget();
    await events.emptied();
  }

  /** 复制: what concerns the new document (a number that is in use, say) is looked up at once. */
  async function copy(): Promise<void> {
    const text = "当前单据有未暂存的内容：复制后这些内容进入新单据，原单据保持上次暂存的内容，是否继续？";
    if (document.unsaved.value && !(await ask(text, { title: "复制", yes: "继续复制" }))) return;
    if (!(await fields.settle(true))) return events.refused();
    await document.copy();
    fields.forget();
    await events.emptied();
    fields.lookUpAll();
    sayDone("已复制为新单据，尚未暂存");
  }

  /** A new document out of a template (GATE-11). */
  async function startFrom(content: Content): Promise<void> {
    if (document.unsaved.value && !(await ask(LOSE, { title: "模板", destructive: true, yes: "继续新建" }))) return;
    await guarded("新建", async () => {
      await document.fill(content);
      fields.forget();
      await events.emptied();
      fields.lookUpAll();
      sayDone("已按模板新建单据，尚未暂存");
    });
  }

  /** 暂存; answers whether it came to that: a wrong field, a row or a card that is out of its reader stop it. */
  async function save(done: string | null): Promise<boolean> {
    if (!(await fields.settle())) {
      events.refused();
      return false;
    }
    if (!(await events.mayStore())) return false;
    const { warnings } = await document.save();
    fields.forget();
    violations.refuse(warnings);
    if (done) sayDone(done);
    return true;
  }

  /** The stored document as it would come out of the printer; what is typed and not saved is not on it (UI-12). */
  async function print(): Promise<void> {
    const [number, { prints }] = [document.number.value!, document.definition.value!];
    preview({
      prints, unsaved: document.unsaved.value,
      file: (name, signal) => getPrint(document.type, number, name, signal), called: (title) => `${title} ${number}.pdf`,
    });
  }

  async function remove(action: ActionDefinition): Promise<void> {
    if (document.amending.value) return dropAmendment(document.amending.value.label);
    const text = action.confirm ?? "是否删除该票单据？删除后不可恢复。";
    if (!(await ask(text, { title: "删除", yes: "删除", destructive: true }))) return;
    await document.remove();
    fields.forget();
    await events.emptied();
    sayDone(action.done ?? "删除成功");
  }

  /** 删除 in the form of an amendment: what was saved of it, not the document. */
  async function dropAmendment(label: string): Promise<void> {
    const text = `是否放弃已暂存的${label}内容？放弃后不可恢复，原单据不受影响。`;
    if (!(await ask(text, { title: "删除", yes: "放弃", destructive: true }))) return;
    await document.dropAmendment();
    fields.forget();
    await events.emptied();
    sayDone(`已放弃${label}内容`);
  }

  /** A signed action: save what is typed, then card, prepare, compare, sign, submit (PORT-05, PORT-08). */
  async function sign(button: ActionDefinition): Promise<void> {
    const action = document.amending.value ?? button; // in the form of an amendment 申报 is that action
    if (!(await fields.settle(true))) return events.refused();
    if ((document.dirty.value || !document.number.value) && !(await save(null))) return;
    if (document.unsaved.value || !document.number.value) return sayRefused(`暂存时又有新的录入，请再次点击「${button.label}」`);
    if (action.amends === "replaces" && !allowed("delete").allowed) return sayRefused(`尚未录入${action.label}内容：请修改后再点击「${button.label}」`);
    if (action.confirm && !(await ask(action.confirm, { title: action.label }))) return;
    const signed = await signWithCard<Prepared & { number: string }>({
      title: action.label,
      facts: [
        { label: "签名事项", value: `${document.definition.value!.title} · ${action.label}` },
        { label: numberLabel(document.definition.value!), value: document.number.value },
      ],
      bound: boundCard.value,
      prepare: (card) => prepare(action, card),
      submit: async ({ prepared, signature, certificate }) => {
        await submit(action, prepared.number, { token: prepared.token, signature, certificate });
      },
    });
    if (!signed) return;
    fields.forget();
    events.declared();
    sayDone(action.done ?? `${action.label}成功`);
  }

  /** Hands the signature in. Where the answer is lost, the document says whether it arrived. */
  async function submit(action: ActionDefinition, number: string, signed: Signed): Promise<void> {
    try {
      const done = await submitAction(document.type, number, signed);
      if (action.amends) await document.onlyView();
      else document.take(done);
    } catch (error) {
      if (!isLost(error)) throw error;
      await document.refresh().catch(() => undefined);
      if (allowed(action.name).allowed && !(action.amends && !document.amending.value)) throw error;
    }
  }

  async function prepare(action: ActionDefinition, card: string): Promise<Prepared & { number: string }> {
    const { number, version, attachments } = document.view.value!;
    const prepared = await prepareAction(document.type, number!, version, { action: action.name, card_no: card });
    await inspectAction(prepared, {
      type: document.type, number: number!, action: action.name, card,
      content: document.content.value, fields: fields.fields.value, lines: document.definition.value!.lines,
      version, attachments,
    });
    return { ...prepared, number: number! };
  }

  return { actions, allowed, run, busy, guarded, save, empty, startFrom };
}

export type Actions = ReturnType<typeof useActions>;
