import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Definition, Figures } from "@/kernel/api/types";
import { previewed } from "@/kernel/print/preview";
import { parcel } from "@/testing/definition";
import { refusal, serve } from "@/testing/server";
import { barsOf } from "./bars";
import StatisticsView from "./StatisticsView.vue";

vi.mock("./FiguresChart.vue", async () => {
  const { h } = await import("vue");
  return { __esModule: true, default: { props: ["bars"], render: (own: { bars: { names: string[] } }) => h("i", { class: "chart" }, own.bars.names.join()) } };
});

const PATH = "GET /api/documents/sample.parcel/statistics";
const counted: Definition = {
  ...parcel,
  statistics: {
    ended: "", dimensions: [{ name: "day", label: "申请日期" }, { name: "district", label: "关区" }], sums: [{ name: "weight", label: "毛重", unit: "千克" }],
    conditions: [
      { name: "filed_on", label: "申请日期", kind: "span", codes: null, required: true, max_days: 366, paired: false, choices: [] },
      { name: "status", label: "单据状态", kind: "status", codes: null, required: false, max_days: 0, paired: false, choices: [] },
    ],
  },
};
const line = (names: string[], count: number): Figures["total"] => ({ keys: names, names, count, ended: 1, sums: ["12.5"] });
const figures: Figures = {
  by: ["day"], capped: false, total: { ...line(["合计"], 5), sums: ["25"] }, lines: [line(["2026-11-20"], 2), line(["2026-11-21"], 3)],
};

let wrapper: ReturnType<typeof mount<typeof StatisticsView>>;
beforeEach(() => void vi.useFakeTimers({ now: new Date("2026-11-21T09:00:00+08:00"), toFake: ["Date"] }));
afterEach(() => {
  wrapper?.unmount();
  previewed.value = null;
  vi.useRealTimers();
});

function page(answer: unknown = figures) {
  const server = serve({ [PATH]: answer, [`${PATH}/print`]: {}, [`${PATH}/export`]: {} });
  wrapper = mount(StatisticsView, { props: { definitions: [counted] }, attachTo: document.body });
  const press = async (text: string) => {
    await wrapper.findAll("button").find((one) => one.text() === text)!.trigger("click");
    await flushPromises();
  };
  return { server, press };
}

describe("业务统计 (GATE-09, CONS-14)", () => {
  it("asks by the first dimension over the last 30 days and shows lines, totals and bars", async () => {
    const { server, press } = page();
    await press("开始统计");
    expect(server.asked[0]!.query).toEqual({ by: "day", filed_on_from: "2026-10-23", filed_on_to: "2026-11-21" });
    expect(wrapper.findAll("tbody tr").map((row) => row.findAll("th, td").map((cell) => cell.text()))).toEqual([
      ["2026-11-20", "2", "12.5"], ["2026-11-21", "3", "12.5"],
    ]);
    expect(wrapper.findAll("thead th").map((one) => one.text())).toEqual(["申请日期", "票数", "毛重（千克）"]);
    expect(wrapper.get("tfoot").text()).toBe("合计525");
    await vi.dynamicImportSettled();
    await flushPromises();
    expect(wrapper.get("[role=img]").attributes("aria-label")).toContain("内容与统计表相同");
    expect(wrapper.get(".chart").text()).toBe("2026-11-20,2026-11-21");
  });

  it("what has ended stands in a column of its own, where documents can end", async () => {
    const server = serve({ [PATH]: figures });
    wrapper = mount(StatisticsView, { props: { definitions: [{ ...counted, statistics: { ...counted.statistics!, ended: "已删单" } }] } });
    await wrapper.findAll("button").find((one) => one.text() === "开始统计")!.trigger("click");
    await flushPromises();
    expect(server.asked).toHaveLength(1);
    expect(wrapper.findAll("thead th").map((one) => one.text())).toEqual(["申请日期", "票数", "其中已删单", "毛重（千克）"]);
    expect(wrapper.findAll("tbody tr")[0]!.findAll("td").map((one) => one.text())).toEqual(["2", "1", "12.5"]);
  });

  it("a second dimension is asked for too; 全部 asks for nothing", async () => {
    const { server, press } = page({ ...figures, by: ["day", "district"], lines: [line(["2026-11-20", "5301 皇岗"], 2)] });
    const box = wrapper.get("[data-field=then_by]");
    await box.setValue("关区");
    await flushPromises();
    await box.trigger("keydown", { key: "Enter" });
    await flushPromises();
    const status = wrapper.get("[data-field=status]");
    await status.setValue("全部");
    await flushPromises();
    await status.trigger("keydown", { key: "Enter" });
    await flushPromises();
    await press("开始统计");
    expect(Object.keys(server.asked[0]!.query)).toEqual(["by", "filed_on_from", "filed_on_to"]);
    expect(server.asked[0]!.query.by).toBe("district"); // the last of the two that the address holds
    expect(wrapper.findAll("thead th").map((one) => one.text()).slice(0, 2)).toEqual(["申请日期", "关区"]);
  });

  it("a refusal stands in the table's place with its words, and nothing can be printed", async () => {
    const violation = { path: "filed_on_to", rule: "query.span", message: "「申请日期」起止范围不能超过 366 天", advice: "请缩小起止范围", clause: "", source: "api" };
    const { press } = page(refusal(422, "rules", "x", { violations: [violation] }));
    await press("开始统计");
    expect(wrapper.get("[role=alert]").text()).toContain("不能超过 366 天");
    expect(wrapper.find("table").exists()).toBe(false);
    await press("打印");
    expect(previewed.value).toBeNull();
  });

  it("nothing found says so", async () => {
    const { press } = page({ ...figures, lines: [], total: line(["合计"], 0) });
    await press("开始统计");
    expect(wrapper.text()).toContain("没有符合条件的数据");
    expect(wrapper.find("table").exists()).toBe(false);
  });

  it("打印 and Alt+P, wherever the focus is, preview the figures that are shown, not what was typed since", async () => {
    const { server, press } = page();
    await press("开始统计");
    await wrapper.get("[aria-label=申请日期起]").setValue("2020-01-01");
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "p", altKey: true, bubbles: true }));
    expect(previewed.value!.prints[0]!.title).toBe("包裹申请统计（申请日期）");
    await previewed.value!.file("statistics", new AbortController().signal);
    expect(server.asked.at(-1)).toMatchObject({ path: "/api/documents/sample.parcel/statistics/print", query: { filed_on_from: "2026-10-23" } });
  });

  it("导出 keeps a file under a name", async () => {
    const { server, press } = page();
    const kept: string[] = [];
    vi.spyOn(URL, "createObjectURL").mockReturnValue("blob:test/1");
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) { kept.push(this.download); });
    await press("开始统计");
    await press("导出");
    expect(server.asked.at(-1)!.path).toBe("/api/documents/sample.parcel/statistics/export");
    expect(kept).toEqual(["包裹申请统计（申请日期）.xlsx"]);
  });
});

describe("bars", () => {
  it("one dimension: one series", () => {
    expect(barsOf(figures)).toEqual({ names: ["2026-11-20", "2026-11-21"], divided: false, series: [{ name: "票数", counts: [2, 3] }] });
  });

  it("two dimensions: pieces by the second, nothing where there is none, and what is too many as 其他", () => {
    const lines = [line(["A", "x"], 1), line(["A", "y"], 2), line(["B", "y"], 4)];
    expect(barsOf({ ...figures, by: ["a", "b"], lines })).toEqual({
      names: ["A", "B"], divided: true, series: [{ name: "x", counts: [1, 0] }, { name: "y", counts: [2, 4] }],
    });
    const many = Array.from({ length: 10 }, (_, at) => line(["A", `s${at}`], at));
    const { series } = barsOf({ ...figures, by: ["a", "b"], lines: many });
    expect(series.map((one) => one.name)).toEqual([...Array.from({ length: 7 }, (_, at) => `s${at}`), "其他"]);
    expect(series.at(-1)!.counts).toEqual([7 + 8 + 9]);
  });
});
