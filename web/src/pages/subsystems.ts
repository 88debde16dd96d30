import type { Component } from "vue";

/**
 * What a subsystem's `web/index.ts` may bring: forms that the kernel cannot draw, by document type, and own pages, by the name
 * in its menu. Each is a `defineAsyncComponent`, so that nobody loads what he does not open.
 */
export interface SubsystemPages {
  forms?: Record<string, Component>;
  pages?: Record<string, Component>;
}

const found = {
  ...import.meta.glob<{ default: SubsystemPages }>("../../../singlewindow/subsystems/*/web/index.ts", { eager: true }),
  ...import.meta.glob<{ default: SubsystemPages }>("../../../singlewindow/subsystems/*/*/web/index.ts", { eager: true }),
};

const folderOf = (path: string): string => /subsystems\/([^/]+)\//.exec(path)![1]!;

const forms: Record<string, Component> = Object.assign({}, ...Object.values(found).map((module) => module.default.forms ?? {}));

const pages: Record<string, Component> = Object.fromEntries(
  Object.entries(found).flatMap(([path, module]) =>
    Object.entries(module.default.pages ?? {}).map(([name, page]) => [`${folderOf(path)}/${name}`, page]),
  ),
);

/** A page of the subsystem's own, by its name in the menu. */
export const ownPageOf = (subsystem: string, name: string): Component | undefined => pages[`${subsystem}/${name}`];

/** The subsystem's own form for a type, if it has one; it takes the same `document` as the kernel's form. */
export const formOf = (type: string): Component | undefined => forms[type];
