import { computed, ref } from "vue";
import { dropAutosave, getAutosaves } from "@/kernel/api/autosaves";
import type { Autosave } from "@/kernel/api/types";
import { ask } from "@/kernel/dialogs/ask";
import type { OpenDocument } from "@/kernel/form/useDocument";
import { liveTabs } from "./liveTabs";

export interface RestoreEvents {
  /** The document was saved by somebody else after this was typed: the user chooses. */
  older(left: Autosave): void;
  /** It stands in the boxes now. */
  restored(): void;
  /** Keeps what stands in the boxes under this tab's own key. */
  keep(): Promise<void>;
}

/** What this account typed into such a form, or into this document, and left there unsaved: offered once, newest first (UI-15). */
export function useRestore(document: OpenDocument, events: RestoreEvents) {
  const found = ref<Autosave[]>([]);
  const amendment = (): string => document.amending.value?.name ?? "";
  /** Only what was typed into the document that the form holds now: after 暂存 it is another one. */
  const left = computed(() => found.value.filter((one) => one.number === document.number.value && (one.amendment ?? "") === amendment() && isOfThisKind(one)));
  /** A form of another kind (出口, say) is another menu item's. */
  const isOfThisKind = ({ content }: Autosave): boolean =>
    Object.entries(document.preset.value).every(([name, value]) => (content[name] ?? value) === value);
  const offer = computed(() => left.value[0] ?? null);
  const older = computed(() => !!offer.value?.number && offer.value.base_version < (document.view.value?.version ?? 0));

  /** Looks once, when the form opens; without an answer nothing is offered now, and nothing is lost. */
  async function look(): Promise<void> {
    const number = document.number.value;
    const kept = await getAutosaves(document.type, number, amendment()).catch(() => []);
    const isLive = await liveTabs();
    if (document.number.value === number) found.value = kept.filter((one) => !isLive(one.key));
  }

  async function restore(): Promise<void> {
    const text = "表单中现在录入的内容将被恢复的内容替换，是否继续？";
    if (document.unsaved.value && !(await ask(text, { yes: "恢复", destructive: true }))) return;
    if (older.value) events.older(offer.value!);
    else await take();
  }

  /** Into the boxes; the other tab's key goes only when this tab has kept the same under its own. */
  async function take(): Promise<void> {
    const taken = offer.value!;
    document.restore(taken);
    events.restored();
    await events.keep();
    await giveUp();
  }

  async function giveUp(): Promise<void> {
    const gone = offer.value;
    found.value = found.value.filter((one) => one.key !== gone?.key);
    if (gone) await dropAutosave(document.type, gone.key).catch(() => undefined);
  }

  return { left, offer, older, look, restore, take, giveUp };
}
