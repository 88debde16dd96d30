import { flushPromises } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as direct from "@/kernel/print/direct";
import { previewed } from "@/kernel/print/preview";
import { parcel } from "@/testing/definition";
import { AT, choose, declaration, NOW, numberOf, openPage, pageOf, type Opened } from "../testing";
import DeclarationsPage from "./DeclarationsPage.vue";

const TYPE = "consolidated.declaration";
const prints = [{ name: "declaration", title: "报关单", states: [] }, { name: "inspection", title: "查验通知书", states: ["6"] }];
const rows = [declaration(1), declaration(2, { status: "6", status_name: "查验通知", entry_no: "572920261000000012", may: { declare: { allowed: false, why: "已申报" }, print: { allowed: true, why: "" } } })];
let page: Opened;
beforeEach(() => void vi.useFakeTimers({ now: new Date(NOW), toFake: ["Date"] }));
afterEach(() => {
  page.wrapper.unmount();
  previewed.value = null;
  vi.restoreAllMocks();
  vi.useRealTimers();
});

async function open(answers: Record<string, unknown> = {}) {
  page = await openPage(DeclarationsPage, {
    [`GET ${AT}/declarations`]: pageOf(rows), [`GET ${AT}/declarations/export`]: {}, [`GET /api/definitions/${TYPE}`]: { ...parcel, type: TYPE, prints },
    [`GET /api/documents/${TYPE}/${numberOf(1)}/prints/declaration`]: {}, [`GET /api/documents/${TYPE}/${numberOf(2)}/prints/declaration`]: {}, [`GET /api/documents/${TYPE}/${numberOf(2)}/receipts`]: { items: [] }, ...answers,
  });
  return page;
}

describe("集报报关单查询 (CONS-14)", () => {
  it("基本查询 begins with the manual's defaults; 申报日期 and 是否结关 are open", async () => {
    await open();
    const shown = ["entry_type", "company_kind", "ie_flag", "declared_from", "closed"].map((name) => page.field(name).element.value);
    expect(shown).toEqual(["一般报关单", "报关申报单位", "进口", "", ""]);
    expect(page.wrapper.find("[data-field=number]").exists()).toBe(false);
    await choose(page, "closed", "否");
    await page.press("查询");
    expect(page.asked("/declarations")[0]!.query).toEqual({ entry_type: "0", company_kind: "A", ie_flag: "I", closed: "no", page: "1", size: "20", sort: "-number" });
    const numbers = page.wrapper.findAll("tbody tr")[0]!.findAll("td.number").map((one) => one.text());
    expect([page.wrapper.findAll("thead th.number").map((one) => one.text()), numbers]).toEqual([["序号", "商品项数", "总价"], ["1", "2", "9100.00"]]);
  });

  it("高级查询 has 统一编号 in yellow, which must be given; the refusal stands at it", async () => {
    await open();
    await page.press("高级查询");
    expect(page.wrapper.get("[data-field=number]").element.closest(".condition")!.classList).toContain("yellow");
    expect(document.activeElement).toBe(page.field("number").element);
    await page.press("查询");
    expect(page.wrapper.get(".list-state").text()).toContain("请填写「统一编号」");
    expect([page.asked("/declarations").length, document.activeElement]).toEqual([0, page.field("number").element]);
    await page.field("number").setValue(numberOf(1));
    await page.press("查询");
    expect(page.asked("/declarations")[0]!.query).toMatchObject({ number: numberOf(1), company_kind: "A" });
    await page.press("基本查询");
    await page.press("查询");
    expect(page.asked("/declarations")[1]!.query).not.toHaveProperty("number");
  });

  it("UI-08: a draft is opened to be declared; the status shows the receipts under the list, and another question takes them away", async () => {
    await open();
    await page.press("查询");
    await page.press(`申报 ${numberOf(1)}`);
    expect(page.open).toHaveBeenLastCalledWith(TYPE, numberOf(1));
    expect(page.wrapper.findAll("button").filter((one) => one.attributes("aria-label")?.startsWith("申报 "))).toHaveLength(1);
    await page.press("查验通知");
    expect(page.wrapper.get("[aria-label=回执详细信息]").text()).toContain(numberOf(2));
    expect(page.open).toHaveBeenCalledTimes(1);
    await page.press("查询");
    expect(page.wrapper.find("[aria-label=回执详细信息]").exists()).toBe(false);
  });

  it("UI-08: a question that is refused takes the receipts away with the rows; the heading is 报关单状态, as on the declaration", async () => {
    await open();
    await page.press("高级查询");
    await page.field("number").setValue(numberOf(2));
    await page.press("查询");
    expect(page.wrapper.get("thead").text()).toContain("报关单状态");
    await page.press("查验通知");
    expect(page.wrapper.find("[aria-label=回执详细信息]").exists()).toBe(true);
    await page.field("number").setValue("");
    await page.press("查询");
    expect([page.wrapper.findAll("tbody tr").length, page.wrapper.find("[aria-label=回执详细信息]").exists()]).toEqual([0, false]);
  });

  it("列表导出 hands out what the rows answer: nothing where the question got no answer", async () => {
    let away = false;
    await open({ [`GET ${AT}/declarations`]: () => {
      if (away) throw new TypeError("away");
      return pageOf(rows);
    } });
    await choose(page, "company_kind", "境内收发货人");
    await page.press("查询");
    away = true;
    await choose(page, "closed", "否");
    await page.press("查询");
    await page.press("列表导出");
    expect(document.body.textContent).toContain("请先查询，再导出查询结果");
    expect([page.asked("/declarations/export"), page.wrapper.findAll("tbody tr").length]).toEqual([[], 0]);
  });

  it("打印报关单 of ticked rows: the form of all, a notice of those that have one; 打印预览 shows each", async () => {
    await open();
    await page.press("查询");
    await page.press("打印报关单");
    expect(document.body.textContent).toContain("请先勾选需要打印的报关单");
    await page.wrapper.get("thead input").setValue(true);
    await page.press("打印报关单");
    const dialog = page.wrapper.get("dialog");
    expect(dialog.findAll("label").map((one) => one.text().replace(/\s+/g, " "))).toEqual(["报关单 2 票", "查验通知书 1 票（其余 1 票当前状态没有该通知书）"]);
    await page.press("打印预览");
    expect(previewed.value!.prints.map((one) => one.title)).toEqual([numberOf(1), numberOf(2)]);
    await previewed.value!.file(numberOf(2), new AbortController().signal);
    expect(page.asked(`/api/documents/${TYPE}/${numberOf(2)}/prints/declaration`)).toHaveLength(1);
    expect(previewed.value!.called(numberOf(2))).toBe(`报关单 ${numberOf(2)}.pdf`);
  });

  it("直接打印 prints one after the other without a preview", async () => {
    const printed = vi.spyOn(direct, "printDirectly").mockResolvedValue();
    await open();
    await page.press("查询");
    await page.wrapper.get("thead input").setValue(true);
    await page.press("打印报关单");
    await page.press("直接打印");
    await flushPromises();
    expect([printed.mock.calls.length, previewed.value, page.wrapper.find("dialog").exists()]).toEqual([2, null, false]);
  });

  it("列表导出 is for the consignee: grey with its reason, else the file of what was asked for", async () => {
    vi.spyOn(URL, "createObjectURL").mockReturnValue("blob:test/1");
    vi.spyOn(URL, "revokeObjectURL").mockReturnValue();
    await open();
    await page.press("查询");
    await page.press("列表导出");
    expect(document.body.textContent).toContain("列表导出需为报关单收发货人");
    expect(page.asked("/declarations/export")).toEqual([]);
    await choose(page, "company_kind", "境内收发货人");
    await page.press("列表导出"); // the list is still that of the other kind
    expect(page.asked("/declarations/export")).toEqual([]);
    await page.press("查询");
    await page.press("列表导出");
    expect(page.asked("/declarations/export")[0]!.query).toEqual({ entry_type: "0", company_kind: "B", ie_flag: "I" });
  });
});
