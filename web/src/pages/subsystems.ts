import type { Component } from "vue";

/** What a subsystem's `web/index.ts` may bring: forms that the kernel cannot draw, by document type. */
export interface SubsystemPages {
  forms?: Record<string, Component>;
}

const found = {
  ...import.meta.glob<{ default: SubsystemPages }>("../../../singlewindow/subsystems/*/web/index.ts", { eager: true }),
  ...import.meta.glob<{ default: SubsystemPages }>("../../../singlewindow/subsystems/*/*/web/index.ts", { eager: true }),
};

const forms: Record<string, Component> = Object.assign({}, ...Object.values(found).map((module) => module.default.forms ?? {}));

/** The subsystem's own form for a type, if it has one; it takes the same `document` as the kernel's form. */
export const formOf = (type: string): Component | undefined => forms[type];
