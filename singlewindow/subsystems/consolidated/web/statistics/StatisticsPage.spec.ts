import { flushPromises } from "@vue/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { previewed } from "@/kernel/print/preview";
import { refusal } from "@/testing/server";
import { AT, choose, NOW, openPage, type Opened } from "../testing";
import StatisticsPage from "./StatisticsPage.vue";

vi.mock("@/kernel/statistics/FiguresChart.vue", async () => {
  const { h } = await import("vue");
  type Drawn = { bars: { names: string[]; series: { name: string; counts: number[] }[] } };
  return { __esModule: true, default: { props: ["bars"], render: (own: Drawn) => h("i", { class: "chart" }, JSON.stringify([own.bars.names, own.bars.series])) } };
});

const line = {
  district: "5729", district_name: "中山快件", ie_flag: "I", nature: "1", nature_name: "一般贸易", trade_mode: "0110", lists: 5, items: 9, packages: "550",
  gross_weight: "5775", net_weight: "5500", currency: "USD", total: "14960.00", merged: 3, unmerged: 2, declarations: 3,
};
let page: Opened;
beforeEach(() => void vi.useFakeTimers({ now: new Date(NOW), toFake: ["Date"] }));
afterEach(() => {
  page.wrapper.unmount();
  previewed.value = null;
  vi.useRealTimers();
});
const open = async (answer: unknown) => (page = await openPage(StatisticsPage, { [`GET ${AT}/statistics`]: answer, [`GET ${AT}/statistics/print`]: {} }));

it("CONS-14: 开始统计 counts this year's lists; table, totals and bars say the same", async () => {
  await open({ lines: [line], total: line });
  await page.press("开始统计");
  expect(page.asked("/statistics")[0]!.query).toEqual({ declared_from: "2026-01-01", declared_to: "2026-11-09" });
  expect(page.wrapper.findAll("thead th").map((one) => one.text())).toEqual([
    "序号", "申报地海关", "进出口", "货物性质", "监管方式", "币制", "清单票数", "商品项数", "件数", "毛重", "净重", "总价", "已汇总票数", "未汇总票数", "报关单票数",
  ]);
  expect(page.wrapper.findAll("tbody td").map((one) => one.text())).toEqual(["1", "中山快件", "进口", "一般贸易", "0110", "USD", "5", "9", "550", "5775", "5500", "14960.00", "3", "2", "3"]);
  expect(page.wrapper.get("tfoot").text()).toBe("合计595505775550014960.00323");
  await vi.dynamicImportSettled();
  await flushPromises();
  expect(JSON.parse(page.wrapper.get(".chart").text())).toEqual([["中山快件\n进口 一般贸易\nUSD"], [{ name: "已汇总", counts: [3] }, { name: "未汇总", counts: [2] }]]);
});

it("CONS-14: 打印 prints what was counted, by Alt+P too, wherever the focus is; before that it is grey", async () => {
  await open({ lines: [line], total: line });
  await page.press("打印");
  expect(previewed.value).toBeNull();
  await choose(page, "ie_flag", "进口");
  await page.press("开始统计");
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "p", altKey: true, bubbles: true }));
  await previewed.value!.file("statistics", new AbortController().signal);
  expect(page.asked("/statistics/print")[0]!.query).toEqual({ declared_from: "2026-01-01", declared_to: "2026-11-09", ie_flag: "I" });
});

it("CONS-14: a refusal stands at its box; nothing found says so; 重置 empties both", async () => {
  const violation = { path: "declared_to", rule: "query.span", message: "「申报日期」时间区间不得超过 366 天", advice: "请缩小", clause: "手册", source: "rule" };
  await open(refusal(422, "rules", "x", { violations: [violation] }));
  await page.press("开始统计");
  expect([page.wrapper.get(".condition.wrong").text(), document.activeElement]).toEqual([expect.stringContaining("申报日期"), page.field("declared_to").element]);
  await page.press("重置");
  expect([page.field("declared_to").element.value, page.wrapper.find("[role=alert]").exists()]).toEqual(["", false]);
  page.wrapper.unmount();
  await open({ lines: [], total: { ...line, lists: 0 } });
  await page.press("开始统计");
  expect(page.wrapper.get(".list-state").text()).toContain("没有符合条件的数据");
});
