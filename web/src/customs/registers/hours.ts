/** Working hours as officers type them: "9:00-12:00，13:30-17:00". */

export type Days = Record<string, string[]>;

/** The intervals in a text; what is none stays as it was typed, to be refused by name. */
export function intervalsIn(text: string): string[] {
  const parts = text.normalize("NFKC").split(/[,、;\s]+/).filter(Boolean);
  return parts.map((part) => part.replace(/[~—–至]/g, "-").replace(/(^|-)(\d):/g, "$10$2:"));
}

/** Intervals as one text. */
export function textOf(intervals: string[] | undefined): string {
  return (intervals ?? []).join("，");
}

export interface MonthDay {
  day: string;
  weekday: string;
  weekend: boolean;
}

/** The days of the month that a calendar's key names (5301-202611); none while the key is not whole. */
export function daysOf(key: string): MonthDay[] {
  const month = /-(20\d\d)(0[1-9]|1[0-2])$/.exec(key);
  if (!month) return [];
  const [year, at] = [Number(month[1]), Number(month[2])];
  const last = new Date(Date.UTC(year, at, 0)).getUTCDate();
  return Array.from({ length: last }, (_, index) => {
    const weekday = new Date(Date.UTC(year, at - 1, index + 1)).getUTCDay();
    return { day: String(index + 1).padStart(2, "0"), weekday: "日一二三四五六"[weekday]!, weekend: weekday % 6 === 0 };
  });
}

/** The days with one of them changed; a day without hours is one of rest and is not listed. */
export function changedDay(days: Days, day: string, intervals: string[]): Days {
  const others = Object.entries(days).filter(([each]) => each !== day);
  const all = intervals.length ? [...others, [day, intervals] as [string, string[]]] : others;
  return Object.fromEntries(all.sort(([one], [other]) => (one < other ? -1 : 1)));
}
