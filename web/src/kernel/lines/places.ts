import type { Row } from "@/kernel/api/types";
import { pairsOf } from "@/kernel/amendments/changes";
import { sameRow } from "./draft";

/** Where the rows of a list stand in the list that takes its place; all places from 0. */
export interface Places {
  /** Where the same row stands now; null where it is gone or has been changed. */
  same(index: number): number | null;
  /** What became of the row: itself, or what stands now where it stood; null where it is gone. */
  became(index: number): number | null;
  /** Whether any row is another one now or stands elsewhere. */
  moved: boolean;
}

const STILL: Places = { same: (index) => index, became: (index) => index, moved: false };

/**
 * Rows carry no ids: two are the same by what was typed in them.
 * @param before the rows as they stood, `now` those that stand there now, both without cells that nobody types
 */
export function placesIn(before: Row[], now: Row[]): Places {
  if (before.length === now.length && before.every((row, index) => sameRow(row, now[index]!))) return STILL;
  const pairs = new Map(pairsOf(before, now).map((pair) => [pair.before, pair.after]));
  const became = (index: number): number | null => pairs.get(index) ?? null;
  function same(index: number): number | null {
    const place = became(index);
    return place !== null && sameRow(before[index]!, now[place]!) ? place : null;
  }
  return { same, became, moved: true };
}
