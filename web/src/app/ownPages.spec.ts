import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Application, MenuItem, Session } from "@/kernel/api/types";
import { enter, forget } from "@/kernel/session";
import { addressOf, groups } from "./applications";
import { makeRouter } from "./router";
import SideMenu from "./SideMenu.vue";
import TabPage from "./TabPage.vue";
import { forgetTabs, showAddress, tabs } from "./tabs";
import { titleOf } from "./titles";

const item = (title: string, name: string): MenuItem => ({ title, page: "own", types: [], name, under: "" });
const chapter: Application = { name: "_labels", title: "样例标签", menu: [item("样例包裹", "parcels"), item("别的", "others")], card_kind: null, card_stays: false };

beforeEach(() => {
  vi.stubGlobal("fetch", vi.fn(async () => new Response("{}", { status: 403 })));
  groups.value = [{ title: "样例", groups: [], applications: [chapter] }];
  enter({ account: { username: "a", display_name: "甲", role: "operator" }, level: "password", card_kind: null, rights: {}, csrf: "x" } as unknown as Session);
});
afterEach(() => {
  forget();
  forgetTabs();
  groups.value = [];
  vi.unstubAllGlobals();
});

async function opened(name: string) {
  const router = makeRouter();
  await router.push(`/app/_labels/own/${name}`);
  showAddress("_labels", ["own", name]);
  const page = mount(TabPage, { props: { tab: tabs.at(-1)!, active: true }, global: { plugins: [router] } });
  await vi.dynamicImportSettled();
  await flushPromises();
  return { page, router };
}

it("UI-17: the menu leads to the chapter's own pages, and marks the one that is open", async () => {
  const { router } = await opened("parcels");
  const menu = mount(SideMenu, { props: { application: chapter }, global: { plugins: [router] } });
  expect(menu.findAll("a.menu-item").map((link) => link.attributes("href"))).toEqual(["/", "/app/_labels/own/parcels", "/app/_labels/own/others"]);
  expect(menu.get(".current").text()).toBe("样例包裹");
  expect(addressOf("_labels", chapter.menu[1]!)).toBe("/app/_labels/own/others");
  expect(titleOf(tabs[0]!)).toBe("样例包裹");
});

it("UI-17: the chapter's page is drawn in the tab", async () => {
  const { page } = await opened("parcels");
  expect(page.get("h1").text()).toBe("样例包裹");
  expect(page.text()).toContain("包裹编号");
});

it("a name that the chapter has no page for says so", async () => {
  const { page } = await opened("nothing");
  expect(page.text()).toContain("没有这个页面");
});
