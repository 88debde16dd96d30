import { beforeEach, expect, it, vi } from "vitest";
import type { Application, Session } from "@/kernel/api/types";
import { enter, forget } from "@/kernel/session";
import { mayEnter } from "./applications";
import { makeRouter } from "./router";

const begun: Session = {
  account: { username: "wutao", display_name: "吴涛", role: "operator" }, company: { customs_code: "3122940004", scc: "", name: "" },
  bound_card: null, card_kind: null, level: "password", must_change_password: false, rights: {}, csrf: "x",
};
const print: Application = { name: "print", title: "报关单证查询打印", menu: [], card_kind: "法人卡", card_stays: false };

beforeEach(() => {
  vi.stubGlobal("fetch", vi.fn(async () => new Response("{}", { status: 401 })));
  forget();
});

it("PORT-06: an application that wants a card takes sessions that began with one of that kind only", () => {
  expect(mayEnter(print, { ...begun, level: "card", card_kind: "法人卡" })).toBe(true);
  expect(mayEnter(print, { ...begun, level: "card", card_kind: "操作员卡" })).toBe(false);
  expect(mayEnter(print, { ...begun, level: "password", card_kind: "法人卡" })).toBe(false);
  expect(mayEnter(print, null)).toBe(false);
  expect(mayEnter({ ...print, card_kind: null }, begun)).toBe(true);
});

it("PORT-09: until the password is changed, every page of a session leads to the account's page and back", async () => {
  enter({ ...begun, must_change_password: true });
  const router = makeRouter();
  await router.push("/app/inspection/query/a");
  expect(router.currentRoute.value.path).toBe("/account");
  expect(router.currentRoute.value.query.next).toBe("/app/inspection/query/a");
});

it("PORT-01: without a session, the company's page leads to the log-in and remembers where to go", async () => {
  const router = makeRouter();
  await router.push("/company");
  expect([router.currentRoute.value.path, router.currentRoute.value.query.next]).toEqual(["/login", "/company"]);
});
