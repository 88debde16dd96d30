import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ref } from "vue";
import { workspaceKey } from "@/kernel/workspace";
import { refusal, serve } from "@/testing/server";
import type { WorkingTime } from "./api";
import WorkingTimePage from "./WorkingTimePage.vue";

const AT = "/api/appointment/working-time";
const NOTHING = "未查到口岸工作时间，请联系口岸更新工作日历";
const time = (begins: string, ends: string): WorkingTime => ({ port: "5301", port_name: "皇岗海关", day: "2026-11-26", weekday: "星期四", begins, ends, provisional: false });
const found = (items: WorkingTime[]) => ({ items, total: items.length, total_capped: false, page: 1, size: 20, nothing: items.length ? "" : NOTHING });

let wrapper: ReturnType<typeof mount<typeof WorkingTimePage>>;
beforeEach(() => void vi.useFakeTimers({ now: new Date("2026-11-26T09:00:00+08:00"), toFake: ["Date"] }));
afterEach(() => {
  wrapper.unmount();
  vi.useRealTimers();
});

async function open(answer: unknown) {
  const server = serve({
    "GET /api/clock": { now: "2026-11-26T09:00:00+08:00", real: true, frozen: false }, [`GET ${AT}`]: answer,
    "GET /api/codes/customs_districts": { table: "customs_districts", items: [{ code: "5301", name: "皇岗海关" }] },
  });
  const workspace = { active: ref(true), holds() {}, entitled() {}, unsaved() {}, cardStays: true, open() {}, openOwn() {}, close() {} };
  wrapper = mount(WorkingTimePage, { attachTo: document.body, global: { provide: { [workspaceKey as symbol]: workspace } } });
  await flushPromises();
  return () => server.asked.filter((one) => one.path === AT).map((one) => one.query);
}
const field = (name: string) => wrapper.get<HTMLInputElement>(`[data-field=${name}]`);
async function press(word: string): Promise<void> {
  await wrapper.findAll("button").find((one) => one.text() === word)!.trigger("click");
  await flushPromises();
}

it("APPT-14: asks for fifteen days from today on, and lists what the port works, break and all", async () => {
  const asked = await open(found([time("09:00", "12:00"), time("13:30", "17:00")]));
  expect(document.activeElement).toBe(field("day_from").element);
  expect(wrapper.get(".hint-line").text()).toContain("时间区间不得超过 15 天");
  await press("查询");
  expect(asked()).toEqual([{ day_from: "2026-11-26", day_to: "2026-12-10", page: "1", size: "20" }]);
  expect(wrapper.findAll("thead th").map((one) => one.text())).toEqual(["序号", "口岸代码", "口岸名称", "工作日期", "星期", "开始时间", "结束时间"]);
  expect(wrapper.findAll("tbody tr").map((row) => row.findAll("td").map((cell) => cell.text()))).toEqual([
    ["1", "5301", "皇岗海关", "2026-11-26", "星期四", "09:00", "12:00"], ["2", "5301", "皇岗海关", "2026-11-26", "星期四", "13:30", "17:00"],
  ]);
  expect(wrapper.text()).toContain("查询内容不显示海关口岸非工作时间，如表内未查到口岸工作时间，请联系口岸更新工作日历。");
});

it("APPT-14: a port is found by its name; where there is nothing, the port is to update its calendar", async () => {
  const asked = await open(found([]));
  await field("port").setValue("皇岗");
  await flushPromises();
  await field("port").trigger("keydown", { key: "Enter" });
  await flushPromises();
  expect(asked()).toEqual([{ day_from: "2026-11-26", day_to: "2026-12-10", port: "5301", page: "1", size: "20" }]);
  expect(wrapper.get(".list-state").text()).toBe(NOTHING);
  await press("重置");
  expect(["day_from", "day_to", "port"].map((name) => field(name).element.value)).toEqual(["", "", ""]);
  expect(wrapper.get(".list-state").text()).toContain("填写查询条件后");
});

it("APPT-14: days of a provisional calendar say so", async () => {
  await open(found([{ ...time("09:00", "12:00"), provisional: true }, time("13:30", "17:00")]));
  await press("查询");
  expect(wrapper.findAll("tbody tr").map((row) => row.findAll("td")[3]!.text())).toEqual(["2026-11-26（暂定）", "2026-11-26"]);
});

it("APPT-14: what is refused is marked at its box, which gets the focus; a port that there is not is not asked for", async () => {
  const violation = { path: "day_to", rule: "query.span", message: "「工作日期」时间区间不得超过 15 天", advice: "请缩小", clause: "手册", source: "rule" };
  const asked = await open(refusal(422, "rules", "超过", { violations: [violation] }));
  await press("查询");
  expect(wrapper.get(".condition.wrong").text()).toContain("工作日期");
  expect(document.activeElement).toBe(field("day_to").element);
  serve({ "GET /api/codes/customs_districts": { table: "customs_districts", items: [] } });
  await field("port").setValue("火星");
  await field("port").trigger("blur");
  await flushPromises();
  await press("查询");
  expect(wrapper.get(".list-state").text()).toContain("没有「火星」这一项");
  expect(asked()).toHaveLength(1);
});
