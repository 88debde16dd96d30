import { inject, ref, type InjectionKey, type Ref } from "vue";
import type { Preset } from "./preset";

/** The mode in which a document can only be looked at. */
export const VIEW = "view";

/** Which page of a document is opened (its form, if not said), and in which mode. */
export interface OpenedAs {
  page?: "form" | "receipts";
  mode?: string;
}

/** What a page inside a tab may do with its tab and with others. */
export interface Workspace {
  /** Whether the tab is the one in front. */
  active: Ref<boolean>;
  /** With which conditions a page of a chapter's own begins; nothing: with those of its own. */
  preset?: Preset;
  /** Says which document the tab holds now, null for one that has no number yet, how it is opened, and of which preset it is ("list_kind=GI"; not said: as before). */
  holds(number: string | null, mode?: string, preset?: string): void;
  /** Says what the page is, behind the document's number in the tab. */
  entitled(words: string): void;
  /** Says whether closing the tab would lose something. */
  unsaved(dirty: boolean): void;
  /** Whether the bound card stays in the reader here, also during entry and saving (PORT-05). */
  cardStays: boolean;
  /** Opens a document, or what is known of it, in a tab of its own, or brings that tab to the front. */
  open(type: string, number: string, as?: OpenedAs): void;
  /** Opens another of the chapter's own pages, with what it finds under these conditions; or brings its tab to the front. */
  openOwn(name: string, preset?: Preset): void;
  /** Closes the tab. */
  close(): void;
}

export const workspaceKey: InjectionKey<Workspace> = Symbol("workspace");

/** The tab's workspace; outside of tabs (in tests) one that does nothing. */
export function useWorkspace(): Workspace {
  return inject(workspaceKey, () => ({ active: ref(true), holds() {}, entitled() {}, unsaved() {}, cardStays: false, open() {}, openOwn() {}, close() {} }), true);
}
