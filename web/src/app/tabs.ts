import { computed, reactive, ref } from "vue";

/** An opened page. A form's tab keeps its identity when its document gets a number. */
export interface Tab {
  id: number;
  kind: "form" | "query";
  application: string;
  types: string[];
  /** The document's number; null for a new form and for query pages. */
  number: string | null;
  unsaved: boolean;
}

export const tabs = reactive<Tab[]>([]);
const activeId = ref(0);
let lastId = 0;
let owner = "";

export const activeTab = computed(() => tabs.find((tab) => tab.id === activeId.value) ?? null);

/** A tab's address; the shell and the browser's back button go by it. */
export function addressOfTab(tab: Tab): string {
  const place = `/app/${tab.application}/${tab.kind}/${tab.types.join(",")}`;
  return tab.kind === "form" ? `${place}/${tab.number ?? "new"}` : place;
}

/** Brings the tab of this address to the front, opening it when there is none; without a page, none is in front. */
export function showAddress(application: string, place: string[]): void {
  const [kind, types, number] = place;
  if ((kind !== "form" && kind !== "query") || !types) return void (activeId.value = 0);
  const wanted: Tab = {
    id: 0, kind, application, types: types.split(","), number: kind === "form" && number !== "new" ? (number ?? null) : null,
    unsaved: false,
  };
  const address = addressOfTab(wanted);
  if (activeTab.value && addressOfTab(activeTab.value) === address) return;
  const open = tabs.find((tab) => addressOfTab(tab) === address);
  if (!open) tabs.push({ ...wanted, id: ++lastId });
  activeId.value = open?.id ?? lastId;
}

/** Brings this very tab to the front; two new forms have the same address. */
export function activate(tab: Tab): void {
  activeId.value = tab.id;
}

/** Closes tabs; the one beside the closed active one comes to the front. Answers the address to show. */
export function closeTabs(closing: Tab[]): string | null {
  const at = tabs.findIndex((tab) => tab.id === activeId.value);
  const left = tabs.filter((tab) => !closing.some((one) => one.id === tab.id));
  const stays = left.some((tab) => tab.id === activeId.value);
  const next = stays ? activeTab.value : (left[Math.min(at, left.length - 1)] ?? null);
  tabs.splice(0, tabs.length, ...left);
  activeId.value = next?.id ?? 0;
  return next && addressOfTab(next);
}

/** The tabs belong to one user: another one who logs in starts with none. */
export function ownedBy(username: string): void {
  if (owner !== username) tabs.splice(0);
  owner = username;
}

/** Forgets all tabs (the user logged out). */
export function forgetTabs(): void {
  tabs.splice(0);
  owner = "";
}

export const anyUnsaved = (): boolean => tabs.some((tab) => tab.unsaved);
