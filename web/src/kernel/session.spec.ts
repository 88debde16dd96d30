import { expect, it } from "vitest";
import { lineOf } from "@/kernel/api/problem";
import { refusal, serve } from "@/testing/server";
import { enter, logOut, session } from "./session";

const begun = { account: {}, company: {}, bound_card: null, level: "password", csrf: "c" } as never;

it("退出 of a session that the server has ended already leaves all the same (PORT-07)", async () => {
  serve({ "DELETE /api/session": refusal(401, "not-logged-in", "请先登录") });
  enter(begun);
  await logOut();
  expect(session.value).toBeNull();
});

it("a 退出 that did not reach the server is told, and the session stays", async () => {
  serve({ "DELETE /api/session": refusal(500, "internal", "系统错误") });
  enter(begun);
  await expect(logOut()).rejects.toThrow("系统错误");
  expect(session.value).not.toBeNull();
});

it("the browser's own English words never stand alone", () => {
  expect(lineOf(new TypeError("Failed to fetch"))).toMatch(/^操作未成功.*请重试.*（Failed to fetch）$/);
  expect(lineOf(new Error("请刷新"))).toBe("请刷新");
});
