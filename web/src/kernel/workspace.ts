import { inject, ref, type InjectionKey, type Ref } from "vue";

/** What a page inside a tab may do with its tab and with others. */
export interface Workspace {
  /** Whether the tab is the one in front. */
  active: Ref<boolean>;
  /** Says which document the tab holds now; null for one that has no number yet. */
  holds(number: string | null): void;
  /** Says whether closing the tab would lose something. */
  unsaved(dirty: boolean): void;
  /** Whether the bound card stays in the reader here, also during entry and saving (PORT-05). */
  cardStays: boolean;
  /** Opens a document in a tab of its own, or brings its tab to the front. */
  open(type: string, number: string): void;
}

export const workspaceKey: InjectionKey<Workspace> = Symbol("workspace");

/** The tab's workspace; outside of tabs (in tests) one that does nothing. */
export function useWorkspace(): Workspace {
  return inject(workspaceKey, () => ({ active: ref(true), holds() {}, unsaved() {}, cardStays: false, open() {} }), true);
}
