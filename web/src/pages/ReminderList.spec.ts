import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { groups } from "@/app/applications";
import { makeRouter } from "@/app/router";
import type { Reminder } from "@/kernel/api/types";
import { learnClock } from "@/kernel/clock/businessClock";
import { beginLive, endLive } from "@/kernel/live/stream";
import { change, Source, standInForStreams } from "@/testing/live";
import { refusal, serve } from "@/testing/server";
import ReminderList from "./ReminderList.vue";

const reminder = (number: string, days: number): Reminder => ({
  application: "sample", type: "sample.parcel", title: "包裹申请", number, page: "", preset: {}, text: `包裹 ${number}：请在 ${days} 天内答复`, due_at: "2026-11-27T00:00:00+08:00", days,
});
let answer: unknown;
let clock = { now: "", real: false, frozen: false };

beforeEach(() => {
  vi.useFakeTimers();
  clock = { now: "2026-11-26T09:00:00+08:00", real: false, frozen: false };
  groups.value = [{
    title: "样例", groups: [],
    applications: [{ name: "sample", title: "样例", menu: [{ title: "包裹申请", page: "form", types: ["sample.parcel"], name: "", under: "", amends: "", preset: {} }], card_kind: null, card_stays: false }],
  }];
  answer = { items: [reminder("1", 2), reminder("2", 5)], total: 60 };
  serve({ "GET /api/reminders": () => answer, "GET /api/clock": () => clock });
});
afterEach(async () => {
  clock = { ...clock, real: true };
  await learnClock(); // whoever asks for the business time after this spec asks in real time
  groups.value = [];
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function shown() {
  const list = mount(ReminderList, { global: { plugins: [makeRouter()] } });
  await flushPromises();
  return list;
}

it("APPT-10: what has its term soon is told with the days that are left, and leads to its document", async () => {
  const list = await shown();
  expect(list.get("h2").text()).toBe("待办提醒共 60 件");
  expect(list.findAll("li").map((line) => line.text())).toEqual(["包裹 1：请在 2 天内答复截止 2026-11-27 00:00", "包裹 2：请在 5 天内答复截止 2026-11-27 00:00"]);
  expect(list.get("a").attributes("href")).toBe("/app/sample/form/sample.parcel/1");
  expect(list.text()).toContain("此处列出期限最近的 2 件");
  list.unmount();
});

it("APPT-10: it is looked at anew when a document changes and when the clock was moved; with nothing to say it is not there", async () => {
  standInForStreams();
  beginLive("wang");
  const list = await shown();
  answer = { items: [reminder("2", 5)], total: 1 };
  Source.all[0]!.send("change", change());
  await flushPromises();
  expect(list.findAll("li")).toHaveLength(1);
  clock = { ...clock, now: "2026-11-28T09:00:00+08:00" };
  answer = { items: [], total: 0 };
  await learnClock();
  await flushPromises();
  expect(list.text()).toBe("");
  list.unmount();
  endLive();
});

it("CONS-16: a chapter's own line leads to its page", async () => {
  const line = { ...reminder("", 0), type: "", page: "gather", preset: { month: "2026-10" }, text: "10 月的 3 份包裹尚未汇总", due_at: "2026-11-25T00:00:00+08:00" };
  answer = { items: [line], total: 1 };
  const list = await shown();
  expect(list.get("li").text()).toBe("10 月的 3 份包裹尚未汇总截止 2026-11-25 00:00");
  expect(list.get("a").attributes("href")).toBe("/app/sample/own/gather/month=2026-10");
  list.unmount();
});

it("says when they could not be read, and reads them when asked", async () => {
  answer = refusal(503, "unavailable", "系统暂时不可用");
  const list = await shown();
  expect(list.get("[role=alert]").text()).toContain("待办提醒没有读到：系统暂时不可用");
  answer = { items: [reminder("1", 2)], total: 1 };
  await list.get("button").trigger("click");
  await flushPromises();
  expect(list.findAll("li")).toHaveLength(1);
  list.unmount();
});

it("INTG-01: a line of the portal's own leads to its page", async () => {
  answer = { items: [{ ...reminder("", 2), application: "", type: "", page: "/company/tokens", text: "接口令牌【ERP】有效期至 2026-11-27" }], total: 1 };
  const list = await shown();
  expect(list.get("a").attributes("href")).toBe("/company/tokens");
  list.unmount();
});
