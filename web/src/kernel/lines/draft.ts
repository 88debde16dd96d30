import type { Row, RowDraft } from "@/kernel/api/types";

export const emptyDraft = (): RowDraft => ({ row: {}, at: null, before: null });

/** Without values that are empty: as rows are stored. */
export const compactRow = (row: Row): Row =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== ""));

/** Whether two rows have the same cells; an empty one is as good as none. */
export const sameRow = (one: Row, other: Row): boolean =>
  [...new Set([...Object.keys(one), ...Object.keys(other)])].every((name) => (one[name] ?? "") === (other[name] ?? ""));

/** Whether the editor holds something typed that is not in the list; `shown` leaves out what does not count. */
export const isUnfinished = (draft: RowDraft, rows: Row[], shown: (row: Row) => Row = (row) => row): boolean =>
  !sameRow(shown(draft.row), draft.at === null ? {} : shown(rows[draft.at] ?? {}));
