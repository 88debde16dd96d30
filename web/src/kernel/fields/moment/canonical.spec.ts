import { describe, expect, it } from "vitest";
import cases from "../../../../../singlewindow/kernel/definition/moments.cases.json";
import { canonical, isMoment, wholeMoment } from "./canonical";

describe("a moment is read as the server reads it: the case file that both run (APPT-02)", () => {
  it.each(cases)("$typed", ({ typed, value, moment }) => {
    expect(canonical(typed)).toBe(value);
    expect(isMoment(value)).toBe(moment);
  });

  it("is whole while it is typed as soon as nothing must follow", () => {
    expect(["2026112", "20261128", "2026112810", "20261128103", "202611281030"].map(wholeMoment)).toEqual(
      ["", "", "2026-11-28 10:00", "", "2026-11-28 10:30"],
    );
    expect(["2026-11-28 1", "2026-11-28 10", "2026-11-28 10:", "2026-11-28 10:3", "2026-11-28 10:30"].map(wholeMoment)).toEqual(
      ["", "2026-11-28 10:00", "", "", "2026-11-28 10:30"],
    );
    expect(wholeMoment("2026-02-30 10:00")).toBe("");
  });
});
