/** Days as texts YYYY-MM-DD, reckoned without a clock and without a time zone. */

const at = (day: string): Date => new Date(`${day}T00:00:00Z`);
const text = (date: Date): string => date.toISOString().slice(0, 10);

/** The day so many days later. */
export const daysLater = (day: string, days: number): string => text(new Date(at(day).valueOf() + days * 86_400_000));

/** The same day of the month so many months later, or that month's last where it has no such day. */
export function monthsLater(day: string, months: number): string {
  const [year, month, date] = day.split("-").map(Number) as [number, number, number];
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return text(new Date(Date.UTC(year, month - 1 + months, Math.min(date, last))));
}

/** The six weeks, from Monday to Sunday, in which the month of a day lies. */
export function weeksAround(day: string): string[][] {
  const first = `${day.slice(0, 8)}01`;
  const monday = daysLater(first, -((at(first).getUTCDay() + 6) % 7));
  return Array.from({ length: 6 }, (_, week) => Array.from({ length: 7 }, (_, one) => daysLater(monday, week * 7 + one)));
}

/** The times that a list offers: every half hour. */
export const TIMES = Array.from({ length: 48 }, (_, half) => `${String(Math.floor(half / 2)).padStart(2, "0")}:${half % 2 ? "30" : "00"}`);
