import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { MenuItem } from "@/kernel/api/types";
import { addressOf, groups, placeOf } from "./applications";
import { activeTab, addressOfTab, become, forgetTabs, ownedBy, showAddress, tabs } from "./tabs";
import { titleOf } from "./titles";

const line = (title: string, page: "form" | "query", preset: Record<string, string>, amends = ""): MenuItem =>
  ({ title, page, types: ["sample.list"], name: "", under: "", amends, preset });
const menu = [
  line("进口清单", "form", { kind: "GI" }), line("出口清单", "form", { kind: "GE" }),
  line("清单查询", "query", {}), line("进口查询", "query", { kind: "GI" }), line("修改申请", "query", {}, "modify"),
];

beforeEach(() => {
  forgetTabs();
  ownedBy("wang");
  groups.value = [{ title: "货物申报", groups: [], applications: [{ name: "sample", title: "样例", menu, card_kind: null, card_stays: false }] }];
});
afterEach(() => (groups.value = []));

const open = (item: MenuItem): void => showAddress("sample", addressOf("sample", item).split("/").slice(3));

describe("menu items that give something to their page (CONS-09)", () => {
  it("each has an address and a tab of its own, with the menu's words", () => {
    for (const item of [...menu, ...menu]) open(item);
    expect(tabs.map(addressOfTab)).toEqual([
      "/app/sample/form/sample.list/new/kind=GI", "/app/sample/form/sample.list/new/kind=GE", "/app/sample/query/sample.list",
      "/app/sample/query/sample.list/kind=GI", "/app/sample/query/sample.list/for=modify",
    ]);
    expect(tabs.map(titleOf)).toEqual(["进口清单", "出口清单", "清单查询", "进口查询", "修改申请"]);
    expect(tabs.map((tab) => tab.preset)).toEqual(["kind=GI", "kind=GE", "", "kind=GI", "for=modify"]);
  });

  it("a document keeps its kind under its number; 新增 in its tab is another of that kind", () => {
    open(menu[1]!);
    become(activeTab.value!, { number: "7", mode: "", preset: "kind=GE" });
    expect(addressOfTab(activeTab.value!)).toBe("/app/sample/form/sample.list/7");
    become(activeTab.value!, { number: null, mode: "", preset: "kind=GE" });
    expect(addressOfTab(activeTab.value!)).toBe("/app/sample/form/sample.list/new/kind=GE");
  });

  it("an address without it opens the first of the menu's", () => {
    expect(placeOf("sample.list")).toMatchObject({ title: "进口清单", preset: "kind=GI" });
    expect(placeOf("sample.list", "kind=GE")).toMatchObject({ title: "出口清单", preset: "kind=GE" });
  });
});
