import { flushPromises } from "@vue/test-utils";
import { afterEach, expect, it } from "vitest";
import { Problem } from "@/kernel/api/problem";
import type { Violation } from "@/kernel/api/types";
import { differs } from "./password";
import { useBoxes } from "./useBoxes";

const violation = (path: string, message: string, advice = ""): Violation => ({ path, rule: "x", message, advice, clause: "", source: "field" });
const refusal = (...violations: Violation[]): Problem => new Problem(422, { detail: "填写内容有误", violations });

afterEach(() => (document.body.innerHTML = ""));

it("PORT-09: puts each violation at its box and the others into the line", () => {
  const { wrong, trouble, refuse } = useBoxes(["username", "password"]);
  refuse(refusal(violation("password", "密码太弱"), violation("password", "又"), violation("certificate", "卡已吊销", "请换卡")));
  expect(wrong.password?.message).toBe("密码太弱");
  expect(wrong.username).toBeUndefined();
  expect(trouble.value).toBe("卡已吊销，请换卡");
});

it("says a refusal without violations in the line, and clears what was said before", () => {
  const { wrong, trouble, refuse, clear } = useBoxes(["username"]);
  refuse(refusal(violation("username", "已被使用")));
  refuse(new Problem(429, { detail: "请 5 分钟后再试" }));
  expect([wrong.username, trouble.value]).toEqual([undefined, "请 5 分钟后再试"]);
  clear();
  expect(trouble.value).toBe("");
});

it("focuses the first wrong box in the form's order", async () => {
  document.body.innerHTML = '<input data-field="username"><input data-field="password">';
  const { refuse } = useBoxes(["username", "password"]);
  refuse(refusal(violation("password", "弱"), violation("username", "短")));
  await flushPromises();
  expect((document.activeElement as HTMLElement).dataset.field).toBe("username");
});

it("PORT-09: a password that is typed twice must be the same", () => {
  expect(differs({ password: "a", again: "" })).not.toBe("");
  expect(differs({ password: "a", again: "b" })).toContain("不一致");
  expect(differs({ password: "a", again: "a" })).toBe("");
});
