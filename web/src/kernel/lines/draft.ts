import type { Row, RowDraft } from "@/kernel/api/types";

export const emptyDraft = (): RowDraft => ({ row: {}, at: null, before: null });

/** Without values that are empty: as rows are stored. */
export const compactRow = (row: Row): Row =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== ""));

/** Whether the editor holds something typed that is not in the list; `shown` leaves out what does not count. */
export function isUnfinished(draft: RowDraft, rows: Row[], shown: (row: Row) => Row = (row) => row): boolean {
  const before = draft.at === null ? {} : compactRow(shown(rows[draft.at] ?? {}));
  const now = compactRow(shown(draft.row));
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...names].some((name) => before[name] !== now[name]);
}
