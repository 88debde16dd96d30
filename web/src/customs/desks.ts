import type { Component } from "vue";

/** A page of a desk: its address, the words in the menu, what is shown. */
export interface DeskPage {
  path: string;
  title: string;
  component: Component;
}

/** What a desk's `web/index.ts` brings. */
export interface DeskPages {
  pages: DeskPage[];
}

const found = import.meta.glob<{ default: DeskPages }>("../../../singlewindow/customs/desks/*/web/index.ts", { eager: true });

/** The pages of all desks, in the order of the desks' names. */
export const deskPages: DeskPage[] = Object.values(found).flatMap((module) => module.default.pages);
