import { flushPromises } from "@vue/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { refusal, type Request } from "@/testing/server";
import { AT, NOW, numberOf, openPage, type Opened } from "../testing";
import DeadlinesPage from "./DeadlinesPage.vue";
import { monthAfter, weeksOf } from "./month";

const merge = { day: "2026-11-10", kind: "merge", title: "一般贸易清单汇总", text: "2026-10 海关接受的集报清单：3 份已结关、尚未汇总", pending: 0, number: "", type: "", days_left: 1, count: 3, preset: { goods_nature: "general", ie_flag: "E" } };
const guarantee = { day: "2026-11-27", kind: "guarantee", title: "担保到期", text: "5729 中山快件", pending: 0, number: numberOf(1), type: "consolidated.qualification", days_left: 18, count: 1, preset: {} };
let page: Opened;
beforeEach(() => void vi.useFakeTimers({ now: new Date(NOW), toFake: ["Date"] }));
afterEach(() => {
  page?.wrapper.unmount();
  vi.useRealTimers();
});
const open = async (answer: unknown = ({ query }: Request) => ({ items: query.month === "2026-11" ? [merge, guarantee] : [] })) => {
  page = await openPage(DeadlinesPage, { [`GET ${AT}/deadlines`]: answer });
  await flushPromises();
  return page;
};
const listed = () => page.wrapper.get("[aria-label=期限列表]").findAll("tbody tr").map((row) => row.findAll("td").map((cell) => cell.text()));

it("CONS-16: this month's terms stand in the calendar and in the list; a day shows its own alone", async () => {
  await open();
  expect(page.asked("/deadlines")[0]!.query).toEqual({ month: "2026-11" });
  expect(listed()).toEqual([["2026-11-10", merge.title + merge.text, "还有 1 天"], ["2026-11-27", guarantee.title + guarantee.text, "还有 18 天"]]);
  expect(page.wrapper.get("td.today .digits").text()).toBe("9");
  await page.wrapper.findAll(".deadlines-day").find((one) => one.text().includes("2026-11-10，1 项期限"))!.trigger("click");
  expect(listed()).toEqual([["2026-11-10", merge.title + merge.text, "还有 1 天"]]);
});

it("CONS-16: what is to be merged leads to 集报清单汇总, all else to its document", async () => {
  await open();
  await page.press(merge.title);
  expect(page.openOwn).toHaveBeenCalledWith("merge", merge.preset);
  await page.press(guarantee.title);
  expect(page.open).toHaveBeenCalledWith("consolidated.qualification", numberOf(1));
});

it("CONS-16: other months are asked for, and this one again; a failure can be tried again", async () => {
  await open();
  await page.press("下一月");
  expect([page.asked("/deadlines").at(-1)!.query.month, listed()]).toEqual(["2026-12", [["没有到期事项"]]]);
  await page.press("本月");
  expect(listed()).toHaveLength(2);
  page.wrapper.unmount();
  await open(refusal(500, "internal", "服务器出错"));
  expect(page.wrapper.get("[role=alert]").text()).toContain("服务器出错");
});

it("CONS-16: months have whole weeks from Monday on, over the turn of the year too", () => {
  const weeks = weeksOf("2026-11");
  expect([weeks.length, weeks[0]![0], weeks.at(-1)!.at(-1)]).toEqual([6, "2026-10-26", "2026-12-06"]);
  expect([monthAfter("2026-12", 1), monthAfter("2027-01", -1), weeksOf("2027-02").length]).toEqual(["2027-01", "2026-12", 4]);
});
