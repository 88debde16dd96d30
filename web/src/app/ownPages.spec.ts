import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Application, MenuItem, Session } from "@/kernel/api/types";
import { enter, forget } from "@/kernel/session";
import { addressOf, groups } from "./applications";
import { makeRouter } from "./router";
import SideMenu from "./SideMenu.vue";
import TabPage from "./TabPage.vue";
import { addressOfTab, forgetTabs, showAddress, tabs } from "./tabs";
import { titleOf } from "./titles";

const item = (title: string, name: string): MenuItem => ({ title, page: "own", types: [], name, under: "", amends: "", preset: {} });
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

async function opened(...place: string[]) {
  const router = makeRouter();
  await router.push(`/app/_labels/own/${place.join("/")}`);
  showAddress("_labels", ["own", ...place]);
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

it("PORT-01: the menu also leads into the other applications of the same outermost group", async () => {
  const other = (name: string): Application => ({ ...chapter, name, title: `应用${name}` });
  groups.value = [
    { title: "货物申报", groups: [{ title: "海关事务联系系统", groups: [], applications: [{ ...other("b"), menu: [] }] }], applications: [chapter, other("a")] },
    { title: "口岸物流", groups: [], applications: [other("c")] },
  ];
  const { router } = await opened("parcels");
  const menu = (application: Application) =>
    mount(SideMenu, { props: { application }, global: { plugins: [router] } });
  const links = menu(chapter).findAll("a.menu-item").slice(3);
  expect(links.map((link) => [link.text(), link.attributes("href")])).toEqual([["应用a", "/app/a/own/parcels"], ["应用b", "/app/b"]]);
  expect(menu(chapter).findAll(".menu-title").map((title) => title.text())).toEqual(["样例标签", "货物申报"]);
  expect(menu(other("c")).findAll(".menu-title")).toHaveLength(1);
});

it("UI-17: the chapter's page is drawn in the tab", async () => {
  const { page } = await opened("parcels");
  expect(page.get("h1").text()).toBe("样例包裹");
  expect(page.text()).toContain("包裹编号");
});

it("CONS-16: a page that is opened with conditions is another tab, and the same line of the menu", async () => {
  const { router } = await opened("parcels", "carrier=SF");
  await opened("parcels");
  expect(tabs.map((one) => [one.preset, addressOfTab(one)])).toEqual([["carrier=SF", "/app/_labels/own/parcels/carrier=SF"], ["", "/app/_labels/own/parcels"]]);
  showAddress("_labels", ["own", "parcels", "carrier=SF"]);
  expect(tabs).toHaveLength(2);
  const menu = mount(SideMenu, { props: { application: chapter }, global: { plugins: [router] } });
  expect(menu.get(".current").text()).toBe("样例包裹");
});

it("a name that the chapter has no page for says so", async () => {
  const { page } = await opened("nothing");
  expect(page.text()).toContain("没有这个页面");
});
