import type { BusinessClock } from "@/kernel/api/types";
import { moment } from "@/kernel/format";

const UNITS: [number, string][] = [[86_400, "天"], [3600, "小时"], [60, "分钟"], [1, "秒"]];

/** How the business clock differs from the real one. */
export function differenceOf(clock: BusinessClock): string {
  if (clock.frozen) return `已停在 ${moment(clock.now)}（实际时间 ${moment(clock.real)}）`;
  const seconds = Math.round(clock.shift_seconds);
  return seconds === 0 ? "与实际时间一致" : `比实际时间${seconds > 0 ? "快" : "慢"} ${span(Math.abs(seconds))}`;
}

function span(seconds: number): string {
  const parts: string[] = [];
  for (const [size, name] of UNITS) {
    const count = Math.floor(seconds / size);
    if (count) parts.push(`${count} ${name}`);
    seconds -= count * size;
  }
  return parts.join(" ");
}
