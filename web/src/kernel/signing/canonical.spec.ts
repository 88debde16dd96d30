import { describe, expect, it } from "vitest";
import { canonical } from "./canonical";

describe("canonical JSON (RFC 8785)", () => {
  it.each<[string, unknown, string]>([
    ["no blanks", { a: [1, "x", null, true] }, '{"a":[1,"x",null,true]}'],
    ["members sorted, at every depth", { b: { d: 1, c: 2 }, a: 3 }, '{"a":3,"b":{"c":2,"d":1}}'],
    // The RFC's own example of sorting by UTF-16 code units (section 3.2.3).
    [
      "members sorted by UTF-16 code units",
      { "\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\ud83d\ude00": 5, "\u0080": 6, "\u00f6": 7 },
      '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\ud83d\ude00":5,"\ufb33":3}',
    ],
    ["only what must be escaped", { t: '€$\u000f\nA\'B"\\/中' }, '{"t":"€$\\u000f\\nA\'B\\"\\\\/中"}'],
    ["numbers as ECMAScript writes them", [333333333.33333329, 1e30, 4.5, 2e-3, 1e-27, -0], "[333333333.3333333,1e+30,4.5,0.002,1e-27,0]"],
  ])("%s", (_, value, expected) => {
    expect(canonical(value)).toBe(expected);
  });

  it("refuses what JSON cannot hold", () => {
    for (const value of [Number.NaN, Infinity, undefined, "\ud800", { a: undefined }]) expect(() => canonical(value)).toThrow("not JSON");
  });
});
