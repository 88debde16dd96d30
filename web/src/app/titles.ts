import { findApplication, givenBy, placeOf } from "./applications";
import { pageKinds } from "./pages";
import type { Tab } from "./tabs";

/** The words on a tab: the document's number and what the page says of itself, else the menu's words. */
export function titleOf(tab: Tab): string {
  const kind = pageKinds[tab.kind];
  if (tab.number) return [tab.number, tab.words || (tab.kind === "form" ? "" : kind.title)].filter(Boolean).join(" ");
  if (tab.kind === "form") return placeOf(tab.types[0] ?? "", tab.preset)?.title ?? kind.title;
  const menu = findApplication(tab.application)?.menu ?? [];
  const items = menu.filter((item) => item.page === tab.kind && item.name === tab.name && item.types.join() === tab.types.join());
  return (items.find((item) => givenBy(item) === tab.preset) ?? items[0])?.title ?? kind.title;
}
