import type { Row, RowDraft } from "@/kernel/api/types";

export const emptyDraft = (): RowDraft => ({ row: {}, at: null, before: null });

/** Without values that are empty: as rows are stored. */
export const compactRow = (row: Row): Row =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== ""));

/** Whether the editor holds something typed that is not in the list. */
export function isUnfinished(draft: RowDraft, rows: Row[]): boolean {
  const before = draft.at === null ? {} : compactRow(rows[draft.at] ?? {});
  const now = compactRow(draft.row);
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...names].some((name) => before[name] !== now[name]);
}
