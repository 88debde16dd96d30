import type { CodeItem } from "@/kernel/api/types";
import { listSource, tableSource, type CodeSource } from "@/kernel/fields/code/source";

/** A condition of a chapter's own query page. A span is asked as `<name>_from` and `<name>_to`; a choice by its code, shown by its words; `own` shows the company's customs code. */
export interface Box {
  name: string;
  label: string;
  kind: "text" | "code" | "choice" | "span" | "own";
  /** The red hint at the bottom while the box has the focus (UI-02). */
  hint: string;
  /** The code table of a code. */
  codes?: string;
  /** The entries of a choice. */
  choices?: CodeItem[];
  /** Must be given. */
  yellow?: boolean;
  /** What stands in it as the page opens, by the business time; of a span both ends. */
  first?: (now: Date) => string | [string, string];
}

/** The names under which a box is asked. */
export const namesOf = ({ kind, name }: Box): string[] => (kind === "own" ? [] : kind === "span" ? [`${name}_from`, `${name}_to`] : [name]);

/** What a box shows for its value: of a choice the words alone. */
export const shownIn = ({ kind, choices }: Box, value: string): string =>
  kind === "choice" ? (choices?.find((one) => one.code === value)?.name ?? "") : value;

/** The value of what was chosen in a box. */
export const valueOf = ({ kind, choices }: Box, shown: string): string =>
  kind === "choice" ? (choices?.find((one) => one.name === shown)?.code ?? "") : shown;

/** Where a box finds its entries; those of a choice are known by their words. */
export const sourceOf = ({ kind, codes, choices }: Box): CodeSource =>
  kind === "choice" ? listSource((choices ?? []).map(({ name }) => ({ code: name, name }))) : tableSource(codes!);
