import { computed, ref } from "vue";
import { getPrint, prepareAction, submitAction } from "@/kernel/api/documents";
import { isLost, lineOf, Problem } from "@/kernel/api/problem";
import type { ActionDefinition, Allowed, Attachment, Content, Lines, Prepared, Row, Signed, Violation } from "@/kernel/api/types";
import { ask } from "@/kernel/dialogs/ask";
import { choose } from "@/kernel/dialogs/choose";
import { sayDone, sayRefused } from "@/kernel/dialogs/say";
import { preview, printsIn } from "@/kernel/print/preview";
import { boundCard } from "@/kernel/session";
import { inspectAction } from "@/kernel/signing/inspect";
import { signWithCard } from "@/kernel/signing/sign";
import { allowedOf, buttonsOf, type Button } from "./buttons";
import { flaggedWords, numberLabel } from "./content";
import { fileName, placesOf } from "./sections";
import type { OpenDocument } from "./useDocument";
import { isFollowUp } from "./useEditable";
import type { FormFields } from "./useFields";
import type { Violations } from "./useViolations";

const SAVE_AMENDMENT = "暂存"; // whatever the document's own is called
const LOSE = "当前录入的内容尚未暂存，继续将丢失这些内容，是否继续？";

export interface ActionEvents {
  /** The server refused: show the first violation. */
  refused(): void;
  /** Somebody else saved first; what is stored now comes with the problem. */
  stale(problem: Problem): void;
  /** Waits until the card is where it must be for saving; false when the user gave up. */
  mayStore(): Promise<boolean>;
  /** Asks what an amendment asks for, also (`again`) where nothing is missing; false when the user gave up. */
  asks(again: boolean): Promise<boolean>;
  /** A signed action is done: its button is grey now. */
  declared(): void;
  /** The form holds another document and waits for its first field. */
  emptied(): Promise<void>;
  /** The document is deleted, and none can be begun in its place. */
  gone(): void;
  /** It goes on with a row of a table, in this box. */
  wentOn(box: string): void;
}

/** The button bar: which actions there are, which are grey and why, and what each does. */
export function useActions(document: OpenDocument, fields: FormFields, violations: Violations, events: ActionEvents) {
  const busy = ref("");
  const buttons = computed(() => buttonsOf((document.definition.value?.actions ?? []).filter(isOfThisForm).map(asCalledHere)));
  const allowed = (name: string): Allowed => document.may(name);
  const mayPress = (button: Button): Allowed => allowedOf(button, document.view.value!.status.code, allowed);

  /**
   * What has a form of its own is no button; in such a form there are no follow-ups, where it is typed field by field only
   * what concerns the amendment, and where nothing is typed only that action itself.
   */
  function isOfThisForm(one: ActionDefinition): boolean {
    const amending = document.amending.value;
    if (amending && takesNothing(amending)) return one === amending;
    if (one.edits ? amending : one.amends) return false;
    return !amending?.by_field || one.signed || ["save", "delete"].includes(one.name);
  }

  /** 暂存 of an amendment keeps what is asked of customs, and not the document. */
  function asCalledHere(one: ActionDefinition): ActionDefinition {
    return one.name === "save" && document.amending.value ? { ...one, label: SAVE_AMENDMENT } : one;
  }

  /** Does what the button says; shows why not when it is grey. */
  async function run(button: Button): Promise<void> {
    if (busy.value) return;
    const may = mayPress(button);
    if (!may.allowed) return sayRefused(may.why || `当前不能${button.label}`);
    const action = await meant(button);
    if (action) await guarded(action.label, () => does(action));
  }

  /** What a button means now; where it may mean several things the user says which (APPT-09). */
  async function meant({ label, actions }: Button): Promise<ActionDefinition | undefined> {
    const permitted = actions.filter((one) => allowed(one.name).allowed);
    if (permitted.length < 2) return permitted[0];
    const choices = permitted.map((one) => ({ value: one.name, label: one.choice || one.label }));
    const chosen = await choose({ title: label, text: `请选择本次「${label}」的内容：`, choices, first: permitted.find(document.wasTypedFor)?.name });
    return permitted.find((one) => one.name === chosen);
  }

  async function does(action: ActionDefinition): Promise<void> {
    if (action.name === "new") return startAnew();
    if (action.name === "save") return void ((await events.asks(true)) && (await save(action.done ?? `${action.label}成功`)));
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
    if (error.slug === "not-in-this-state") void document.refresh().catch(() => undefined); // status and buttons here are older than that
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
    const places = document.definition.value ? placesOf(document.definition.value) : [];
    function place({ path }: Violation): number {
      const at = places.findIndex((one) => one === path || one === path.split("/")[0]);
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
    const lost = document.followsUp.value; // what follows the document up is no part of a new one
    const text = lost
      ? "当前单据有尚未申报的录入内容：复制的新单据不包含这些内容，继续将丢失这些内容，是否继续？"
      : "当前单据有未暂存的内容：复制后这些内容进入新单据，原单据保持上次暂存的内容，是否继续？";
    if (document.unsaved.value && !(await ask(text, { title: "复制", yes: "继续复制", destructive: lost }))) return;
    if (!(await fields.settle(true))) return events.refused();
    const left = flaggedWords(document.definition.value!, document.content.value);
    await document.copy();
    fields.forget();
    await events.emptied();
    fields.lookUpAll();
    sayDone(`已复制为新单据，尚未暂存${left}`);
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

  /** A row too many: the document is saved with the rows that it has, and a new one begins with that row (CONS-04). */
  async function goOn(lines: Lines, row: Row): Promise<boolean> {
    let done = false;
    const work = async (): Promise<void> => void (done = await nextDocument(lines, row));
    if (busy.value) await work();
    else await guarded("暂存", work);
    return done;
  }

  async function nextDocument({ name, label, most, overflow, fields: cells }: Lines, row: Row): Promise<boolean> {
    if (!(await save(null))) return false;
    const [full, stored] = [document.number.value!, document.content.value];
    const header = Object.fromEntries((overflow ?? []).flatMap((field) => (stored[field] ? [[field, stored[field]]] : [])));
    await document.fill({ ...header, [name]: [row] });
    fields.forget();
    await events.emptied();
    fields.lookUpAll();
    events.wentOn(`${name}/${cells.find((cell) => cell.entry !== "system")!.name}`);
    sayDone(`「${label}」每份至多 ${most} 行：${full} 已暂存，第 ${most + 1} 行已转入新的一份，尚未暂存`);
    return true;
  }

  /** The stored document as it would come out of the printer; what is typed and not saved is not on it (UI-12). */
  async function print(): Promise<void> {
    const [number, prints] = [document.number.value!, printsIn(document.definition.value!, document.view.value!.status.code)];
    const asks = prints[0]?.dialog ?? "";
    const text = `是否打印${prints[0]?.title ?? ""}（统一编号 ${number}）？在打印之前，可对填写的信息进行预览。`;
    if (asks && !(await ask(text, { title: asks, yes: "打印预览", no: "关闭" }))) return;
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
    sayDone(action.done ?? "删除成功");
    if (!document.definition.value!.actions.some(({ name }) => name === "new")) return events.gone();
    await events.emptied();
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

  /** A signed action: the question first, then save what is typed, then card, prepare, compare, sign, submit (PORT-05, PORT-08, GATE-05). */
  async function sign(button: ActionDefinition): Promise<void> {
    const action = document.amending.value ?? button; // in the form of an amendment 申报 is that action
    if (!(await isSettled(action))) return;
    if (action.confirm && !(await ask(action.confirm, { title: action.label }))) return;
    if (!(await (isFollowUp(action) ? keptForFollowUp(action) : keptToSign(action, button)))) return;
    const signed = await signWithCard<Prepared & { number: string }>({
      title: action.label,
      facts: [
        { label: "签名事项", value: [document.definition.value!.title, action.label, action.choice].filter(Boolean).join(" · ") },
        { label: numberLabel(document.definition.value!), value: document.number.value! },
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

  /** Nothing that the action signs is half-typed. */
  async function isSettled(action: ActionDefinition): Promise<boolean> {
    if (isFollowUp(action) ? !action.edits!.length : action.amends && takesNothing(action)) return true;
    if (!(await fields.settle(true, action.edits ?? undefined))) return refused();
    return isFollowUp(action) || events.asks(false);
  }

  /** The whole form is saved, and may be signed as it is. */
  async function keptToSign(action: ActionDefinition, button: ActionDefinition): Promise<boolean> {
    if (action.amends && takesNothing(action)) return true;
    if ((document.dirty.value || !document.number.value) && !(await save(null))) return false;
    if (document.unsaved.value || !document.number.value) return refused(`暂存时又有新的录入，请再次点击「${button.label}」`);
    const nothing = action.amends === "replaces" && !allowed("delete").allowed;
    return nothing ? refused(`尚未录入${action.label}内容：请修改后再点击「${button.label}」`) : true;
  }

  /** What was typed for the follow-up is kept, without a word; one that edits nothing leaves what is typed as it is. */
  async function keptForFollowUp(action: ActionDefinition): Promise<boolean> {
    if (!action.edits!.length || !document.dirty.value) return true;
    if (!(await events.mayStore())) return false;
    const { warnings } = await document.saveFollowUp(action);
    fields.forget();
    violations.refuse(warnings);
    return document.dirty.value || action.edits!.some(document.isRowUnfinished) ? refused(`提交时又有新的录入，请再次点击「${action.label}」`) : true;
  }

  /** Says why not: in words, or at the first place that is wrong. */
  function refused(words = ""): false {
    if (words) sayRefused(words);
    else events.refused();
    return false;
  }

  /** Hands the signature in. Where the answer is lost, the document says whether it arrived. */
  async function submit(action: ActionDefinition, number: string, signed: Signed): Promise<void> {
    try {
      const done = await submitAction(document.type, number, signed);
      if (action.amends) await document.onlyView();
      else if (isFollowUp(action)) document.takeKeeping(done, document.view.value!.content);
      else document.take(done);
    } catch (error) {
      if (!isLost(error)) throw error;
      await document.refresh().catch(() => undefined);
      const open = action.amends && !isFollowUp(action) ? !!document.amending.value : allowed(action.name).allowed;
      if (open) throw error;
    }
  }

  async function prepare(action: ActionDefinition, card: string): Promise<Prepared & { number: string }> {
    const { number, version } = document.view.value!;
    const prepared = await prepareAction(document.type, number!, version, { action: action.name, card_no: card });
    await inspectAction(prepared, {
      type: document.type, number: number!, action: action.name, card,
      content: document.signedBy(action, document.content.value), fields: fields.fields.value, lines: document.definition.value!.lines,
      version, attachments: filesOf(action, prepared),
    });
    return { ...prepared, number: number! };
  }

  /** The files that the screen shows; those of another follow-up only where they are in force, as the statement says. */
  function filesOf(action: ActionDefinition, { statement }: Prepared): Attachment[] {
    const keyOf = (file: { category: string; sha256: string }): string => `${file.category} ${file.sha256}`;
    const named = new Set((statement.attachments as Attachment[]).map(keyOf));
    return document.view.value!.attachments.filter((file) => named.has(keyOf(file)) || !document.isOthers(action, fileName(file.category)));
  }

  return { buttons, mayPress, allowed, run, busy, guarded, save, goOn, empty, startFrom };
}

/** Whether nothing is typed on an action's own form, which is declared as the document is in force. */
const takesNothing = ({ alters, asks }: ActionDefinition): boolean => alters?.length === 0 && !asks.length;

export type Actions = ReturnType<typeof useActions>;
