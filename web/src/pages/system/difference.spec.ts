import { expect, it } from "vitest";
import { differenceOf } from "./difference";

const clock = (shift_seconds: number, frozen: string | null = null) =>
  ({ now: "2026-11-25T02:00:00Z", real: "2026-11-25T01:00:00Z", shift_seconds, frozen });

it.each([
  [0, "与实际时间一致"],
  [90_061, "比实际时间快 1 天 1 小时 1 分钟 1 秒"],
  [-7200, "比实际时间慢 2 小时"],
])("PORT-10: a shift of %i seconds in words", (seconds, words) => {
  expect(differenceOf(clock(seconds))).toBe(words);
});

it("PORT-10: a clock that stands still says where, in Chinese time", () => {
  expect(differenceOf(clock(0, "2026-11-25T02:00:00Z"))).toBe("已停在 2026-11-25 10:00:00（实际时间 2026-11-25 09:00:00）");
});
