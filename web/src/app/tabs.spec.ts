import { beforeEach, describe, expect, it } from "vitest";
import { activate, activeTab, addressOfTab, become, closeTabs, forgetTabs, ownedBy, showAddress, tabs } from "./tabs";

const open = (...place: string[]): void => showAddress("inspection", place);

beforeEach(() => {
  forgetTabs();
  ownedBy("wang");
});

describe("tabs (UI-05)", () => {
  it("one tab for each page; an open one comes to the front", () => {
    open("form", "a", "new");
    open("query", "a,b");
    open("form", "a", "new");
    expect(tabs).toHaveLength(2);
    expect(addressOfTab(activeTab.value!)).toBe("/app/inspection/form/a/new");
  });

  it("a form's tab stays the same when its document gets a number", () => {
    open("form", "a", "new");
    activeTab.value!.number = "1";
    open("form", "a", "1");
    expect(tabs).toHaveLength(1);
    open("form", "a", "new");
    expect(tabs).toHaveLength(2);
  });

  it("of two new forms the clicked one comes to the front and stays", () => {
    open("form", "a", "1");
    open("form", "a", "new");
    tabs[0]!.number = null;
    activate(tabs[0]!);
    open("form", "a", "new");
    expect(activeTab.value).toBe(tabs[0]);
  });

  it("a document's receipts, and each mode in which it is opened, are pages of their own (GATE-08)", () => {
    open("form", "a", "1");
    open("form", "a", "1", "view");
    open("receipts", "a", "1");
    open("form", "a", "1", "view");
    expect(tabs.map(addressOfTab)).toEqual(["/app/inspection/form/a/1", "/app/inspection/form/a/1/view", "/app/inspection/receipts/a/1"]);
    expect(activeTab.value!.mode).toBe("view");
  });

  it("a tab that comes to show what another one shows takes its place, unless something typed would be lost", () => {
    open("form", "a", "1", "view");
    open("form", "a", "1");
    open("form", "a", "1", "change");
    tabs[1]!.unsaved = true;
    become(activeTab.value!, { number: "1", mode: "view" });
    expect(tabs.map(addressOfTab)).toEqual(["/app/inspection/form/a/1", "/app/inspection/form/a/1/view"]);
    become(activeTab.value!, { number: "1", mode: "" });
    expect(tabs).toHaveLength(2);
  });

  it("a chapter's own page has a tab by its name (UI-17)", () => {
    open("own", "apply");
    open("own", "export");
    open("own", "apply");
    expect(tabs.map(addressOfTab)).toEqual(["/app/inspection/own/apply", "/app/inspection/own/export"]);
    expect(activeTab.value).toMatchObject({ kind: "own", name: "apply", types: [], number: null });
  });

  it("an address that names no page opens no tab", () => {
    for (const place of [["receipts", "a"], ["toString", "a"], ["nothing", "a", "1"], ["form"], ["own"]]) open(...place);
    expect(tabs).toHaveLength(0);
    expect(activeTab.value).toBeNull();
  });

  it("closing the one in front shows its neighbour; closing all shows none", () => {
    for (const number of ["1", "2", "3"]) open("form", "a", number);
    activate(tabs[1]!);
    expect(closeTabs([tabs[1]!])).toBe("/app/inspection/form/a/3");
    expect(closeTabs([...tabs])).toBeNull();
    expect(activeTab.value).toBeNull();
  });

  it("another user who logs in finds none of them", () => {
    open("form", "a", "1");
    ownedBy("wang");
    expect(tabs).toHaveLength(1);
    ownedBy("li");
    expect(tabs).toHaveLength(0);
  });
});
