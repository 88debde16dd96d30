import { flushPromises } from "@vue/test-utils";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { News } from "@/kernel/live/stream";
import { held } from "@/testing/server";
import { filing, openPage, pageOf, type Opened } from "../testing";
import { BOOKLET, QUALIFICATION } from "../words";
import ChangePage from "./ChangePage.vue";

const [ONE, TWO, BOOK] = ["202600000000000001", "202600000000000002", "202600000000000003"];
const at = (type: string): string => `GET /api/documents/${type}`;
const yes = { allowed: true, why: "" };
const NOT_YET = "核准有效期为 2026-12-01，到期前 10 天内（2026-11-21 起）才可申请延期";
const row = (number: string, more: object = {}) =>
  ({ number, status: "7", status_name: "海关审批通过", marker: "", values: { number, status: "海关审批通过", district: "5301 皇岗海关" }, actions: { change: yes, ...more } });

const listeners = vi.hoisted(() => new Set<(news: News) => void>());
vi.mock("@/kernel/live/stream", async (original) => ({
  ...(await original<typeof import("@/kernel/live/stream")>()), onNews: (one: (news: News) => void) => (listeners.add(one), () => listeners.delete(one)),
}));

let opened: Opened;
afterEach(() => opened.wrapper.unmount());

async function open(more: Record<string, unknown> = {}): Promise<Opened> {
  const definitions = Object.fromEntries([QUALIFICATION, BOOKLET].map((type) => [`GET /api/definitions/${type}`, filing(type)]));
  opened = await openPage(ChangePage, {
    ...definitions,
    [at(QUALIFICATION)]: pageOf([row(ONE, { extend: { allowed: false, why: NOT_YET } }), row(TWO, { extend: yes })]),
    [at(BOOKLET)]: pageOf([row(BOOK)]), ...more,
  });
  return opened;
}
const box = (name: string) => opened.wrapper.get<HTMLInputElement>(`[data-field=${name}]`);
const button = (word: string) => opened.wrapper.findAll("button").find((one) => one.text() === word)!;
const asked = (type: string) => opened.asked(`/api/documents/${type}`).map((one) => one.query);
async function choose(number: string): Promise<void> {
  await opened.wrapper.get(`input[aria-label="选择 ${number}"]`).setValue(true);
}

describe("企业备案变更 (CONS-07, CONS-08)", () => {
  it("one of two boxes is ticked, and asked for; only what may be changed is found", async () => {
    await open();
    expect([box("company_code").element.readOnly, box("number").element.readOnly]).toEqual([false, true]);
    await box("company_code").setValue("4403910001");
    await opened.press("查询");
    const turn = { page: "1", size: "20", sort: "-updated_at", amends: "change" };
    for (const type of [QUALIFICATION, BOOKLET]) expect(asked(type)).toEqual([{ company_code: "4403910001", ...turn }]);
    expect(opened.wrapper.findAll("tbody tr").map((one) => one.attributes("data-row"))).toEqual([ONE, TWO, BOOK]);
  });

  it("a number is that of a qualification with its booklets, or else of a booklet", async () => {
    const answer = ({ query }: { query: Record<string, string> }) => pageOf(query.number === BOOK ? [row(BOOK)] : []);
    await open({ [at(QUALIFICATION)]: pageOf([]), [at(BOOKLET)]: answer });
    await opened.wrapper.get("input[type=radio][value=number]").setValue(true);
    await flushPromises();
    expect(document.activeElement).toBe(box("number").element);
    await box("number").setValue(BOOK);
    await box("number").trigger("keydown", { key: "Enter" });
    await flushPromises();
    expect(asked(QUALIFICATION).map(({ number }) => number)).toEqual([BOOK]);
    expect(asked(BOOKLET).map(({ number, qualification }) => [number, qualification])).toEqual([[undefined, BOOK], [BOOK, undefined]]);
    expect(opened.wrapper.text()).toContain("没有海关审批通过、且没有变更正在办理的数据");
    await choose(BOOK);
    await opened.press("变更企业商品信息");
    expect(opened.open.mock.calls).toEqual([[BOOKLET, BOOK, { mode: "change" }]]);
  });

  it("UI-14: what customs answer is in the list without a click; UI-07: the page's size stays to be chosen, columns too", async () => {
    let now = [row(ONE)];
    await open({ [at(QUALIFICATION)]: () => pageOf(now) });
    await box("company_code").setValue("4403910001");
    await opened.press("查询");
    now = [row(ONE), row(TWO)];
    listeners.forEach((one) => one({ type: QUALIFICATION, number: TWO } as News));
    await flushPromises();
    const list = opened.wrapper.get("[aria-label=企业资质信息]");
    expect(list.findAll("tbody tr").map((one) => one.attributes("data-row"))).toEqual([ONE, TWO]);
    expect([list.get(".page-bar").text(), list.find("[aria-label=选择显示列]").exists()]).toEqual([expect.stringContaining("共 2 条"), true]);
  });

  it("UI-14, CONS-07: asked by its qualification's number, a booklet whose change customs agree to comes back without a click", async () => {
    let changed = true;
    await open({ [at(BOOKLET)]: ({ query }: { query: Record<string, string> }) => pageOf(query.qualification === ONE && !changed ? [row(BOOK)] : []) });
    await opened.wrapper.get("input[type=radio][value=number]").setValue(true);
    await box("number").setValue(ONE);
    await opened.press("查询");
    const list = opened.wrapper.get("[aria-label=企业商品信息]");
    expect(list.findAll("tbody tr")).toEqual([]);
    changed = false;
    listeners.forEach((one) => one({ type: BOOKLET, number: BOOK } as News));
    await flushPromises();
    expect(list.findAll("tbody tr").map((one) => one.attributes("data-row"))).toEqual([BOOK]);
  });

  it("CONS-07: what a page turn or another order shows no longer is chosen no longer", async () => {
    const answer = ({ query }: { query: Record<string, string> }) => ({ ...pageOf([row(query.page === "2" ? TWO : ONE)]), total: 40, page: Number(query.page) });
    await open({ [at(QUALIFICATION)]: answer });
    await box("company_code").setValue("4403910001");
    await opened.press("查询");
    await choose(ONE);
    const list = opened.wrapper.get("[aria-label=企业资质信息]");
    list.getComponent({ name: "PageBar" }).vm.$emit("size", 50);
    await flushPromises();
    expect(button("变更企业资质信息").attributes("aria-disabled")).toBe("false");
    list.getComponent({ name: "PageBar" }).vm.$emit("page", 2);
    await flushPromises();
    expect(button("变更企业资质信息").attributes("title")).toContain("请先在「企业资质信息」中选中一行");
    await opened.press("变更企业资质信息");
    list.getComponent({ name: "PageBar" }).vm.$emit("page", 1);
    await flushPromises();
    expect([opened.open.mock.calls, opened.wrapper.get<HTMLInputElement>(`input[aria-label="选择 ${ONE}"]`).element.checked]).toEqual([[], false]);
  });

  it("as in 备案表查询 a click on a row chooses it, and 担保有效期 reads as 核准有效期 does", async () => {
    const values = { number: TWO, status: "海关审批通过", guarantee_until: "20270101", valid_until: "2027-01-01" };
    await open({ [at(QUALIFICATION)]: pageOf([{ ...row(TWO, { extend: yes }), values }]) });
    await box("company_code").setValue("4403910001");
    await opened.press("查询");
    const chosen = opened.wrapper.get(`[aria-label=企业资质信息] tr[data-row="${TWO}"]`);
    expect([chosen.text().split("2027-01-01").length - 1, chosen.text()]).toEqual([2, expect.not.stringContaining("20270101")]);
    await chosen.findAll("td").at(-1)!.trigger("click");
    await opened.press("企业资质延期申请");
    expect(opened.open.mock.calls).toEqual([[QUALIFICATION, TWO, { mode: "extend" }]]);
  });

  it("an older query's answer never takes the place of a newer one's", async () => {
    const [older, newer] = [held(), held()];
    const answer = ({ query }: { query: Record<string, string> }) => (query.qualification ? older.promise : query.number ? pageOf([]) : newer.promise);
    await open({ [at(QUALIFICATION)]: pageOf([]), [at(BOOKLET)]: answer });
    await opened.wrapper.get("input[type=radio][value=number]").setValue(true);
    await box("number").setValue(ONE);
    await opened.press("查询");
    await opened.wrapper.get("input[type=radio][value=company_code]").setValue(true);
    await box("company_code").setValue("4403910001");
    await opened.press("查询");
    older.resolve(pageOf([]));
    await flushPromises();
    newer.resolve(pageOf([row(BOOK)]));
    await flushPromises();
    expect(opened.wrapper.findAll("tbody tr").map((one) => one.attributes("data-row"))).toContain(BOOK);
  });

  it("an empty box is refused, and gets the focus", async () => {
    await open();
    await box("company_code").setValue("");
    await opened.press("查询");
    expect(opened.wrapper.get(".list-state.refused").text()).toContain("「企业海关编号」不可为空");
    expect(document.activeElement).toBe(box("company_code").element);
    expect([...asked(QUALIFICATION), ...asked(BOOKLET)]).toEqual([]);
  });

  it("the blue buttons are for the chosen row, and say why they are grey", async () => {
    await open();
    await box("company_code").setValue("4403910001");
    await opened.press("查询");
    expect(button("变更企业资质信息").attributes("title")).toContain("请先在「企业资质信息」中选中一行");
    await choose(ONE);
    expect(button("企业资质延期申请").attributes("title")).toBe(NOT_YET);
    expect(button("变更企业商品信息").attributes("aria-disabled")).toBe("true");
    await opened.press("企业资质延期申请");
    expect(opened.open.mock.calls).toEqual([]);
    await opened.press("变更企业资质信息");
    await choose(TWO);
    await opened.press("企业资质延期申请");
    expect(opened.open.mock.calls).toEqual([[QUALIFICATION, ONE, { mode: "change" }], [QUALIFICATION, TWO, { mode: "extend" }]]);
  });
});
