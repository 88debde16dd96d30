import { describe, expect, it } from "vitest";
import cases from "../../../../../singlewindow/kernel/definition/days.cases.json";
import { canonicalDay } from "./canonical";

describe("a day is read as the server reads it: the case file that both run (INTG-02)", () => {
  it.each(cases)("$typed", ({ typed, value }) => {
    expect(canonicalDay(typed)).toBe(value);
  });
});
