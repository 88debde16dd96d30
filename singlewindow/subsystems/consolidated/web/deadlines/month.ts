/** The weeks of a month (YYYY-MM), Monday first: YYYY-MM-DD, with the days of the months around that fill them. */
export function weeksOf(month: string): string[][] {
  const [year, at] = month.split("-").map(Number) as [number, number];
  const first = new Date(Date.UTC(year, at - 1, 1));
  const monday = first.valueOf() - ((first.getUTCDay() + 6) % 7) * 86_400_000;
  const days = Array.from({ length: 42 }, (_, day) => new Date(monday + day * 86_400_000).toISOString().slice(0, 10));
  const weeks = Array.from({ length: 6 }, (_, week) => days.slice(week * 7, week * 7 + 7));
  return weeks.filter((week) => week.some((one) => one.startsWith(month)));
}

/** The month so many months after another. */
export function monthAfter(month: string, by: number): string {
  const [year, at] = month.split("-").map(Number) as [number, number];
  const all = year * 12 + at - 1 + by;
  return `${Math.floor(all / 12)}-${String((all % 12) + 1).padStart(2, "0")}`;
}
