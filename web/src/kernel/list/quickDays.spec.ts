import { expect, it } from "vitest";
import { monthsBack, quickSpans } from "./quickDays";

const spans = (at: string) => Object.fromEntries(quickSpans.map(({ word, days }) => [word, days(new Date(at))]));

it("当天, 本周, 本月 and 三个月 end with today, in Chinese time (PRNT-01, PRNT-04)", () => {
  expect(spans("2026-11-25T16:30:00Z")).toEqual({ // Thursday the 26th in China
    当天: ["2026-11-26", "2026-11-26"], 本周: ["2026-11-23", "2026-11-26"], 本月: ["2026-11-01", "2026-11-26"], 三个月: ["2026-08-26", "2026-11-26"],
  });
});

it("a week begins on Monday; on Sunday it is the whole week (PRNT-01)", () => {
  expect(spans("2026-11-23T12:00:00+08:00").本周).toEqual(["2026-11-23", "2026-11-23"]);
  expect(spans("2026-11-29T12:00:00+08:00").本周).toEqual(["2026-11-23", "2026-11-29"]);
});

it("three months go back to the same day, or to the last that its month has (PRNT-01)", () => {
  const last = ["2026-05-31", "2026-05-30", "2027-01-15", "2028-05-29", "2026-11-30"];
  expect(last.map((one) => monthsBack(one, 3))).toEqual(["2026-02-28", "2026-02-28", "2026-10-15", "2028-02-29", "2026-08-30"]);
});
