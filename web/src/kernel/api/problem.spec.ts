import { expect, it } from "vitest";
import { adviceOf, Problem } from "./problem";

const violation = (message: string, advice: string) => ({ path: "", rule: "x", message, advice, clause: "", source: "rule" as const });

it("UI-16: a refusal says what is wrong and what to do, all of it", () => {
  const refused = new Problem(422, { detail: "甲（另有 1 处）", violations: [violation("甲", "做甲"), violation("乙", "")] });
  expect(adviceOf(refused)).toBe("甲，做甲；乙");
});

it("a refusal without violations, and anything else that is caught, is one line too", () => {
  expect(adviceOf(new Problem(429, { detail: "请 5 分钟后再试" }))).toBe("请 5 分钟后再试");
  expect(adviceOf(new Error("读不到卡"))).toBe("读不到卡");
});
