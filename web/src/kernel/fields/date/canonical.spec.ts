import { describe, expect, it } from "vitest";
import cases from "../../../../../singlewindow/kernel/definition/days.cases.json";
import { canonicalDay, isDay } from "./canonical";

describe("a day is read as the server reads it: the case file that both run (INTG-02)", () => {
  it.each(cases)("$typed", ({ typed, value }) => {
    expect(canonicalDay(typed)).toBe(value);
  });
});

it.each([
  ["2026-02-28", true], ["2028-02-29", true], ["2200-12-31", true], ["2026-02-31", false], ["2026-13-01", false],
  ["2026", false], ["2026-2-3", false], ["1899-12-31", false], ["2201-01-01", false], ["", false],
])("whether %s is a day: %s", (text, day) => {
  expect(isDay(text)).toBe(day);
});
