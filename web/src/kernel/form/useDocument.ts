import { computed, reactive, ref, shallowRef } from "vue";
import {
  createDocument, deleteAmendment, deleteDocument, emptyDocument, getDefinition, lookUp as askServer, openDocument, saveAmendment, saveDocument,
} from "@/kernel/api/documents";
import { openAmendment } from "@/kernel/api/amendments";
import { isLost, Problem } from "@/kernel/api/problem";
import type { ActionDefinition, Allowed, Content, Definition, Lookup, RowDraft, Typed, View } from "@/kernel/api/types";
import { amendmentIn } from "@/kernel/amendments/amendments";
import type { Preset } from "@/kernel/preset";
import { VIEW } from "@/kernel/workspace";
import { canonical } from "@/kernel/signing/canonical";
import { randomKey } from "@/kernel/randomKey";
import { emptyDraft, isUnfinished } from "@/kernel/lines/draft";
import { definitionFor } from "./amended";
import { keepTypedOn, presetIn, rowsOf, sameTyped, shownContent, shownRow } from "./content";
import { isFollowUp, useEditable } from "./useEditable";

/** The autosave stands back while 暂存 or 删除 is under way, and has nothing left when it is done. */
export interface Sending {
  around<Answer>(work: () => Promise<Answer>): Promise<Answer>;
}

const YES: Allowed = { allowed: true, why: "" };
const AS_VIEWED = ["copy", "print"]; // what may be done with a document that is only looked at, beside 新增

/**
 * One document in a form: what is stored (`view`), what stands in the boxes (`content`), and the way between.
 * Every function throws the API's `Problem`; what was typed stays.
 */
export function useDocument(type: string) {
  const declared = shallowRef<Definition | null>(null);
  const view = shallowRef<View | null>(null);
  const content = ref<Content>({});
  const drafts = reactive<Record<string, RowDraft>>({}); // what stands in the row editors, by table
  const tab = ref(randomKey()); // names this form's autosave; another document in it gets another
  const sending: Sending = { around: (work) => work() };
  const mode = ref(""); // "" to work on the document, VIEW or an amendment's place (02) to look at it, else the name of an amending action
  let begun: { sent: Content; key: string } | null = null; // a first 暂存 that has no answer yet

  /** The action that amends what is in force, when the form is that action's (变更, 删单). */
  const amending = computed<ActionDefinition | null>(() => declared.value?.actions.find((one) => one.name === mode.value && hasForm(one)) ?? null);
  /** The action of the amendment that is looked at. */
  const lookedAt = computed<ActionDefinition | null>(() => (amending.value ? null : declared.value?.actions.find((one) => one.name === view.value?.amendment)) ?? null);
  const definition = computed(() => declared.value && definitionFor(declared.value, amending.value ?? lookedAt.value));

  const number = computed(() => view.value?.number ?? null);
  /** What stands in the boxes as it is seen: what is hidden beside it is kept for as long as the form is open, and no longer. */
  const shown = (): Content => shownContent(definition.value!, content.value);
  const dirty = computed(
    () => !!definition.value && !!view.value && !sameTyped(definition.value, shown(), shownContent(definition.value, view.value.content)),
  );
  function isRowUnfinished(name: string): boolean {
    const lines = definition.value?.lines.find((one) => one.name === name);
    return !!lines && !!drafts[name] && isUnfinished(drafts[name], rowsOf(content.value, name), (row) => shownRow(lines, row, content.value));
  }
  const unfinished = computed(() => Object.keys(drafts).some(isRowUnfinished));
  /** Whether something typed would be lost with the page: in the boxes, or in a row editor. */
  const unsaved = computed(() => dirty.value || unfinished.value);

  /** What the menu gave to this document: its kind, say. */
  const preset = computed<Preset>(() => (definition.value ? presetIn(definition.value, content.value) : {}));

  /** Whether an action may be done now, as the server says; 新增 always (UI-11); nothing else with what is only looked at. */
  function may(name: string): Allowed {
    if (name === "new") return YES;
    const said = view.value?.actions[name] ?? { allowed: false, why: "当前不能进行此操作" };
    if (!said.allowed) return said;
    if (amending.value?.amends === "ends" && AS_VIEWED.includes(name))
      return { allowed: false, why: `${amending.value.label}页面只能申报；需要复制或打印时请从查询结果的操作栏进入查看` };
    if (mode.value !== VIEW || AS_VIEWED.includes(name)) return said;
    return { allowed: false, why: "查看页面只能查看；需要修改时请从查询结果的操作栏进入" };
  }

  const { followUps, followsUp, mayType, mayChange, ownOf, typableOf, signedBy, isOthers, wasTypedFor: typedFor } = useEditable(definition, view, mode, may);

  /** As of which day the codes of a field or a table count: what can be typed as of today (""), else as of the document's own day (OPER-02). */
  const dayOf = (name: string): string => (mayType(name) ? "" : (view.value?.coded_on ?? ""));

  /**
   * Loads the definition and the document; an empty one without a number.
   * @param as the mode in which it is opened
   * @param preset what the menu gives to an empty one
   */
  async function load(wanted: string | null, as = "", preset: Preset = {}): Promise<void> {
    const asked = wanted && as !== VIEW ? as : "";
    const [found, opened] = await Promise.all([getDefinition(type), wanted ? opens(wanted, asked) : emptyDocument(type, preset)]);
    declared.value = found;
    mode.value = wanted && (as === VIEW || amendmentIn(as, wanted) || found.actions.some((one) => one.name === as && hasForm(one))) ? as : "";
    take(opened);
  }

  /** What a mode shows of a document: itself, the form of an action, or an amendment as it was. */
  function opens(wanted: string, as: string): Promise<View> {
    const amendment = amendmentIn(as, wanted);
    return amendment ? openAmendment(type, amendment) : openDocument(type, wanted, as);
  }

  /** Shows the document itself, to be looked at: its amendment is with customs, or may not be made any more. */
  async function onlyView(): Promise<void> {
    const opened = await openDocument(type, number.value!);
    mode.value = VIEW;
    take(opened);
  }

  /** What leaving a field, or a cell (goods/2/code), fills in and finds wrong; nothing is stored. */
  const lookUp = (field: string, sent: Content): Promise<Lookup> =>
    askServer(type, { field, content: sent, number: number.value, amending: amending.value?.name ?? "" });

  /** Shows the answered document as it is. */
  function take(answered: View): void {
    view.value = answered;
    content.value = structuredClone(answered.content);
    for (const name of Object.keys(drafts)) drafts[name] = emptyDraft();
  }

  /** Shows the answered document, but keeps what was typed since `sent`; open rows and ticks follow the rows (`useLines`). */
  function takeKeeping(answered: View, sent: Content): void {
    const kept = keepTypedOn(definition.value!, sent, content.value, structuredClone(answered.content));
    view.value = answered;
    content.value = kept;
  }

  const save = (): Promise<View> => sending.around(saveNow);

  async function saveNow(): Promise<View> {
    if (begun && canonical(begun.sent) !== canonical(content.value)) await catchUp();
    const sent = snapshot(content.value);
    const stored = view.value;
    const answered = stored?.number ? await saveStored(stored.number, stored.version, sent) : await create(sent);
    takeKeeping(answered, sent);
    return answered;
  }

  function saveStored(stored: string, version: number, sent: Content): Promise<View> {
    if (!amending.value) return saveDocument(type, stored, version, sent, tab.value);
    return saveAmendment(type, stored, version, { action: amending.value.name, content: sent }, tab.value);
  }

  /** Keeps what is typed for a follow-up, beside what is in force: the document itself stays as it is. */
  const saveFollowUp = (action: ActionDefinition): Promise<View> => sending.around(async () => {
    const sent = snapshot(content.value);
    const { number: stored, version } = view.value!;
    const answered = await saveAmendment(type, stored!, version, { action: action.name, content: sent }, tab.value);
    takeKeeping(answered, sent);
    return answered;
  });

  /** The same first 暂存 sent again carries the same key, so that an answer lost on the way makes no second document. */
  async function create(sent: Content): Promise<View> {
    begun ??= { sent, key: randomKey() };
    try {
      const answered = await createDocument(type, begun.sent, begun.key, tab.value);
      begun = null;
      return answered;
    } catch (error) {
      if (saidNo(error)) begun = null;
      throw error;
    }
  }

  /** The answer to a first 暂存 was lost and the content has changed since: what became of it is asked first. */
  async function catchUp(): Promise<void> {
    const { sent } = begun!;
    try {
      takeKeeping(await create(sent), sent);
    } catch (error) {
      if (!saidNo(error)) throw error;
    }
  }

  async function remove(): Promise<void> {
    const stored = view.value;
    if (stored?.number) await sending.around(() => deleteDocument(type, stored.number!, stored.version));
    await clear();
  }

  /** Throws the saved amendment away; what is in force stands in the boxes then. */
  async function dropAmendment(): Promise<void> {
    const { number: stored, version } = view.value!;
    await sending.around(() => deleteAmendment(type, stored!, version));
    take(await openDocument(type, stored!, mode.value));
    tab.value = randomKey();
  }

  /** An empty document; of the same preset, if not said otherwise. */
  async function clear(as: Preset = preset.value): Promise<void> {
    const empty = await emptyDocument(type, as);
    begun = null;
    mode.value = "";
    take(empty);
    tab.value = randomKey();
  }

  /** 复制: a new, unsaved document with what was typed in this one: no number, no grey values, no files, no follow-up, no row that is used no more. */
  async function copy(): Promise<void> {
    await fill(ownOf(snapshot(content.value)));
  }

  /** A new, unsaved document with these values; grey ones are the server's. */
  async function fill(given: Content): Promise<void> {
    const kept = snapshot(given);
    await clear({ ...preset.value, ...presetIn(definition.value!, kept) });
    content.value = { ...content.value, ...kept };
  }

  /** What stands in the form and may be typed there, as an autosave keeps it. */
  function typed(): Typed {
    const kept = Object.entries(drafts).filter(([name, draft]) => mayType(name) && isUnfinished(draft, rowsOf(content.value, name)));
    return {
      number: number.value, amendment: amending.value?.name ?? "", base_version: view.value?.version ?? 0,
      content: typableOf(content.value), drafts: Object.fromEntries(kept),
    };
  }

  /** The stored content with what was typed once in its place; grey values and what may not be typed now stay the server's. */
  function restored(typed: Content): Content {
    const tables = definition.value!.lines.filter(({ name }) => mayType(name)).map(({ name }) => [name, []]);
    const may = typableOf(view.value!.content);
    const kept = Object.entries(view.value!.content).filter(([name]) => !(name in may));
    return { ...Object.fromEntries([...tables, ...kept]), ...typableOf(snapshot(typed)) };
  }

  /** Whether anything of it may be typed now and is not stored. */
  function wouldChange(typed: Pick<Typed, "content" | "drafts">): boolean {
    return !sameTyped(definition.value!, restored(typed.content), view.value!.content) || Object.keys(typed.drafts).some(mayType);
  }

  /** Puts what was typed once into the boxes, in place of what stands in them. */
  function restore(typed: Pick<Typed, "content" | "drafts">): void {
    content.value = restored(typed.content);
    for (const { name } of definition.value!.lines) drafts[name] = (mayType(name) && typed.drafts[name]) || emptyDraft();
  }

  /**
   * Looks whether the stored document has changed and shows it. While something typed is not saved, another version
   * is not shown: the save will be refused and ask whose counts. An amendment's form that may not be filled in any more
   * turns into 查看; with something unsaved in it it keeps that, in grey boxes with grey buttons, until it may go on.
   */
  async function refresh(): Promise<void> {
    const stored = view.value;
    if (!stored?.number) return;
    const asked = mode.value === VIEW ? "" : mode.value;
    const now = await opens(stored.number, asked).catch((error: unknown) => {
      if (asked && error instanceof Problem && error.slug === "not-in-this-state") return null;
      throw error;
    });
    if (!now) return unsaved.value ? closeKeeping(stored) : onlyView();
    if (view.value !== stored || canonical(now) === canonical(stored)) return;
    if (!unsaved.value || now.version === stored.version) takeKeeping(now, stored.content);
    else if (isClosed(stored)) takeBeside(now, stored);
  }

  /** The form of an amendment that may not be filled in now: what was typed in it stands there, and all buttons say why. */
  async function closeKeeping(stored: View): Promise<void> {
    const now = await openDocument(type, stored.number!);
    const why = now.actions[mode.value];
    if (view.value !== stored || !why || why.allowed) return; // what ended that will be told, too
    const actions = Object.fromEntries(Object.entries(now.actions).map(([name, said]) => [name, AS_VIEWED.includes(name) ? said : why]));
    view.value = { ...stored, status: now.status, header: now.header, marker: now.marker, editable: stored.editable && [], actions };
  }

  /** Whether the form of an amendment may not be filled in for the moment. */
  const isClosed = (shown: View): boolean => shown.actions[mode.value]?.allowed === false;

  /** Shows what is new beside the content. The version stays that of the compared content, so that a save asks whose counts. */
  function takeBeside(now: View, compared: View): void {
    view.value = { ...now, content: compared.content, version: compared.version };
  }

  /**
   * An answer that concerns attachments only: typed content stays as it is. Another's content that came along with it is
   * not compared with what is typed here, and is shown only where nothing is.
   */
  function takeAttachments(answered: View): void {
    const compared = view.value!;
    if (unsaved.value && !sameStored(answered.content, compared.content)) takeBeside(answered, compared);
    else takeKeeping(answered, compared.content);
  }

  /** Whether two stored contents are the same where a user types. */
  const sameStored = (one: Content, other: Content): boolean =>
    sameTyped(definition.value!, shownContent(definition.value!, one), shownContent(definition.value!, other));

  return {
    type, declared, definition, view, content, drafts, number, preset, mode, amending, lookedAt, dirty, unsaved, isRowUnfinished, tab, sending,
    followUps, followsUp, mayType, mayChange, dayOf, ownOf, signedBy, isOthers,
    wasTypedFor: (action: ActionDefinition) => typedFor(action, content.value),
    may, shown, load, lookUp, onlyView, take, takeKeeping, save, saveFollowUp, remove, dropAmendment, clear, copy, fill, typed, restored, wouldChange, restore, refresh, takeAttachments,
  };
}

export type OpenDocument = ReturnType<typeof useDocument>;

/** Whether an action that amends what is in force has a form of its own. */
const hasForm = (action: ActionDefinition): boolean => !!action.amends && !isFollowUp(action);

const snapshot = (content: Content): Content => JSON.parse(JSON.stringify(content)) as Content;

/** Whether the server refused for good: then nothing of the request was stored. */
const saidNo = (error: unknown): boolean => error instanceof Problem && !isLost(error) && ![401, 403, 429].includes(error.status);
