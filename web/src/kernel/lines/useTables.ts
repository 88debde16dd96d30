import type { OpenDocument } from "@/kernel/form/useDocument";
import type { FormFields } from "@/kernel/form/useFields";
import type { Violations } from "@/kernel/form/useViolations";
import { useLines, type GoOn } from "./useLines";

/** The line tables of an open form. */
export function useTables(document: OpenDocument, fields: FormFields, violations: Violations, goOn?: GoOn) {
  const all = (document.definition.value?.lines ?? []).map((lines) => useLines(document, lines, fields, violations, goOn));

  /**
   * Makes the place that a violation names visible.
   * @returns the name of the box where it can be corrected: for `goods/2/weight` row 2 is opened, for `goods` it is the
   * row editor's first box; a field of the form is its own box
   */
  async function boxOf(path: string): Promise<string> {
    const [name, row, cell] = path.split("/");
    const table = all.find((one) => one.lines.name === name);
    if (!table) return path;
    if (row !== undefined && row !== "0") await table.open(Number(row) - 1);
    return `${name}/${cell ?? table.lines.fields[0]!.name}`;
  }

  return { all, boxOf };
}

export type Tables = ReturnType<typeof useTables>;
