import { computed, reactive, ref } from "vue";
import { isPageName, pageKinds, type PageName } from "./pages";

/** An opened page. A form's tab keeps its identity when its document gets a number. */
export interface Tab {
  id: number;
  kind: PageName;
  application: string;
  types: string[];
  /** The name of a chapter's own page; "" for every other kind. */
  name: string;
  /** The document's number; null for a new form and for pages that are about no document. */
  number: string | null;
  /** How the document is opened: "" to work on it, "view" to look at it, else the name of an action that it is opened for. */
  mode: string;
  /** What the menu gave to a form or a query page, or a reminder to a chapter's own page, as it stands in the address ("list_kind=GI"). */
  preset: string;
  /** What the page says of itself, shown behind the number. */
  words: string;
  unsaved: boolean;
}

export const tabs = reactive<Tab[]>([]);
const activeId = ref(0);
let lastId = 0;
let owner = "";

export const activeTab = computed(() => tabs.find((tab) => tab.id === activeId.value) ?? null);

/** A tab's address; the shell and the browser's back button go by it. */
export function addressOfTab({ application, kind, types, name, number, mode, preset = "" }: Place): string {
  const document = pageKinds[kind].about === "document" ? [number ?? "new", mode] : [];
  return ["/app", application, kind, name || types.join(","), ...document, number ? "" : preset].filter(Boolean).join("/");
}

/** What of a tab its address says. */
type Place = Pick<Tab, "application" | "kind" | "types" | "name" | "number" | "mode"> & Partial<Pick<Tab, "preset">>;

/** The tab that an address names; null where it names none. */
function tabAt(application: string, [kind, about, number, mode]: string[]): Tab | null {
  if (!isPageName(kind) || !about) return null;
  const [name, types] = pageKinds[kind].about === "chapter" ? [about, []] : ["", about.split(",")];
  const isNew = kind === "form" && (!number || number === "new");
  const document = pageKinds[kind].about === "document" && !isNew;
  if (document && !number) return null;
  return {
    id: 0, kind, application, types, name, number: document ? number! : null, mode: document ? (mode ?? "") : "",
    preset: (isNew ? mode : pageKinds[kind].about === "document" ? "" : number) ?? "", words: "", unsaved: false,
  };
}

/** Brings the tab of this address to the front, opening it when there is none; without a page, none is in front. */
export function showAddress(application: string, place: string[]): void {
  const wanted = tabAt(application, place);
  if (!wanted) return void (activeId.value = 0);
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

/** The tab's document has a number now, or is opened otherwise; a tab that shows just that and nothing unsaved goes. */
export function become(tab: Tab, now: Pick<Tab, "number" | "mode"> & Partial<Pick<Tab, "preset">>): void {
  Object.assign(tab, now);
  const address = addressOfTab(tab);
  const same = tabs.filter((one) => one.id !== tab.id && one.number && !one.unsaved && addressOfTab(one) === address);
  for (const one of same) tabs.splice(tabs.indexOf(one), 1);
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
