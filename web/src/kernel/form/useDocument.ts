import { computed, reactive, ref, shallowRef } from "vue";
import {
  createDocument, deleteDocument, emptyDocument, getDefinition, openDocument, saveDocument,
} from "@/kernel/api/documents";
import type { Content, Definition, View } from "@/kernel/api/types";
import { canonical } from "@/kernel/signing/canonical";
import { emptyDraft, isUnfinished, type RowDraft } from "@/kernel/lines/draft";
import { keepTypedOn, rowsOf, sameTyped } from "./content";

/**
 * One document in a form: what is stored (`view`), what stands in the boxes (`content`), and the way between.
 * Every function throws the API's `Problem`; what was typed stays.
 */
export function useDocument(type: string) {
  const definition = shallowRef<Definition | null>(null);
  const view = shallowRef<View | null>(null);
  const content = ref<Content>({});
  const drafts = reactive<Record<string, RowDraft>>({}); // what stands in the row editors, by table
  const lastSend = { key: "", of: "" };

  const number = computed(() => view.value?.number ?? null);
  const dirty = computed(
    () => !!definition.value && !!view.value && !sameTyped(definition.value, content.value, view.value.content),
  );
  const unfinished = computed(() => Object.entries(drafts).some(([name, draft]) => isUnfinished(draft, rowsOf(content.value, name))));
  /** Whether something typed would be lost with the page: in the boxes, or in a row editor. */
  const unsaved = computed(() => dirty.value || unfinished.value);

  /** Loads the definition and the document; an empty one without a number. */
  async function load(wanted: string | null): Promise<void> {
    const [found, opened] = await Promise.all([
      getDefinition(type), wanted ? openDocument(type, wanted) : emptyDocument(type),
    ]);
    definition.value = found;
    take(opened);
  }

  /** Shows the answered document as it is. */
  function take(answered: View): void {
    view.value = answered;
    content.value = structuredClone(answered.content);
    for (const name of Object.keys(drafts)) drafts[name] = emptyDraft();
  }

  /** Shows the answered document, but keeps what was typed since `sent`. */
  function takeKeeping(answered: View, sent: Content): void {
    const kept = keepTypedOn(sent, content.value, structuredClone(answered.content));
    view.value = answered;
    content.value = kept;
  }

  async function save(): Promise<View> {
    const sent = snapshot(content.value);
    const stored = view.value;
    const answered = stored?.number
      ? await saveDocument(type, stored.number, stored.version, sent)
      : await createDocument(type, sent, keyFor(sent));
    takeKeeping(answered, sent);
    return answered;
  }

  async function remove(): Promise<void> {
    const stored = view.value;
    if (stored?.number) await deleteDocument(type, stored.number, stored.version);
    await clear();
  }

  async function clear(): Promise<void> {
    lastSend.of = "";
    take(await emptyDocument(type));
  }

  /**
   * Looks whether the stored document has changed and shows it. While something typed is not saved, another version
   * is not shown: the save will be refused and ask whose counts.
   */
  async function refresh(): Promise<void> {
    const stored = view.value;
    if (!stored?.number) return;
    const now = await openDocument(type, stored.number);
    if (view.value !== stored || canonical(now) === canonical(stored)) return;
    if (!unsaved.value || now.version === stored.version) takeKeeping(now, stored.content);
  }

  /** An answer that concerns attachments only: typed content stays as it is. */
  function takeAttachments(answered: View): void {
    takeKeeping(answered, view.value?.content ?? {});
  }

  /** The same content sent again carries the same key, so that an answer lost on the way makes no second document. */
  function keyFor(sent: Content): string {
    const of = canonical(sent);
    if (of !== lastSend.of) Object.assign(lastSend, { of, key: randomKey() });
    return lastSend.key;
  }

  return { type, definition, view, content, drafts, number, dirty, unsaved, load, take, takeKeeping, save, remove, clear, refresh, takeAttachments };
}

export type OpenDocument = ReturnType<typeof useDocument>;

const snapshot = (content: Content): Content => JSON.parse(JSON.stringify(content)) as Content;

function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
