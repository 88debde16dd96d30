import { day } from "@/kernel/format";

/** A span of days that is chosen by one word; it ends with today. */
export interface QuickSpan {
  word: string;
  /** First and last day in Chinese time, YYYY-MM-DD, both counted. */
  days(now: Date): [from: string, to: string];
}

/** 快速切换查询时间 (manual of 报关单证查询打印, 4.1 申请日期). */
export const quickSpans: QuickSpan[] = [
  { word: "当天", days: (now) => [day(now), day(now)] },
  { word: "本周", days: (now) => [day(now, daysSinceMonday(day(now))), day(now)] },
  { word: "本月", days: (now) => [`${day(now).slice(0, 8)}01`, day(now)] },
  { word: "三个月", days: (now) => [monthsBack(day(now), 3), day(now)] },
];

const daysSinceMonday = (today: string): number => (new Date(`${today}T00:00:00Z`).getUTCDay() + 6) % 7;

/** The same day so many calendar months before; where that month lacks it, its last day. */
export function monthsBack(last: string, months: number): string {
  const [year, month, dayOfMonth] = last.split("-").map(Number) as [number, number, number];
  const longest = new Date(Date.UTC(year, month - months, 0)).getUTCDate(); // of the month that lies so far back
  const first = new Date(Date.UTC(year, month - 1 - months, Math.min(dayOfMonth, longest)));
  return first.toISOString().slice(0, 10);
}
