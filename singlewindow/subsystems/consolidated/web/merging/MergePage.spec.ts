import { flushPromises } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { computed, ref, shallowRef } from "vue";
import { asked, told } from "@/kernel/dialogs/ask";
import { held, refusal, type Request } from "@/testing/server";
import type { Workspace } from "@/kernel/workspace";
import { AT, candidate, choose, foreseen, NOW, numberOf, openPage, pageOf, type Opened } from "../testing";
import MergePage from "./MergePage.vue";

const agent = { code: "4403180013", name: "深圳报关行", scc: "91440300MA5DEMO013" };
const violation = (path: string, message: string) => ({ path, rule: "CONS-R71", message, advice: "请核对", clause: "手册 4.1", source: "rule" });
const card = shallowRef<object | null>({}); // what is in the reader
vi.mock("@/kernel/signing/useCard", () => ({ useCard: () => ({ card, trouble: computed(() => (card.value ? null : { text: "读卡器中没有卡。" })), reading: ref(false), read() {} }) }));
let page: Opened;
beforeEach(() => void vi.useFakeTimers({ now: new Date(NOW), toFake: ["Date"] }));
afterEach(() => {
  page.wrapper.unmount();
  asked.value = told.value = null;
  vi.useRealTimers();
});

async function open(answers: Record<string, unknown> = {}, more: Partial<Workspace> = {}) {
  page = await openPage(MergePage, {
    [`GET ${AT}/candidates`]: pageOf([candidate(1), candidate(2), candidate(3, { standing: "refused", may: { allowed: false, why: "不能跨年度汇总" } })]),
    [`POST ${AT}/merges/preview`]: foreseen, [`POST ${AT}/merges`]: { id: 1, lists: 2 }, [`GET ${AT}/agents/4403180013`]: agent, ...answers,
  }, more);
  return page;
}

/** Two lists ticked, and the dialog open. */
async function ticked(answers: Record<string, unknown> = {}, more: Partial<Workspace> = {}) {
  await open(answers, more);
  await page.press("查询");
  await page.wrapper.get("thead input").setValue(true);
  await page.press("汇总");
  return page.wrapper.get("dialog");
}
/** What was merged, click by click. */
const merges = () => page.asked("/merges").flatMap((one) => one.body ?? []);
const type = async (code: string) => {
  await page.field("declarant_code").setValue(code);
  await page.field("declarant_code").trigger("keydown", { key: "Enter" });
  await flushPromises();
};

describe("集报清单汇总: the query (CONS-13)", () => {
  it("begins with 一般贸易, 进口 and the days since last month; what may not be merged cannot be ticked", async () => {
    await open();
    expect(["goods_nature", "ie_flag", "declared_from", "declared_to"].map((name) => page.field(name).element.value)).toEqual(["一般贸易", "进口", "2026-10-01", "2026-11-09"]);
    expect(document.activeElement).toBe(page.field("goods_nature").element);
    await page.press("查询");
    expect(page.asked("/candidates")[0]!.query).toMatchObject({ goods_nature: "general", ie_flag: "I", declared_from: "2026-10-01", declared_to: "2026-11-09" });
    expect(page.wrapper.findAll("tbody .tick input").map((one) => (one.element as HTMLInputElement).disabled)).toEqual([false, false, true]);
    await page.wrapper.get("thead input").setValue(true);
    expect(page.wrapper.get(".page-bar").text()).toContain("共 3 条，已选 2 条");
  });

  it("CONS-16: opened by a reminder it finds what that is about, at once; 重置 begins as ever", async () => {
    await open({}, { preset: { goods_nature: "bonded", ie_flag: "E", declared_from: "2026-09-02", declared_to: "2026-09-28" } });
    expect(page.asked("/candidates").map((one) => one.query)).toMatchObject([{ goods_nature: "bonded", ie_flag: "E", declared_from: "2026-09-02", declared_to: "2026-09-28" }]);
    expect(["goods_nature", "ie_flag", "declared_from"].map((name) => page.field(name).element.value)).toEqual(["保税货物", "出口", "2026-09-02"]);
    await page.press("重置");
    expect(page.field("goods_nature").element.value).toBe("一般贸易");
  });

  it("CONS-16: the hint of 申报日期 says until which day lists are merged, as it is set; none before that is known", async () => {
    await open({ [`GET ${AT}/merges`]: { ...pageOf([]), merge_day: 15 } });
    await page.field("declared_from").trigger("focusin");
    expect(page.wrapper.get(".hint-line").text()).toContain("一般贸易清单应在次月 15 日之前（含当日）汇总，且不能跨年度");
    page.wrapper.unmount();
    await open({ [`GET ${AT}/merges`]: refusal(500, "internal", "服务器出错") });
    await page.field("declared_from").trigger("focusin");
    expect(page.wrapper.get(".hint-line").text()).toContain("一般贸易清单应在次月按期汇总，且不能跨年度");
  });

  it("保税货物 and 出口 are asked for by their words; both must be given", async () => {
    await open();
    await choose(page, "goods_nature", "保税货物");
    await choose(page, "ie_flag", "出口");
    await page.press("查询");
    expect(page.asked("/candidates")[0]!.query).toMatchObject({ goods_nature: "bonded", ie_flag: "E" });
    await page.field("ie_flag").trigger("keydown", { key: "Backspace" });
    await page.press("查询");
    expect(page.wrapper.get(".list-state").text()).toContain("请填写「进出口方式」");
    expect([page.asked("/candidates").length, document.activeElement]).toEqual([1, page.field("ie_flag").element]);
    await page.press("重置");
    expect(["goods_nature", "ie_flag", "declared_from"].map((name) => page.field(name).element.value)).toEqual(["一般贸易", "进口", ""]);
  });

  it("勾选全部查询结果 ticks what may be merged across all pages", async () => {
    const many = Array.from({ length: 130 }, (_, at) => candidate(at + 1, at % 2 ? {} : { standing: "refused", may: { allowed: false, why: "不能跨年度汇总" } }));
    await open({ [`GET ${AT}/candidates`]: ({ query }: Request) => {
      const [number, size] = [Number(query.page), Number(query.size)];
      return { items: many.slice((number - 1) * size, number * size), total: 130, total_capped: false, page: number, size };
    } });
    await page.press("查询");
    await page.press("勾选全部查询结果");
    expect(page.asked("/candidates").slice(1).map((one) => [one.query.page, one.query.size])).toEqual([["1", "100"], ["2", "100"]]);
    expect(page.wrapper.get(".page-bar").text()).toContain("共 130 条，已选 65 条");
    await page.press("清除勾选");
    expect(page.wrapper.get(".page-bar").text()).not.toContain("已选");
  });

  it("without a tick 汇总 is grey and says why", async () => {
    await open();
    await page.press("汇总");
    expect(page.wrapper.find("dialog").exists()).toBe(false);
    expect(document.body.textContent).toContain("请先勾选需要汇总的清单");
  });
});

describe("集报清单汇总: the dialog (CONS-13)", () => {
  it("shows before anything is done what would come of it: sums, items, and where each comes from", async () => {
    const dialog = await ticked();
    expect(page.asked("/merges/preview")[0]!.body).toEqual({ numbers: [1, 2].map(numberOf), declarant_code: "" });
    expect(dialog.get("[role=status]").text()).toMatch(/2 票清单汇总成 1 票报关单，商品 3 项归并为 2 项；\s*总价归并前 9100.00 USD，归并后 9100.00 USD，相符/);
    expect(dialog.findAll(".foreseen-from").map((one) => one.text())).toEqual([`${numberOf(1)}-1，${numberOf(2)}-1`, `${numberOf(1)}-2`]);
    expect(merges()).toEqual([]);
  });

  it("PORT-05: pulled out, the card is missed and waited for; back, the merge goes on, given up it does not", async () => {
    await ticked({}, { cardStays: true });
    const clickWithout = async () => {
      await page.press("不指定");
      asked.value!.answer(true);
      await flushPromises();
    };
    card.value = null;
    await clickWithout();
    expect([page.wrapper.get("dialog .card-bar").text().includes("插回后汇总自动继续"), merges().length]).toEqual([true, 0]);
    await page.press("取消汇总");
    expect(merges()).toEqual([]);
    await clickWithout();
    card.value = {};
    await flushPromises();
    expect([merges().length, page.wrapper.find(".card-bar").exists()]).toEqual([1, false]);
  });

  it("PORT-05, CONS-13: while 汇总 waits for the card nothing else is chosen: what is committed is what is shown", async () => {
    const dialog = await ticked({}, { cardStays: true });
    await type("4403180013");
    card.value = null;
    await page.press("确认");
    expect(dialog.findAll("button").filter((one) => one.attributes("aria-disabled") === "true").map((one) => one.text())).toEqual(["确认", "不指定"]);
    await page.press("不指定");
    expect(document.body.textContent).toContain("正在等待绑定的卡，插回后先汇总；请在此之后再操作，或点击「取消汇总」");
    expect([page.asked("/merges/preview").length, asked.value, page.field("declarant_code").element.readOnly]).toEqual([2, null, true]);
    await page.press("取消汇总");
    card.value = {};
    await flushPromises();
    expect([merges(), page.field("declarant_code").element.readOnly]).toEqual([[], false]);
    await page.press("确认");
    expect(merges()).toEqual([{ numbers: [1, 2].map(numberOf), declarant_code: "4403180013" }]);
  });

  it("CONS-13: a preview that comes while 不指定 is asked once more is looked at first", async () => {
    const late = held();
    await ticked({ [`GET ${AT}/agents/4403180013`]: late.promise });
    await type("4403180013");
    await page.press("不指定");
    late.resolve(agent);
    await flushPromises();
    expect(page.asked("/merges/preview").at(-1)!.body).toMatchObject({ declarant_code: "4403180013" });
    asked.value!.answer(true);
    await flushPromises();
    expect([merges(), document.body.textContent]).toEqual([[], expect.stringContaining("再次点击「不指定」")]);
  });

  it("Enter after the code fills in the name and shows the merge anew; 确认 merges for that company", async () => {
    await ticked();
    await type("4403180013");
    expect(page.field("declarant_name").element.value).toBe("深圳报关行");
    expect(page.asked("/merges/preview")[1]!.body).toMatchObject({ declarant_code: "4403180013" });
    await page.press("确认");
    expect(merges().at(-1)).toEqual({ numbers: [1, 2].map(numberOf), declarant_code: "4403180013" });
    expect(told.value!.all).toEqual([{ text: "汇总成功", note: expect.stringContaining("由定时处理程序汇总成报关单") }]); // nothing is wrong: no 怎么办, no 依据
    expect(told.value!.all[0]!.note).toMatch(/由「深圳报关行」申报.*企业类别选为「境内收发货人」/s); // the agent's, no longer this company's to declare
    told.value!.read();
    await flushPromises();
    expect(page.wrapper.find("dialog").exists()).toBe(false);
    expect(page.wrapper.get(".page-bar").text()).not.toContain("已选");
  });

  it("a code that nobody has is refused at its box, and nothing is merged; the code stays", async () => {
    await ticked({ [`GET ${AT}/agents/9999999999`]: refusal(422, "rules", "x", { violations: [violation("declarant_code", "「9999999999」没有在海关备案")] }) });
    await type("9999999999");
    expect(page.wrapper.get("dialog .error").text()).toContain("没有在海关备案");
    await page.press("确认");
    expect([page.field("declarant_code").element.value, page.asked("/merges").some((one) => one.body)]).toEqual(["9999999999", false]);
    expect(document.activeElement).toBe(page.field("declarant_code").element);
  });

  it("确认 without a code says what to do; an unnamed 申报单位 is looked up and its merge shown first, which the next 确认 commits", async () => {
    await ticked();
    await page.press("确认");
    expect(page.wrapper.get("dialog .error").text()).toContain("请填写报关单申报单位代码");
    await page.field("declarant_code").setValue("4403180013");
    await page.press("确认");
    expect([page.asked("/merges/preview").length, merges().length, document.body.textContent]).toEqual([2, 0, expect.stringContaining("再次点击「确认」")]);
    await page.press("确认");
    expect([page.asked("/agents/4403180013").length, merges().at(-1)]).toEqual([1, { numbers: [1, 2].map(numberOf), declarant_code: "4403180013" }]);
  });

  it("不指定 after an agent was named shows the merge without one first, and the next press commits it", async () => {
    await ticked();
    await type("4403180013");
    await page.press("不指定");
    expect([page.asked("/merges/preview").at(-1)!.body, asked.value, document.body.textContent]).toEqual([{ numbers: [1, 2].map(numberOf), declarant_code: "" }, null, expect.stringContaining("再次点击「不指定」")]);
    await page.press("不指定");
    asked.value!.answer(true);
    await flushPromises();
    expect(merges().at(-1)).toEqual({ numbers: [1, 2].map(numberOf), declarant_code: "" });
    expect(told.value!.all[0]!.note).toContain("届时可在「集报报关单查询」中申报");
  });

  it("不指定 asks once more in the manual's words: 取消 leads back, 是 merges", async () => {
    await ticked();
    await page.press("不指定");
    expect([asked.value!.text, asked.value!.yes, asked.value!.no]).toEqual(["您确认不指定报关申报/录入单位并进行汇总吗", "是", "取消"]);
    asked.value!.answer(false);
    await flushPromises();
    expect([page.wrapper.find("dialog").exists(), page.asked("/merges").some((one) => one.body)]).toEqual([true, false]);
    await page.press("不指定");
    asked.value!.answer(true);
    await flushPromises();
    expect(merges().at(-1)).toEqual({ numbers: [1, 2].map(numberOf), declarant_code: "" });
  });

  it("CONS-13: before the preview has come nothing is merged; while 汇总 is under way one click merges once", async () => {
    const [foresee, merge] = [held(), held()];
    const dialog = await ticked({ [`POST ${AT}/merges/preview`]: foresee.promise, [`POST ${AT}/merges`]: merge.promise });
    await page.press("不指定");
    expect([asked.value, document.body.textContent]).toEqual([null, expect.stringContaining("正在预览，请待汇总预览显示、核对后再点击")]);
    foresee.resolve(foreseen);
    await flushPromises();
    await page.press("不指定");
    asked.value!.answer(true);
    await flushPromises();
    expect(dialog.get(".busy").text()).toBe("正在汇总…");
    asked.value = null;
    await page.press("不指定");
    expect(asked.value).toBeNull();
    merge.resolve({ id: 1, lists: 2 });
    await flushPromises();
    expect(merges()).toHaveLength(1);
  });

  it("CONS-13: where no preview could be had 不指定 shows one first", async () => {
    let tries = 0;
    await ticked({ [`POST ${AT}/merges/preview`]: () => ((tries += 1) === 1 ? refusal(500, "internal", "服务器出错") : foreseen) });
    await page.press("不指定");
    expect([tries, asked.value, page.wrapper.get("dialog [role=status]").text()]).toEqual([2, null, expect.stringContaining("2 票清单")]);
    await page.press("不指定");
    expect(asked.value).not.toBeNull();
  });

  it("CONS-13: a list that a colleague merged meanwhile is left out, the others' merge is shown and committed", async () => {
    const dialog = await ticked({ [`POST ${AT}/merges/preview`]: ({ body }: Request) => ((body as { numbers: string[] }).numbers.length === 2
      ? refusal(422, "rules", "x", { violations: [violation("numbers/1", `集报清单 ${numberOf(1)} 已汇总`)] }) : foreseen) });
    expect(dialog.get("[role=alert]").text()).toContain("已汇总");
    await page.press("取消勾选以上 1 票清单");
    expect([page.asked("/merges/preview").at(-1)!.body, dialog.find("[role=alert]").exists()]).toEqual([{ numbers: [numberOf(2)], declarant_code: "" }, false]);
    expect(page.wrapper.get(".page-bar").text()).toContain("已选 1 条");
    await page.press("不指定");
    asked.value!.answer(true);
    await flushPromises();
    expect(merges().at(-1)).toEqual({ numbers: [numberOf(2)], declarant_code: "" });
  });

  it("CONS-13: where none of them can be merged the dialog is left, and nothing is ticked", async () => {
    await ticked({ [`POST ${AT}/merges/preview`]: refusal(422, "rules", "x", { violations: [1, 2].map((at) => violation(`numbers/${at}`, "已汇总")) }) });
    await page.press("取消勾选以上 2 票清单");
    expect([page.wrapper.find("dialog").exists(), page.wrapper.get(".page-bar").text()]).toEqual([false, expect.not.stringContaining("已选")]);
  });

  it("CONS-13: what was merged is ticked no longer, also where its dialog was closed meanwhile", async () => {
    const merge = held();
    await ticked({ [`POST ${AT}/merges`]: merge.promise });
    await page.press("不指定");
    asked.value!.answer(true);
    await flushPromises();
    await page.press("取消");
    expect(page.wrapper.get(".page-bar").text()).toContain("已选 2 条");
    merge.resolve({ id: 1, lists: 2 });
    await flushPromises();
    expect([told.value!.all[0]!.text, page.wrapper.get(".page-bar").text()]).toEqual(["汇总成功", expect.not.stringContaining("已选")]);
  });

  it("lists that may not be merged are named, and the dialog stays", async () => {
    const dialog = await ticked({ [`POST ${AT}/merges`]: refusal(422, "rules", "x", { violations: [violation("numbers", "清单不是已结关")] }) });
    await page.press("不指定");
    asked.value!.answer(true);
    await flushPromises();
    expect(dialog.get("[role=alert]").text()).toContain("清单不是已结关。请核对");
    expect(told.value).toBeNull();
  });

  it("an answer that was lost is asked for again under the same key: the click counts once", async () => {
    let tries = 0;
    await ticked({ [`POST ${AT}/merges`]: () => {
      tries += 1;
      if (tries === 1) throw new TypeError("away");
      return { id: 1, lists: 2 };
    } });
    await page.press("不指定");
    asked.value!.answer(true);
    await flushPromises();
    const keys = page.asked("/merges").filter((one) => one.body).map((one) => one.headers.get("Idempotency-Key"));
    expect([keys.length, new Set(keys).size, told.value!.all[0]!.text]).toEqual([2, 1, "汇总成功"]);
  });
});

it("CONS-13: what the timed job made of earlier 汇总 stands below, with what it left out and why", async () => {
  const batch = { id: 1, clicked_at: NOW, lists: 3, state: "partly", state_name: "部分汇总", made: 31, declarations: [{ number: numberOf(9) }], left_out: 2, skipped: [{ number: numberOf(3), why: "正在办理修撤" }] };
  await open({ [`GET ${AT}/merges`]: (request: Request) => (request.query.page ? pageOf([batch]) : pageOf([])) });
  expect(page.wrapper.get("[aria-label=汇总处理结果]").text()).toMatch(/2026-11-09 09:00:00.*3 票清单.*部分汇总.*等 31 份，其余请在集报报关单查询中查看.*正在办理修撤.*共 2 票未汇总，以上为前 1 票/s);
  await page.press(numberOf(9));
  expect(page.open).toHaveBeenCalledWith("consolidated.declaration", numberOf(9));
});
