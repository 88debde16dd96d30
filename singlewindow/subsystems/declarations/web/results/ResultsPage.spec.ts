import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { computed, ref, shallowRef } from "vue";
import { asked } from "@/kernel/dialogs/ask";
import { previewed } from "@/kernel/print/preview";
import * as files from "@/kernel/saveAs";
import { workspaceKey } from "@/kernel/workspace";
import { refusal, serve, type Request } from "@/testing/server";
import { application, grey, numberOf, press as pressIn, result } from "../testing";
import { hand, handed } from "./handed";
import ResultsPage from "./ResultsPage.vue";

const AT = "/api/declarations";
const GONE = "已超过保存期限，请重新申请";
const list = (...items: object[]) => ({ total: items.length, total_capped: false, page: 1, size: 20, items });
const prints = list(
  result(1), result(2, { sealed: false, state: "0", state_name: "无签章已生成" }), grey(3, "2", "海关作业流程未完结", "海关作业流程未完结，不能办理"),
  grey(4, "4", "旧版本暂不支持", "旧版本暂不支持，不能办理"), grey(5, "1", "有签章已生成", GONE, { expired: true }),
);
const exports = list(
  result(6, { kind: "export", application: "SJDC2026112600000001", state: "1", state_name: "数据已生成" }),
  grey(7, "2", "数据生成失败", "数据生成失败，不能导出", { kind: "export", application: "SJDC2026112600000001", why: "报关单没有表体数据" }),
);

const card = shallowRef<object | null>(null); // what is in the reader
vi.mock("@/kernel/signing/useCard", () => ({ useCard: () => ({ card, trouble: computed(() => (card.value ? null : { text: "读卡器中没有卡。" })), reading: ref(false), read() {} }) }));

let wrapper: ReturnType<typeof mount<typeof ResultsPage>>;
let saved: { name: string }[] = [];
const active = ref(true);
beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2026-11-26T09:00:00+08:00"), toFake: ["Date", "setTimeout", "clearTimeout"] });
  saved = [];
  vi.spyOn(files, "saveAs").mockImplementation((_, name) => void saved.push({ name }));
});
afterEach(() => {
  wrapper.unmount();
  asked.value = previewed.value = null;
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function open(answers: Record<string, unknown> = {}, cardStays = false) {
  const server = serve({
    "GET /api/clock": { now: "2026-11-26T09:00:00+08:00", real: true, frozen: false },
    [`GET ${AT}/results`]: ({ query }: Request) => (query.kind === "print" ? prints : exports), ...answers,
  });
  const workspace = { active, holds() {}, entitled() {}, unsaved() {}, cardStays, open() {}, openOwn() {}, close() {} };
  wrapper = mount(ResultsPage, { attachTo: document.body, global: { provide: { [workspaceKey as symbol]: workspace } } });
  await flushPromises();
  const press = (word: string) => pressIn(wrapper, word);
  const requests = (path: string) => server.asked.filter((one) => one.path === AT + path);
  const question = () => Object.fromEntries(Object.entries(requests("/results").at(-1)!.query).filter(([name]) => !["page", "size", "sort"].includes(name)));
  const choose = async (name: string, text: string) => {
    await field(name).setValue(text);
    await flushPromises();
    await field(name).trigger("keydown", { key: "Enter" });
    await flushPromises();
  };
  return { server, press, requests, question, choose };
}
const field = (name: string) => wrapper.get<HTMLInputElement>(`[data-field=${name}]`);
async function leave(name: string): Promise<void> {
  await field(name).trigger("blur");
  await field(name).trigger("focusout");
  await flushPromises();
}
/** What is said beneath a box. */
const said = (name: string): string | undefined => field(name).element.closest(".said")!.querySelector(".error-text")?.textContent ?? undefined;
const acts = () => wrapper.findAll("tbody tr").map((row) => row.findAll("td.acts button").map((one) => [one.text(), one.attributes("aria-disabled"), one.attributes("title")]));

describe("自助打印/导出: the query (PRNT-04)", () => {
  it("begins with 自助打印报关单证申请 and today; number and states are those of the kind", async () => {
    const { press, question, choose } = await open();
    const labels = () => wrapper.findAll(".condition > span:first-child").map((one) => one.text());
    expect(labels()).toEqual(["申请类型", "申请编号", "申请状态", "报关单号", "申请日期"]);
    await field("state").trigger("keydown", { key: " " });
    await flushPromises();
    const offered = () => wrapper.findAll("[role=option]").map((one) => one.text());
    expect(offered()).toEqual(["0-无签章已生成", "1-有签章已生成", "2-海关作业流程未完结", "3-制作中", "4-旧版本暂不支持", "5-全部"]);
    await choose("state", "3");
    await press("查询");
    expect(question()).toEqual({ kind: "print", state: "3", applied_from: "2026-11-26", applied_to: "2026-11-26" });
    await choose("kind", "结关后");
    await field("application").trigger("focusin");
    expect(wrapper.get(".hint-line").text()).toBe("请填写「结关后报关单数据导出申请编号」");
    expect([field("state").element.value, wrapper.findAll("tbody tr").length]).toEqual(["", 0]);
    await field("state").trigger("keydown", { key: " " });
    await flushPromises();
    expect(offered()).toEqual(["1-数据已生成", "2-数据生成失败", "3-全部"]);
    await choose("state", "3");
    await press("查询");
    expect(question()).toEqual({ kind: "export", applied_from: "2026-11-26", applied_to: "2026-11-26" });
  });

  it("查询 waits for a type or a status that was typed a moment before, and asks for it (UI-07)", async () => {
    const { press, question } = await open();
    await field("kind").setValue("结关后报关单数据导出申请");
    void field("kind").trigger("blur");
    await press("查询");
    await vi.advanceTimersByTimeAsync(50);
    expect(question()).toEqual({ kind: "export", applied_from: "2026-11-26", applied_to: "2026-11-26" });
    await field("state").setValue("2-数据生成失败");
    void field("state").trigger("blur");
    await press("查询");
    await vi.advanceTimersByTimeAsync(50);
    expect(question()).toMatchObject({ kind: "export", state: "2" });
  });

  it("an application's number narrows enough: the days may be left out; 重置 clears", async () => {
    const { press, question } = await open();
    await field("application").setValue(" ZZDY2026112600000001 ");
    await press("重置");
    expect([field("application").element.value, field("applied_from").element.value]).toEqual(["", ""]);
    await field("application").setValue(" ZZDY2026112600000001 ");
    expect(wrapper.get(".days").classes()).not.toContain("yellow");
    await press("查询");
    expect(question()).toEqual({ kind: "print", application: "ZZDY2026112600000001" });
  });

  it("comes from the page where it was applied for with the results of that application, also when it stands open already", async () => {
    hand({ kind: "export", number: "SJDC2026112600000001" });
    const { question } = await open();
    await flushPromises();
    expect(question()).toEqual({ kind: "export", application: "SJDC2026112600000001" });
    expect(wrapper.findAll("tbody tr")).toHaveLength(2);
    hand({ kind: "print", number: "ZZDY2026112600000002" });
    await flushPromises();
    expect([question(), handed.value]).toEqual([{ kind: "print", application: "ZZDY2026112600000002" }, null]);
    expect(document.activeElement).toBe(field("kind").element);
  });

  it("text that names no state is not silently left out of the question (UI-04)", async () => {
    const { press, requests } = await open();
    await field("state").setValue("没有的");
    await leave("state");
    expect(said("state")).toBe("没有「没有的」这一项"); // as soon as the box is left (UI-01)
    await press("查询");
    expect(requests("/results")).toHaveLength(0);
    expect(wrapper.get(".list-state").text()).toContain("没有「没有的」这一项");
  });

  it("申请类型: a wrong entry no longer counts once another is chosen; an empty one is refused as missing (UI-01, UI-04)", async () => {
    const { press, question, requests, choose } = await open();
    await field("kind").setValue("没有的");
    await leave("kind");
    expect(said("kind")).toBe("没有「没有的」这一项");
    await choose("kind", "自助打印报关单");
    await press("查询");
    expect([question().kind, said("kind")]).toEqual(["print", undefined]);
    await field("kind").trigger("keydown", { key: "Backspace" });
    await leave("kind");
    await press("查询");
    expect([field("kind").element.value, said("kind"), requests("/results").length]).toEqual(["", "「申请类型」不可为空", 1]);
    await press("重置"); // 申请类型 stays
    expect([field("kind").element.value, said("kind")]).toEqual(["自助打印报关单证申请", undefined]);
  });

  it("days that there are not, the wrong way round or too far apart are said when they are left, and not asked for (UI-01)", async () => {
    const { press, requests } = await open();
    const days = () => wrapper.find(".days .error").exists() ? wrapper.get(".days .error").text() : "";
    const [from, to] = [field("applied_from").element, field("applied_to").element];
    await field("applied_from").setValue("2026-02-31");
    expect(days()).toBe("");
    await leave("applied_from");
    expect(days()).toContain("不是有效的日期：2026-02-31");
    await press("查询");
    expect(requests("/results")).toHaveLength(0);
    await field("applied_from").setValue("2026-12-01");
    await field("applied_from").trigger("focusout", { relatedTarget: to });
    expect(days()).toBe(""); // the other one may be about to follow
    await field("applied_to").trigger("focusout");
    expect(days()).toContain("截止日期早于起始日期");
    await field("applied_from").setValue("2026-08-25");
    await field("applied_from").trigger("focusout");
    expect(days()).toContain("不能超过 3 个月，现为 2026-08-25 至 2026-11-26");
    await field("applied_from").setValue("2026-08-26");
    await leave("applied_from");
    await press("查询");
    expect([days(), requests("/results").length, from.isConnected]).toEqual(["", 1, true]);
  });
});

describe("自助打印/导出: layout files (PRNT-05, PRNT-06, PRNT-08)", () => {
  it("buttons are grey where the server says so, with its reason; a click says it and asks for nothing", async () => {
    const { press, server } = await open();
    await press("查询");
    expect(acts()).toEqual([
      [["导出", "false", undefined], ["打印", "false", undefined], ["操作记录", "false", undefined]],
      [["导出", "false", undefined], ["打印", "false", undefined], ["操作记录", "false", undefined]],
      ...["海关作业流程未完结，不能办理", "旧版本暂不支持，不能办理", GONE].map((why) => ["导出", "打印", "操作记录"].map((word) => [word, "true", why])),
    ]);
    const before = server.asked.length;
    await press(`导出 ${numberOf(3)}`);
    expect(server.asked).toHaveLength(before);
    expect(document.body.textContent).toContain("海关作业流程未完结，不能办理");
  });

  it("a row whose month is over stays and says so (PRNT-08)", async () => {
    const { press } = await open();
    await press("查询");
    const cells = wrapper.findAll("tbody tr").map((row) => row.findAll("td").map((cell) => cell.text()));
    expect([cells[0]!.slice(2, 9), cells[4]!.includes(GONE)]).toEqual([
      ["ZZDY2026112600000001", numberOf(1), "有签章", "1-有签章已生成", "2026-11-26 09:00", "陈南", "至 2026-12-26"], true,
    ]);
  });

  it("导出 keeps the file; 打印 shows it first; 操作记录 says who did what, when and from where", async () => {
    const log = { total: 201, items: [{ at: "2026-11-26T10:00:00+08:00", by: "陈南", address: "127.0.0.1", what: "导出" }] };
    const { press, requests } = await open({ [`GET ${AT}/results/1/pdf`]: {}, [`GET ${AT}/results/1/log`]: log });
    await press("查询");
    await press(`导出 ${numberOf(1)}`);
    expect(requests("/results/1/pdf").map((one) => one.query)).toEqual([{ for: "export" }]);
    expect(saved).toEqual([{ name: `报关单 ${numberOf(1)}（有签章）.pdf` }]);
    await press(`打印 ${numberOf(1)}`);
    await previewed.value!.file("layout", new AbortController().signal);
    expect(requests("/results/1/pdf").at(-1)!.query).toEqual({ for: "print" });
    previewed.value!.keep!();
    await flushPromises();
    expect([requests("/results/1/pdf").at(-1)!.query, saved.length]).toEqual([{ for: "export" }, 2]); // 操作记录 has it
    await press(`操作记录 ${numberOf(1)}`);
    expect(wrapper.get("dialog").findAll("td").map((one) => one.text())).toEqual(["1", "2026-11-26 10:00:00", "导出", "陈南", "127.0.0.1"]);
    expect(wrapper.get("dialog").text()).toContain("共 201 条操作记录，以上为最近的 1 条");
  });

  it("Alt+P prints the row with the focus, else the only ticked one; a grey one says why (UI-03, UI-12)", async () => {
    const { press } = await open();
    await press("查询");
    const altP = () => window.dispatchEvent(new KeyboardEvent("keydown", { key: "p", code: "KeyP", altKey: true, cancelable: true }));
    const printed = () => previewed.value?.called("");
    altP();
    expect([printed(), document.body.textContent!.includes("再按 Alt+P")]).toEqual([undefined, true]);
    wrapper.get<HTMLElement>(`[aria-label="操作记录 ${numberOf(2)}"]`).element.focus();
    altP();
    await flushPromises();
    expect(printed()).toBe(`报关单 ${numberOf(2)}（无签章）.pdf`);
    previewed.value = null;
    wrapper.get<HTMLElement>(`[aria-label="导出 ${numberOf(4)}"]`).element.focus();
    altP();
    expect([printed(), document.body.textContent!.includes("旧版本暂不支持，不能办理")]).toEqual([undefined, true]);
    wrapper.get<HTMLElement>("[data-field=kind]").element.focus();
    await wrapper.findAll("tbody input")[0]!.setValue(true);
    altP();
    await flushPromises();
    expect(printed()).toBe(`报关单 ${numberOf(1)}（有签章）.pdf`);
  });

  it("自助打印批量导出 asks 是否确认导出选中数据？ and delivers one archive of what is ticked", async () => {
    const { press, requests } = await open({ [`POST ${AT}/archives`]: {} });
    await press("查询");
    await press("自助打印批量导出");
    expect(asked.value).toBeNull();
    await wrapper.get("thead input").setValue(true);
    expect(wrapper.findAll<HTMLInputElement>("tbody input").map((one) => one.element.disabled)).toEqual([false, false, true, true, true]);
    await press("自助打印批量导出");
    expect(asked.value!.text).toBe("是否确认导出选中数据？");
    asked.value!.answer(true);
    await flushPromises();
    expect(requests("/archives")[0]!.body).toEqual({ ids: [1, 2] });
    expect(saved).toEqual([{ name: "自助打印批量导出.zip" }]);
  });

  it("勾选全部查询结果 ticks over all pages what can be exported (PRNT-11)", async () => {
    const many = ({ query }: Request) => {
      const [page, size] = [Number(query.page), Number(query.size)];
      const ids = Array.from({ length: 250 }, (_, at) => at + 1).slice((page - 1) * size, page * size);
      return { total: 250, total_capped: false, page, size, items: ids.map((id) => (id % 10 ? result(id) : grey(id, "4", "旧版本暂不支持", "不能"))) };
    };
    const { press } = await open({ [`GET ${AT}/results`]: many });
    await press("查询");
    await press("勾选全部查询结果");
    expect(wrapper.get(".page-bar").text()).toContain("共 250 条，已选 225 条");
  });

  it("勾选全部查询结果 ticks no more than an archive holds, and says so (PRNT-06)", async () => {
    const many = ({ query }: Request) => {
      const [page, size] = [Number(query.page), Number(query.size)];
      const ids = Array.from({ length: 1100 }, (_, at) => at + 1).slice((page - 1) * size, page * size);
      return { total: 1100, total_capped: false, page, size, items: ids.map((id) => result(id)) };
    };
    const { press } = await open({ [`GET ${AT}/results`]: many });
    await press("查询");
    await press("勾选全部查询结果");
    await vi.waitFor(() => expect(wrapper.get(".page-bar").text()).toContain("已选 1000 条"));
    expect(document.body.textContent).toContain("一次最多批量导出 1000 票：已勾选前 1000 票");
  });

  it("what is being made is followed: the list looks anew as it comes further (UI-14, PRNT-11)", async () => {
    let made = false;
    const { press, requests } = await open({
      [`GET ${AT}/results`]: () => list(made ? result(1) : grey(1, "3", "制作中", "制作中，不能办理")),
      [`GET ${AT}/applications/ZZDY2026112600000001`]: () => (made ? application({ total: 1, done: 1, state: "done", state_name: "已完成" }) : application({ total: 1, done: 0 })),
    });
    await press("查询");
    expect(wrapper.get("[aria-label=申请进度]").text()).toContain("共 1 票：已生成 0 票，尚余 1 票");
    made = true;
    await vi.advanceTimersByTimeAsync(1100);
    await flushPromises();
    expect(acts()[0]![0]).toEqual(["导出", "false", undefined]);
    expect(wrapper.find("[aria-label=申请进度]").exists()).toBe(false);
    const looks = requests("/applications/ZZDY2026112600000001").length;
    await vi.advanceTimersByTimeAsync(5000);
    expect(requests("/applications/ZZDY2026112600000001")).toHaveLength(looks);
  });
});

it("what was made between the list's answer and the first look at its progress is shown too (UI-14)", async () => {
  let asked = 0;
  const { press } = await open({
    [`GET ${AT}/results`]: () => list((asked += 1) > 1 ? result(1) : grey(1, "3", "制作中", "制作中，不能办理")),
    [`GET ${AT}/applications/ZZDY2026112600000001`]: application({ total: 1, done: 1, state: "done", state_name: "已完成" }),
  });
  await press("查询");
  await flushPromises();
  expect([acts()[0]![0], asked]).toEqual([["导出", "false", undefined], 2]);
});

it("running and stopped applications are seen behind many newer ones that are done; past its month one does not go on (PRNT-08, PRNT-11)", async () => {
  const named = (at: number) => `ZZDY202611260000${String(at).padStart(4, "0")}`;
  const states: Record<number, "running" | "stopped"> = { 12: "running", 13: "stopped", 14: "stopped" };
  const ends: Record<number, string> = { 13: "2026-11-26T10:00:00+08:00", 14: "2026-11-26T08:00:00+08:00" };
  const numbers = Array.from({ length: 14 }, (_, at) => at + 1);
  const { press, requests } = await open({
    [`GET ${AT}/results`]: list(...numbers.map((at) => grey(at, "3", "制作中", "制作中，不能办理", { application: named(at) }))),
    ...Object.fromEntries(numbers.map((at) => [
      `GET ${AT}/applications/${named(at)}`, application({ number: named(at), state: states[at] ?? "done", expires_at: ends[at] ?? null }),
    ])),
  });
  await press("查询");
  await vi.advanceTimersByTimeAsync(100);
  await flushPromises();
  const shown = wrapper.findAll(".application").map((one) => [one.get(".digits").text(), ...one.findAll("button").map((button) => button.text())]);
  expect(shown).toEqual([[named(12), "停止"], [named(13), "继续"], [named(14)]]);
  expect(wrapper.findAll(".application").at(-1)!.text()).toContain(GONE);
  expect(Math.max(...numbers.map((at) => requests(`/applications/${named(at)}`).length))).toBeLessThan(4);
});

it("a result that cannot be made stays as it is with its reason, and is asked for no more", async () => {
  const { press, requests } = await open({
    [`GET ${AT}/results`]: list(grey(1, "3", "制作中", "制作中，不能办理", { why: "版式文件未能生成" })),
    [`GET ${AT}/applications/ZZDY2026112600000001`]: application({ total: 1, done: 0, failed: 1, state: "done", state_name: "已完成" }),
  });
  await press("查询");
  await vi.advanceTimersByTimeAsync(10_000);
  expect([requests("/results").length, requests("/applications/ZZDY2026112600000001").length <= 3]).toEqual([2, true]);
  expect(wrapper.text()).toContain("版式文件未能生成");
  expect(wrapper.find("[aria-label=申请进度]").exists()).toBe(false);
});

describe("the card stays in the reader (PORT-05)", () => {
  it("pulled out, one export waits for it; what is wanted meanwhile is grey and refused in words, not dropped", async () => {
    card.value = null;
    const { press, requests } = await open({ [`GET ${AT}/results/1/pdf`]: {}, [`GET ${AT}/results/2/pdf`]: {} }, true);
    const pdfs = () => [1, 2].map((id) => requests(`/results/${id}/pdf`).length);
    await press("查询");
    await press(`导出 ${numberOf(1)}`);
    const why = "正在等待绑定的卡，插回后先导出；请在此之后再操作，或点击「取消导出、打印」";
    expect(acts()[1]).toEqual([["导出", "true", why], ["打印", "true", why], ["操作记录", "false", undefined]]);
    await press(`导出 ${numberOf(2)}`);
    expect(document.body.textContent).toContain(why);
    card.value = {};
    await flushPromises();
    expect([pdfs(), saved.length, acts()[1]![0]]).toEqual([[1, 0], 1, ["导出", "false", undefined]]);
    card.value = null;
    await flushPromises();
    await press(`导出 ${numberOf(2)}`);
    await press("取消导出、打印");
    await press(`导出 ${numberOf(1)}`); // given up: something else can be begun
    card.value = {};
    await flushPromises();
    expect(pdfs()).toEqual([2, 0]);
  });

  it("a second export while the first is loading is refused in words", async () => {
    let answer: (found: unknown) => void = () => {};
    const { press, requests } = await open({ [`GET ${AT}/results/1/pdf`]: new Promise((resolve) => (answer = resolve)), [`GET ${AT}/results/2/pdf`]: {} });
    await press("查询");
    await press(`导出 ${numberOf(1)}`);
    await press(`导出 ${numberOf(2)}`);
    expect([requests("/results/2/pdf").length, document.body.textContent!.includes("正在导出，请待完成后再操作")]).toEqual([0, true]);
    answer({});
    await flushPromises();
    await press(`导出 ${numberOf(2)}`);
    expect(saved).toHaveLength(2);
  });

  it("pulled out over the preview, nothing is kept from there; data whose format was chosen wait for it", async () => {
    card.value = {};
    const DATA = `GET ${AT}/applications/SJDC2026112600000001/data`;
    const { press, choose, requests } = await open({ [`GET ${AT}/results/1/pdf`]: {}, [DATA]: {} }, true);
    await press("查询");
    await press(`打印 ${numberOf(1)}`);
    expect(previewed.value!.whyNot!()).toBe("");
    card.value = null;
    expect(previewed.value!.whyNot!()).toBe("读卡器中没有卡。绑定的卡插回之前不能导出、打印");
    previewed.value!.keep!();
    await flushPromises();
    expect(requests("/results/1/pdf")).toHaveLength(0);
    await press("取消导出、打印");
    await choose("kind", "结关后");
    await press("查询");
    await press(`导出 ${numberOf(6)}`);
    await press("确定");
    expect(requests("/applications/SJDC2026112600000001/data")).toHaveLength(0);
    card.value = {};
    await flushPromises();
    expect(requests("/applications/SJDC2026112600000001/data")).toHaveLength(1);
  });
});

describe("自助打印/导出: data (PRNT-07)", () => {
  async function openExports(answers: Record<string, unknown>) {
    const page = await open(answers);
    await page.choose("kind", "结关后");
    await page.press("查询");
    return page;
  }
  const DATA = `GET ${AT}/applications/SJDC2026112600000001/data`;

  it("a row has 导出 alone, grey where the data could not be generated; nothing is ticked", async () => {
    await openExports({});
    expect(acts()).toEqual([[["导出", "false", undefined]], [["导出", "true", "数据生成失败，不能导出：报关单没有表体数据"]]]);
    expect(wrapper.find("tbody input").exists()).toBe(false);
    expect(wrapper.text()).not.toContain("自助打印批量导出");
    expect(wrapper.text()).toContain("报关单没有表体数据");
  });

  it("data whose file could not be written are grey with the reason, and go on by 继续 (PRNT-11)", async () => {
    const why = "数据尚未全部生成，或数据文件没有写成";
    const { press, requests } = await openExports({
      [`GET ${AT}/results`]: list(grey(6, "1", "已生成", why, { kind: "export", application: "SJDC2026112600000001" })),
      [`GET ${AT}/applications/SJDC2026112600000001`]: application({ number: "SJDC2026112600000001", kind: "export", total: 1, done: 1, state: "failed", state_name: "未能完成" }),
      [`POST ${AT}/applications/SJDC2026112600000001/resume`]: application({ number: "SJDC2026112600000001", kind: "export", total: 1, done: 1 }),
    });
    await flushPromises();
    expect(acts()[0]![0]).toEqual(["导出", "true", why]);
    await press("继续 SJDC2026112600000001");
    expect(requests("/applications/SJDC2026112600000001/resume")).toHaveLength(1);
  });

  it("导出 delivers the data of the whole application in the chosen format", async () => {
    const { press, requests } = await openExports({ [DATA]: {} });
    await press(`导出 ${numberOf(6)}`);
    expect(wrapper.get("dialog").text()).toContain("申请编号 SJDC2026112600000001 的全部已生成数据；数据仅供企业内部使用，不具有证明效力");
    await wrapper.get("dialog").findAll("input")[1]!.setValue();
    await press("确定");
    await flushPromises();
    expect(requests("/applications/SJDC2026112600000001/data").map((one) => one.query)).toEqual([{ format: "csv", partial: "false" }]);
    expect(saved).toHaveLength(1);
  });

  it.each([[true, 1], [false, 0]])("where some failed it asks with their numbers, and goes on after 确定 (%s)", async (yes, files) => {
    const question = `报关单号 ${numberOf(7)}数据生成失败，请确认是否继续导出？`;
    const { press, requests } = await openExports({ [DATA]: ({ query }: Request) => (query.partial === "true" ? {} : refusal(409, "partial-data", question)) });
    await press(`导出 ${numberOf(6)}`);
    await press("确定");
    await flushPromises();
    expect(asked.value!.text).toBe(question);
    asked.value!.answer(yes);
    await flushPromises();
    expect(requests("/applications/SJDC2026112600000001/data").map((one) => one.query.partial)).toEqual(yes ? ["false", "true"] : ["false"]);
    expect(saved).toHaveLength(files);
  });
});
