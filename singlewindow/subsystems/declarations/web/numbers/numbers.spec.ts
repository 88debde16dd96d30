import { describe, expect, it } from "vitest";
import { asText, numbersIn, whatIsWrong } from "./numbers";

const number = (at: number): string => `4201202610000${String(at).padStart(5, "0")}`;

describe("报关单号 (PRNT-01, PRNT-04)", () => {
  it("is separated by commas, or whatever else stands between; full-width digits are digits; doubles count once", () => {
    const [a, b, c] = [number(1), number(2), number(3)];
    expect(numbersIn(`${a},${b}，${c}`)).toEqual([a, b, c]);
    expect(numbersIn(` ${a}、${b}；${a}\n${c} `)).toEqual([a, b, c]);
    expect(numbersIn("４２０１２０２６１００００００００１")).toEqual(["420120261000000001"]);
    expect(numbersIn(" ,， ")).toEqual([]);
    expect(asText([a, b])).toBe(`${a},${b}`);
  });

  it("says which is no number of 18 digits", () => {
    expect(whatIsWrong(`${number(1)},4201,42012026100000000X`, "手册 4.1").map((one) => one.message)).toEqual([
      "「4201」不是报关单号：应为 18 位数字，现为 4 位", "「42012026100000000X」不是报关单号：应为 18 位数字，现为 18 位",
    ]);
    expect(whatIsWrong("", "手册 4.1")).toEqual([]);
  });

  it("more than 50 are refused with the count (PRNT-11)", () => {
    const many = (count: number) => asText(Array.from({ length: count }, (_, at) => number(at)));
    expect(whatIsWrong(many(50), "手册 4.1")).toEqual([]);
    const [found] = whatIsWrong(many(51), "手册 4.1");
    expect([found!.message, found!.clause]).toEqual(["最多输入 50 个报关单号，现有 51 个", "手册 4.1"]);
  });
});
