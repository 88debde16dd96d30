import type { Row } from "@/kernel/api/types";

/** What stands in a row editor. */
export interface RowDraft {
  row: Row;
  /** The index of the row that is being corrected; null for a new one. */
  at: number | null;
  /** The index before which a new row goes; null for the end. */
  before: number | null;
}

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
