import { expect, it } from "vitest";
import { call } from "@/kernel/api/client";
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

const of = (username: string, csrf: string): never =>
  ({ account: { username }, company: {}, bound_card: null, level: "password", csrf }) as never;
const stale = refusal(403, "stale-token", "页面的安全标记已失效");

it("a save goes on after the same account logged in again in another tab", async () => {
  const { asked } = serve({
    "POST /api/documents/x": (request: { headers: Headers }) =>
      request.headers.get("X-CSRF-Token") === "new" ? { number: "1" } : stale,
    "GET /api/session": of("wang", "new"),
  });
  enter(of("wang", "old"));
  expect(await call("POST", "/api/documents/x", { body: { content: {} } })).toEqual({ number: "1" });
  expect(asked.filter((one) => one.method === "POST")).toHaveLength(2);
});

it("another account's session is never taken up: the refusal stands, nothing is sent again", async () => {
  const { asked } = serve({ "POST /api/documents/x": stale, "GET /api/session": of("li", "new") });
  enter(of("wang", "old"));
  await expect(call("POST", "/api/documents/x", { body: {} })).rejects.toThrow("安全标记已失效");
  expect(asked.filter((one) => one.method === "POST")).toHaveLength(1);
});
