import { nextTick } from "vue";
import { afterEach, expect, it } from "vitest";
import { AT, numberOf, openPage, pageOf, type Opened } from "../testing";
import RelationsPage from "./RelationsPage.vue";

const row = {
  own_list: true, list_number: numberOf(1), list_no: "572920261000000001", list_item: 2, declaration_number: numberOf(9), entry_no: "", declaration_item: 1,
  code: "0810600000", name: "鲜榴莲", quantity: "500", unit: "035", total: "2500.00",
};
let page: Opened;
afterEach(() => page.wrapper.unmount());
const open = async (own = true) => (page = await openPage(RelationsPage, { [`GET ${AT}/relations`]: pageOf([{ ...row, own_list: own }]) }));
const tick = async (label: string, on: boolean) => {
  await page.wrapper.get(`[aria-label=按${label}查询]`).setValue(on);
  await nextTick();
};

it("CONS-14: by the list's number, which is ticked first; both numbers open what they name", async () => {
  await open();
  expect([page.field("list_number").element.readOnly, page.field("declaration_number").element.readOnly]).toEqual([false, true]);
  await page.field("list_number").setValue(` ${numberOf(1)} `);
  await page.press("查询");
  expect(page.asked("/relations")[0]!.query).toEqual({ list_number: numberOf(1), page: "1", size: "20" });
  expect(page.wrapper.findAll("tbody td").map((one) => one.text())).toEqual(["1", numberOf(1), "572920261000000001", "2", numberOf(9), "", "1", "0810600000", "鲜榴莲", "500", "035", "2500.00"]);
  await page.press(numberOf(1));
  expect(page.open).toHaveBeenLastCalledWith("consolidated.list", numberOf(1));
  await page.press(numberOf(9));
  expect(page.open).toHaveBeenLastCalledWith("consolidated.declaration", numberOf(9));
});

it("CONS-14: the 申报单位 reads the number of a list that it may not open (PORT-10)", async () => {
  await open(false);
  await page.field("list_number").setValue(numberOf(1));
  await page.press("查询");
  expect(page.wrapper.findAll("tbody button").map((one) => one.text())).toEqual([numberOf(9)]);
  expect(page.wrapper.get("tbody").text()).toContain(numberOf(1));
});

it("CONS-14: the other way by the declaration's number; what is not ticked is not asked for", async () => {
  await open();
  await page.field("list_number").setValue(numberOf(1));
  await tick("集报清单中心统一编号", false);
  await tick("集报报关单中心统一编号", true);
  expect(document.activeElement).toBe(page.field("declaration_number").element);
  await page.field("declaration_number").setValue(numberOf(9));
  await page.field("declaration_number").trigger("keydown", { key: "Enter" });
  await new Promise((go) => setTimeout(go, 30));
  expect(page.asked("/relations")[0]!.query).toEqual({ declaration_number: numberOf(9), page: "1", size: "20" });
});

it("CONS-14: a ticked condition must be filled in, and one must be ticked", async () => {
  await open();
  await page.press("查询");
  expect(page.wrapper.get(".list-state").text()).toContain("请填写「集报清单中心统一编号」");
  expect(document.activeElement).toBe(page.field("list_number").element);
  await tick("集报清单中心统一编号", false);
  await page.press("查询");
  expect(page.wrapper.get(".list-state").text()).toContain("请先勾选查询条件");
  expect(page.asked("/relations")).toEqual([]);
});
