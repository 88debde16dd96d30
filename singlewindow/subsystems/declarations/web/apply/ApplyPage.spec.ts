import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { computed, nextTick, ref, shallowRef } from "vue";
import { asked } from "@/kernel/dialogs/ask";
import { signing } from "@/kernel/signing/sign";
import { workspaceKey } from "@/kernel/workspace";
import { refusal, serve, type Request } from "@/testing/server";
import { application, closed, numberOf, prepared, press as pressIn, sign } from "../testing";
import { handed } from "../results/handed";
import ApplyPage from "./ApplyPage.vue";

const AT = "/api/declarations";
const page = { total: 3, total_capped: false, page: 1, size: 20, items: [closed(1), closed(2), closed(3)], missing: [] };
const outcome = { number: "ZZDY2026112600000001", kind: "print", accepted: 1, refused: 0, items: [{ number: numberOf(1), accepted: true, why: "", advice: "" }] };

const card = shallowRef<object | null>(null); // what is in the reader
vi.mock("@/kernel/signing/useCard", () => ({ useCard: () => ({ card, trouble: computed(() => (card.value ? null : { text: "读卡器中没有卡。" })), reading: ref(false), read() {} }) }));

let wrapper: ReturnType<typeof mount<typeof ApplyPage>>;
const openOwn = vi.fn();
beforeEach(() => void vi.useFakeTimers({ now: new Date("2026-11-26T09:00:00+08:00"), toFake: ["Date", "setTimeout", "clearTimeout"] }));
afterEach(() => {
  wrapper.unmount();
  asked.value = signing.value = handed.value = null;
  vi.useRealTimers();
});

async function open(answers: Record<string, unknown> = {}, cardStays = false) {
  const server = serve({
    "GET /api/clock": { now: "2026-11-26T09:00:00+08:00", real: true, frozen: false }, [`GET ${AT}/closed`]: page,
    [`POST ${AT}/applications/prepare`]: prepared, [`POST ${AT}/applications`]: outcome,
    [`GET ${AT}/applications/ZZDY2026112600000001`]: application({ state: "done", state_name: "已完成", total: 1, done: 1 }), ...answers,
  });
  const workspace = { active: ref(true), holds() {}, entitled() {}, unsaved() {}, cardStays, open() {}, openOwn, close() {} };
  wrapper = mount(ApplyPage, { attachTo: document.body, global: { provide: { [workspaceKey as symbol]: workspace } } });
  await flushPromises();
  const press = (word: string) => pressIn(wrapper, word);
  const requests = (path: string) => server.asked.filter((one) => one.path === AT + path);
  return { server, press, requests };
}
const field = (name: string) => wrapper.get<HTMLInputElement>(`[data-field=${name}]`);
const lastQuery = (asked: Request[]) => [...asked.at(-1)!.address.searchParams].filter(([name]) => !["page", "size", "sort"].includes(name));

describe("自助打印申请: the query (PRNT-01)", () => {
  it("begins with today, and finds the closed declarations of the chosen days", async () => {
    const { press, requests } = await open();
    expect(document.activeElement).toBe(field("number").element);
    expect([field("declared_from").element.value, field("declared_to").element.value]).toEqual(["2026-11-26", "2026-11-26"]);
    await press("三个月");
    await press("查询");
    expect(lastQuery(requests("/closed"))).toEqual([["declared_from", "2026-08-26"], ["declared_to", "2026-11-26"]]);
    expect(wrapper.findAll("tbody tr").map((row) => row.findAll("td").slice(1, 8).map((cell) => cell.text()))).toContainEqual(
      ["2", numberOf(2), "进口", "皇岗海关", "2026-11-20", "2026-11-25 09:30:00", "一般贸易"],
    );
  });

  it("asks for each number by itself; days may then be left out", async () => {
    const { press, requests } = await open();
    await press("重置");
    expect([field("number"), field("declared_from"), field("declared_to")].map((one) => one.element.value)).toEqual(["", "", ""]);
    expect(wrapper.get(".days").classes()).toContain("yellow");
    await field("number").setValue(`${numberOf(1)}，${numberOf(2)}`);
    expect(wrapper.get(".days").classes()).not.toContain("yellow");
    await press("查询");
    expect(lastQuery(requests("/closed"))).toEqual([["number", numberOf(1)], ["number", numberOf(2)]]);
  });

  it("explains each number that is not in the list", async () => {
    const missing = [{ number: numberOf(9), why: "报关单尚未结关（当前状态：放行）", advice: "请在海关结关后再查询、申请", clause: "手册 4.1" }];
    const { press } = await open({ [`GET ${AT}/closed`]: { ...page, missing } });
    await press("查询");
    expect(wrapper.get("[aria-label=未列出的报关单号]").text()).toMatch(/1 个报关单号未列出.*尚未结关.*请在海关结关后/s);
    await press("关闭");
    expect(wrapper.find("[aria-label=未列出的报关单号]").exists()).toBe(false);
  });

  it("a wrong number is said when the box is left, and nothing is asked; what was typed stays (UI-01)", async () => {
    const { press, requests } = await open();
    await field("number").setValue("4201");
    await field("number").trigger("blur");
    expect(wrapper.get(".numbers .error").text()).toContain("「4201」不是报关单号");
    await press("查询");
    expect([requests("/closed").length, field("number").element.value]).toEqual([0, "4201"]);
    expect(wrapper.get(".list-state").text()).toContain("应为 18 位数字，现为 4 位");
    await nextTick();
    expect(document.activeElement).toBe(field("number").element);
    await field("number").setValue(numberOf(1));
    expect(wrapper.get(".numbers").classes()).not.toContain("wrong");
  });

  it("a refused condition is marked at its box, and gets the focus", async () => {
    const violation = { path: "declared_to", rule: "DECL-R05", message: "「申请日期」的时间范围不能超过 3 个月", advice: "请缩小时间范围", clause: "手册 4.1", source: "rule" };
    const { press } = await open({ [`GET ${AT}/closed`]: refusal(422, "rules", "超过 3 个月", { violations: [violation] }) });
    await press("查询");
    await flushPromises();
    expect(wrapper.get(".days.wrong .error").text()).toContain("不能超过 3 个月");
    expect(document.activeElement).toBe(field("declared_to").element);
  });

  it("the focused box has its red hint; Enter goes on and searches from the last box (UI-02, UI-03)", async () => {
    const { requests } = await open();
    expect(wrapper.get(".hint-line").text()).toContain("最多输入 50 个报关单号，多个报关单号用逗号分隔");
    await field("number").trigger("keydown", { key: "Enter" });
    await flushPromises();
    expect(document.activeElement).toBe(field("declared_from").element);
    expect(wrapper.get(".hint-line").text()).toContain("不能超过 3 个月");
    await field("declared_to").trigger("keydown", { key: "Enter" });
    await flushPromises();
    expect(requests("/closed")).toHaveLength(1);
    wrapper.findAll<HTMLElement>("button").find((one) => one.text() === "查询")!.element.focus();
    await nextTick();
    expect(wrapper.get(".hint-line").text()).toBe("");
  });
});

describe("自助打印申请: applying (PRNT-02, PRNT-03, PRNT-11)", () => {
  it("one row: 无签章 or 有签章, then the card signs exactly that, and the result has the application's number", async () => {
    const { press, requests } = await open();
    await press("查询");
    await press(`自助打印申请 ${numberOf(1)}`);
    const dialog = wrapper.get("dialog");
    expect(dialog.findAll("label").map((one) => one.text())).toEqual(["无签章", "有签章"]);
    await dialog.findAll("input")[1]!.setValue();
    await press("确认申请");
    expect(signing.value!.facts.map((one) => one.value)).toEqual(["自助打印报关单证申请（有签章）", numberOf(1)]);
    await sign();
    expect(requests("/applications/prepare")[0]!.body).toEqual({ kind: "print", sealed: true, numbers: [numberOf(1)], card_no: "893" });
    expect(requests("/applications")[0]!.body).toEqual({ token: "t", signature: "s", certificate: "c" });
    expect(requests("/applications")[0]!.headers.get("Idempotency-Key")).toBeTruthy();
    expect(wrapper.get("dialog").text()).toMatch(/自助打印申请结果.*ZZDY2026112600000001.*已受理 1 票/s);
    expect(wrapper.get("dialog").text()).not.toContain("未逐票列出");
    await press("到「自助打印/导出」查看");
    expect(openOwn).toHaveBeenCalledWith("results");
    expect(handed.value).toEqual({ kind: "print", number: "ZZDY2026112600000001" });
  });

  it("many ticked rows, also of other pages; of each it is said whether it was accepted or why not", async () => {
    const partly = { ...outcome, accepted: 2, refused: 1, items: [
      { number: numberOf(3), accepted: false, why: "已超过保管期限", advice: "请向申报地海关咨询" },
      { number: numberOf(1), accepted: true, why: "", advice: "" }, { number: numberOf(2), accepted: true, why: "", advice: "" },
    ] };
    const { press, requests } = await open({
      [`GET ${AT}/closed`]: ({ query }: Request) => ({ ...page, total: 23, page: Number(query.page), items: query.page === "1" ? page.items.slice(0, 2) : [closed(3)] }),
      [`POST ${AT}/applications`]: partly,
    });
    await press("查询");
    await wrapper.get("thead input").setValue(true);
    wrapper.findComponent({ name: "PageBar" }).vm.$emit("page", 2);
    await flushPromises();
    await wrapper.get("tbody input").setValue(true);
    expect(wrapper.get(".page-bar").text()).toContain("共 23 条，已选 3 条");
    await press("自助打印批量申请");
    await press("确认申请");
    await sign();
    expect(requests("/applications/prepare")[0]!.body).toMatchObject({ sealed: false, numbers: [1, 2, 3].map(numberOf) });
    expect(wrapper.get("dialog").findAll("tbody tr").map((row) => row.findAll("td").map((cell) => cell.text()))[0]).toEqual(
      [numberOf(3), "未受理", "已超过保管期限", "请向申报地海关咨询"],
    );
    expect(wrapper.get(".page-bar").text()).not.toContain("已选");
  });

  it("a row's own application leaves the other ticks as they are; what is not told one by one is counted apart", async () => {
    const items = [{ number: numberOf(1), accepted: false, why: "已超过保管期限", advice: "请向申报地海关咨询" }];
    const { press } = await open({ [`POST ${AT}/applications`]: { ...outcome, accepted: 7, refused: 1003, items } });
    await press("查询");
    await wrapper.get("thead input").setValue(true);
    await press(`自助打印申请 ${numberOf(1)}`);
    await press("确认申请");
    await sign();
    expect(wrapper.get(".page-bar").text()).toContain("已选 2 条");
    expect(wrapper.get("dialog").text()).toContain("另有 1002 票未受理、7 票已受理，未逐票列出");
  });

  it("勾选全部查询结果 ticks what the query finds across all pages; what is too much is said (PRNT-11)", async () => {
    const all = { numbers: Array.from({ length: 1000 }, (_, at) => numberOf(at)), total: 1200, total_capped: false, limit: 1000 };
    const { press, requests } = await open({ [`GET ${AT}/closed`]: { ...page, total: 1200 }, [`GET ${AT}/closed/numbers`]: all });
    await press("本月");
    await press("查询");
    await press("勾选全部查询结果");
    expect(lastQuery(requests("/closed/numbers"))).toEqual([["declared_from", "2026-11-01"], ["declared_to", "2026-11-26"]]);
    expect(wrapper.get(".page-bar").text()).toContain("已选 1000 条");
    expect(document.body.textContent).toContain("查询结果共 1200 票，一次最多申请 1000 票：已勾选前 1000 票");
    await press("清除勾选");
    expect(wrapper.get(".page-bar").text()).not.toContain("已选");
  });

  it("data: one row and many ask in the manual's words before the card signs (PRNT-03)", async () => {
    const { press, requests } = await open();
    await press("查询");
    await press(`结关后报关单数据导出申请 ${numberOf(2)}`);
    expect(asked.value!.text).toBe("是否确认导出报关单数据？");
    asked.value!.answer(false);
    await flushPromises();
    expect(signing.value).toBeNull();
    await wrapper.get("thead input").setValue(true);
    await press("结关后报关单数据批量导出申请");
    expect(asked.value!.text).toBe("是否确认申请选中数据的报关单数据导出？");
    asked.value!.answer(true);
    await flushPromises();
    expect(signing.value!.facts.at(-1)!.value).toBe(`${numberOf(1)} 等 3 票`);
    await sign();
    expect(requests("/applications/prepare")[0]!.body).toMatchObject({ kind: "export", sealed: false, numbers: [1, 2, 3].map(numberOf) });
    expect(wrapper.get("dialog").text()).toContain("结关后报关单数据导出申请结果");
  });

  it("without a tick the buttons of many are grey and say why", async () => {
    const { press } = await open();
    await press("查询");
    for (const word of ["自助打印批量申请", "结关后报关单数据批量导出申请"]) {
      const button = wrapper.findAll("button").find((one) => one.text() === word)!;
      expect([button.attributes("aria-disabled"), button.attributes("title")]).toEqual(["true", "请先勾选需要申请的报关单"]);
      await press(word);
    }
    expect([wrapper.find("dialog").exists(), asked.value]).toEqual([false, null]);
  });

  it("nothing accepted: each reason, no number, and the ticks stay (UI-16)", async () => {
    const violation = { path: "numbers", rule: "DECL-R06", message: "失信企业不能自助打印", advice: "请向申报地海关申请", clause: "海关总署公告", source: "rule" };
    const { press } = await open({ [`POST ${AT}/applications/prepare`]: refusal(422, "rules", "不予受理", { violations: [violation] }) });
    await press("查询");
    await wrapper.get("thead input").setValue(true);
    await press("自助打印批量申请");
    await press("确认申请");
    await sign();
    expect(wrapper.get("dialog [role=alert]").text()).toMatch(/申请未受理.*失信企业不能自助打印.*请向申报地海关申请.*海关总署公告/s);
    expect(wrapper.get(".page-bar").text()).toContain("已选 3 条");
  });

  it("with the card out one application waits for it; another is grey and refused in words, not dropped (PORT-05)", async () => {
    card.value = null;
    const { press, requests } = await open({}, true);
    await press("查询");
    await press(`自助打印申请 ${numberOf(1)}`);
    await press("确认申请");
    const why = "正在等待绑定的卡，插回后先申请";
    expect(wrapper.get(`[aria-label="结关后报关单数据导出申请 ${numberOf(2)}"]`).attributes("title")).toContain(why);
    for (const word of ["自助打印申请", "结关后报关单数据导出申请"]) await press(`${word} ${numberOf(2)}`);
    expect([document.body.textContent!.includes(why), wrapper.find("dialog").exists(), asked.value]).toEqual([true, false, null]);
    card.value = {};
    await flushPromises();
    await sign();
    expect(requests("/applications/prepare").map(({ body }) => (body as { numbers: string[] }).numbers)).toEqual([[numberOf(1)]]);
    await press(`自助打印申请 ${numberOf(2)}`);
    expect(wrapper.text()).toContain(`报关单号 ${numberOf(2)}`);
  });

  it("an answer that was lost is asked for again under the same key: one application", async () => {
    let tries = 0;
    const { press, requests } = await open({
      [`POST ${AT}/applications`]: () => {
        tries += 1;
        if (tries === 1) throw new TypeError("away");
        return outcome;
      },
    });
    await press("查询");
    await press(`自助打印申请 ${numberOf(1)}`);
    await press("确认申请");
    await sign();
    const keys = requests("/applications").map((one) => one.headers.get("Idempotency-Key"));
    expect([keys.length, new Set(keys).size]).toEqual([2, 1]);
    expect(wrapper.get("dialog").text()).toContain("已受理 1 票");
  });

  it("where no answer comes at all it is not said that nothing was done", async () => {
    const { press } = await open({ [`POST ${AT}/applications`]: () => { throw new TypeError("away"); } });
    await press("查询");
    await press(`自助打印申请 ${numberOf(1)}`);
    await press("确认申请");
    await sign();
    expect(wrapper.get("dialog [role=alert]").text()).toMatch(/没有收到申请结果.*请到「自助打印\/导出」按申请日期查询/s);
    expect(wrapper.get("dialog").text()).not.toContain("申请未受理");
  });

  it("how far an application is stands under the list until it is closed; it can be stopped and goes on (PRNT-11)", async () => {
    const states = [application(), application({ done: 60 }), application({ state: "done", state_name: "已完成", done: 98, failed: 2 })];
    const { press } = await open({
      [`GET ${AT}/applications/ZZDY2026112600000001`]: () => (states.length > 1 ? states.shift() : states[0]),
      [`POST ${AT}/applications/ZZDY2026112600000001/stop`]: application({ done: 60, state: "stopped", state_name: "已停止" }),
      [`POST ${AT}/applications/ZZDY2026112600000001/resume`]: application({ done: 60 }),
    });
    await press("查询");
    await press(`自助打印申请 ${numberOf(1)}`);
    await press("确认申请");
    await sign();
    const line = () => wrapper.get("[aria-label=申请进度]").text();
    expect(line()).toContain("共 100 票：已生成 40 票，尚余 60 票");
    await press("停止 ZZDY2026112600000001");
    expect(line()).toContain("已停止");
    await press("继续 ZZDY2026112600000001");
    await vi.advanceTimersByTimeAsync(2500);
    expect(line()).toContain("共 100 票：已生成 98 票，不能制作 2 票");
    await press("关闭 ZZDY2026112600000001 的进度");
    expect(wrapper.find("[aria-label=申请进度]").exists()).toBe(false);
  });

  it("what someone else stopped a moment before shows as stopped, beside the refusal (PRNT-11)", async () => {
    const states = [application(), application({ state: "stopped", state_name: "已停止" })];
    const { press } = await open({
      [`GET ${AT}/applications/ZZDY2026112600000001`]: () => (states.length > 1 ? states.shift() : states[0]),
      [`POST ${AT}/applications/ZZDY2026112600000001/stop`]: refusal(409, "not-in-this-state", "任务已停止"),
    });
    await press("查询");
    await press(`自助打印申请 ${numberOf(1)}`);
    await press("确认申请");
    await sign();
    await press("停止 ZZDY2026112600000001");
    expect(wrapper.get("[aria-label=申请进度]").text()).toContain("已停止");
    expect(document.body.textContent).toContain("任务已停止");
  });
});
