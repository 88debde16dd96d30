import { describe, expect, it } from "vitest";
import { changedDay, daysOf, intervalsIn, textOf } from "./hours";

describe("OPER-02: working hours as they are typed", () => {
  it("are read in any spelling, and what is none stays to be refused", () => {
    expect(intervalsIn("9:00-12:00，13：30—17:00")).toEqual(["09:00-12:00", "13:30-17:00"]);
    expect(intervalsIn(" 09:00-12:00 13:30-17:00 ")).toEqual(["09:00-12:00", "13:30-17:00"]);
    expect(intervalsIn("9:00至9:30、上午")).toEqual(["09:00-09:30", "上午"]);
    expect(intervalsIn("")).toEqual([]);
    expect(textOf(["09:00-12:00", "13:30-17:00"])).toBe("09:00-12:00，13:30-17:00");
  });

  it("belong to the days of the key's month", () => {
    expect(daysOf("5301-202602")).toHaveLength(28);
    expect(daysOf("5301-202611").at(27)).toEqual({ day: "28", weekday: "六", weekend: true });
    expect(daysOf("5301-2026")).toEqual([]);
    expect(daysOf("5301-202613")).toEqual([]);
  });

  it("of a day without hours are not listed, and days stay in order", () => {
    const days = { "02": ["09:00-17:00"], "10": ["09:00-17:00"] };
    expect(Object.keys(changedDay(days, "05", ["09:00-12:00"])).sort()).toEqual(["02", "05", "10"]);
    expect(changedDay(days, "02", [])).toEqual({ "10": ["09:00-17:00"] });
  });
});
