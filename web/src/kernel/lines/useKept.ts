import { computed, type ComputedRef } from "vue";
import { pairsOf } from "@/kernel/amendments/changes";
import type { Lines, Row } from "@/kernel/api/types";
import { FLAGGED, rowsOf, shownRow } from "@/kernel/form/content";
import type { OpenDocument } from "@/kernel/form/useDocument";

/** The rows in force of a table on the form of an amendment: what became of each, and those that are kept (CONS-05). */
export function useKept(document: OpenDocument, lines: Lines, rows: ComputedRef<Row[]>) {
  const amends = computed(() => document.amending.value?.amends === "replaces" || !!document.lookedAt.value);
  const inForce = computed<Row[]>(() => (amends.value ? rowsOf(document.view.value?.in_force ?? {}, lines.name) : []));
  const shown = computed<Row[]>(() => rows.value.map((row) => shownRow(lines, row, document.content.value)));
  const pairs = computed(() => (amends.value ? pairsOf(inForce.value, shown.value) : []));

  /** Whether the row at that place is one in force that can only be flagged. */
  const isKept = (index: number | null): boolean => !!lines.kept && index !== null && index < inForce.value.length;

  /** The row in force that became the one at that place. */
  function rowInForce(index: number | null): Row | null {
    const place = pairs.value.find(({ after }) => after === index && index !== null)?.before;
    return place === null || place === undefined ? null : inForce.value[place]!;
  }

  /** What became of the row, in a word: 新增, 已改, or that it is flagged now; "" for one that is as it was. */
  function markOf(index: number): string {
    if (!amends.value) return "";
    const before = rowInForce(index);
    if (!before) return "新增";
    const [flag, row] = [lines.kept?.flag ?? "", shown.value[index]!];
    if (flag && row[flag] !== before[flag]) return lines.kept!.label;
    return lines.fields.some(({ name }) => (row[name] ?? "") !== (before[name] ?? "")) ? "已改" : "";
  }

  /** The rows with those flagged; those that were flagged here before, all of them, without. Or why that cannot be. */
  function flagged(wanted: Set<number>): Row[] | string {
    const { flag, label } = lines.kept!;
    const places = [...wanted].sort((one, other) => one - other);
    const fresh = places.find((index) => !isKept(index));
    if (fresh !== undefined) return `第 ${fresh + 1} 行是本次新增的，不需要时请直接${lines.delete}；只有海关审批通过的可以${label}`;
    const done = places.find((index) => inForce.value[index]![flag] === FLAGGED);
    if (done !== undefined) return `第 ${done + 1} 行已经${label}，不能再次${label}`;
    const value = places.every((index) => rows.value[index]![flag] === FLAGGED) ? "" : FLAGGED;
    return rows.value.map((row, index) => (wanted.has(index) ? withFlag(row, flag, value) : row));
  }

  /** Why the rows at these places cannot be removed, or a row not go before them; "" where they can. */
  function whyKept(wanted: Iterable<number>): string {
    const first = [...wanted].find(isKept);
    return first === undefined ? "" : `${lines.label}第 ${first + 1} 行已由海关审批通过，不能修改或删除，只能${lines.kept!.label}；新的一行排在最后`;
  }

  return { isKept, rowInForce, markOf, flagged, whyKept, amends };
}

const withFlag = (row: Row, flag: string, value: string): Row =>
  Object.fromEntries(Object.entries({ ...row, [flag]: value }).filter(([name, one]) => name !== flag || one));
