import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Session } from "@/kernel/api/types";
import { enter, forget } from "@/kernel/session";
import QueryPage from "@/pages/QueryPage.vue";
import { groups } from "./applications";
import { makeRouter } from "./router";
import TabPage from "./TabPage.vue";

const session = { account: { username: "a", display_name: "甲", role: "operator" }, level: "password", card_kind: "法人卡", rights: {}, csrf: "x" } as unknown as Session;

beforeEach(() => {
  vi.stubGlobal("fetch", vi.fn(async () => new Response("{}", { status: 403 })));
  groups.value = [{ title: "货物申报", groups: [], applications: [{ name: "print", title: "报关单证查询打印", menu: [], card_kind: "法人卡", card_stays: false }] }];
});
afterEach(() => {
  forget();
  groups.value = [];
  vi.unstubAllGlobals();
});

async function open(): Promise<ReturnType<typeof mount<typeof TabPage>>> {
  const router = makeRouter();
  await router.push("/app/print/query/print.request");
  const tab = { id: 1, kind: "query" as const, application: "print", types: ["print.request"], name: "", number: null, mode: "", preset: "", words: "", unsaved: false };
  const page = mount(TabPage, { props: { tab, active: true }, global: { plugins: [router] } });
  await flushPromises();
  return page;
}

it("PORT-06: with another session the application opens to an explanation and the way in", async () => {
  enter(session);
  const page = await open();
  expect(page.text()).toContain("【报关单证查询打印】只能用法人卡登录后进入");
  expect(page.get("a").attributes("href")).toBe("/login?way=card&next=/app/print/query/print.request");
  expect(page.findComponent(QueryPage).exists()).toBe(false);
});

it("PORT-06: with a session that began with the card the page itself opens", async () => {
  enter({ ...session, level: "card" });
  const page = await open();
  expect(page.text()).not.toContain("只能用法人卡登录后进入");
  expect(page.get("h1").text()).toBe("查询");
  expect(page.findComponent(QueryPage).exists()).toBe(true);
});

it("UI-13: a page that comes to the front has the focus that another page took along, and gives it back to where it was", async () => {
  enter({ ...session, level: "card" });
  const router = makeRouter();
  const tab = (id: number) => ({ id, kind: "query" as const, application: "print", types: ["print.request"], name: "", number: null, mode: "", preset: "", words: "", unsaved: false });
  const pages = [1, 2].map((id) => mount(TabPage, { props: { tab: tab(id), active: false }, global: { plugins: [router] }, attachTo: document.body }));
  const [list, view] = pages as [(typeof pages)[0], (typeof pages)[0]];
  const word = document.createElement("button");
  list.element.append(word);
  word.focus();
  await view.setProps({ active: true });
  await flushPromises();
  expect(document.activeElement).toBe(view.element);
  await view.setProps({ active: false });
  await list.setProps({ active: true });
  await flushPromises();
  expect(document.activeElement).toBe(word);
  for (const page of pages) page.unmount();
});
