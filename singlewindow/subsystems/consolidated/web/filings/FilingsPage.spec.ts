import { flushPromises } from "@vue/test-utils";
import { afterEach, expect, it, vi } from "vitest";
import { ref } from "vue";
import * as documents from "@/kernel/api/documents";
import type { Found } from "@/kernel/api/types";
import type { News } from "@/kernel/live/stream";
import type { Workspace } from "@/kernel/workspace";
import { held } from "@/testing/server";
import { choose, FILED as states, filing as definition, numberOf, openPage, pageOf, type Opened } from "../testing";
import FilingsPage from "./FilingsPage.vue";
import { useFilings } from "./useFilings";

const [QUALIFICATION, BOOKLET] = ["consolidated.qualification", "consolidated.booklet"];
const found = (at: number, status: string, values: Record<string, string>): Found => ({
  number: numberOf(at), status, version: 1, marker: null, answered: true, actions: {}, values: { number: numberOf(at), status: states.find((one) => one.code === status)!.name, ...values },
} as unknown as Found);
const qualification = found(1, "7", { valid_until: "2027-05-20", district: "5729 中山快件", nature: "1 一般贸易", qualification_no: "57292026112600001", company_code: "4403110001" });
const booklets = [found(2, "7", { qualification: numberOf(1), book_no: "X57292600001" }), found(3, "3", { qualification: numberOf(1), book_no: "" })];

const listeners = vi.hoisted(() => new Set<(news: News) => void>());
vi.mock("@/kernel/live/stream", async (original) => ({
  ...(await original<typeof import("@/kernel/live/stream")>()), onNews: (one: (news: News) => void) => (listeners.add(one), () => listeners.delete(one)),
}));
const hear = (change: { type: string; number: string }): void => listeners.forEach((one) => one(change as News));

let page: Opened;
afterEach(() => page.wrapper.unmount());
const open = async (answers: Record<string, unknown> = {}, more: Partial<Workspace> = {}) => (page = await openPage(FilingsPage, {
  [`GET /api/definitions/${QUALIFICATION}`]: definition(QUALIFICATION!), [`GET /api/definitions/${BOOKLET}`]: definition(BOOKLET!),
  [`GET /api/documents/${QUALIFICATION}`]: pageOf([qualification]), [`GET /api/documents/${BOOKLET}`]: pageOf(booklets), ...answers,
  ...Object.fromEntries([1, 3].flatMap((at) => [QUALIFICATION, BOOKLET].map((type) => [`GET /api/documents/${type}/${numberOf(at)}/receipts`, { items: [] }]))),
}, more));
const rowsOf = (name: string) => page.wrapper.get(`[aria-label=${name}]`).findAll("tbody tr");

it("CONS-14: one question finds 企业资质信息 and 企业商品信息; of booklets the number is that of their qualification", async () => {
  await open();
  await page.field("number").setValue(numberOf(1));
  await page.press("查询");
  expect(page.asked(`/api/documents/${QUALIFICATION}`)[0]!.query).toMatchObject({ number: numberOf(1) });
  expect(page.asked(`/api/documents/${BOOKLET}`)[0]!.query).toMatchObject({ qualification: numberOf(1) });
  expect([rowsOf("企业资质信息").length, rowsOf("企业商品信息").length]).toEqual([1, 2]);
});

it("CONS-14: a booklet is found by its own 备案企业中心统一编号 too, where nothing is of that qualification", async () => {
  const own = ({ query }: { query: Record<string, string> }) => pageOf(query.number === numberOf(2) ? [booklets[0]!] : []);
  await open({ [`GET /api/documents/${QUALIFICATION}`]: pageOf([]), [`GET /api/documents/${BOOKLET}`]: own });
  await page.field("number").setValue(numberOf(2));
  await page.press("查询");
  expect(rowsOf("企业商品信息").map((row) => row.text())).toEqual([expect.stringContaining(numberOf(2))]);
});

it("CONS-14: the list asked for again asks anew whose number it is: a booklet filed since under that qualification is there", async () => {
  let filed = false;
  const answer = ({ query }: { query: Record<string, string> }) => pageOf(filed && query.qualification ? [booklets[1]!] : []);
  await open({ [`GET /api/documents/${BOOKLET}`]: answer });
  const filings = useFilings();
  await filings.search({ number: numberOf(1) });
  expect(filings.booklets.rows.value).toEqual([]);
  filed = true;
  await filings.booklets.fetchPage();
  expect(filings.booklets.rows.value.map((row) => row.number)).toEqual([numberOf(3)]);
});

it("CONS-14: 待发送 is a status of booklets alone: no qualification is asked for by it", async () => {
  await open();
  await choose(page, "status", "待发送");
  await page.press("查询");
  expect(page.asked(`/api/documents/${QUALIFICATION}`)).toEqual([]);
  expect(page.asked(`/api/documents/${BOOKLET}`)[0]!.query).toMatchObject({ status: "3" });
  expect(page.wrapper.get("[aria-label=企业资质信息]").text()).toContain("没有符合条件的企业资质信息");
});

it("CONS-14: 查看备案 shows the statuses of qualification and booklets; an approved booklet its 备案分册海关编号, by a click", async () => {
  await open();
  await page.press("查看备案");
  expect(document.body.textContent).toContain("请先在查询结果中选中一条");
  await page.press("查询");
  await rowsOf("企业资质信息")[0]!.trigger("click");
  await page.press("查看备案");
  const details = page.wrapper.get(".filing-details");
  expect(details.get("dl").text()).toMatch(/企业备案状态海关审批通过.*核准有效期2027-05-20.*中山快件/s);
  expect(page.asked(`/api/documents/${BOOKLET}`).at(-1)!.query).toMatchObject({ qualification: numberOf(1) });
  const rows = details.findAll("tbody tr");
  expect(rows.map((one) => one.text())).toEqual([expect.stringContaining("海关审批通过"), expect.stringContaining("待发送")]);
  expect(details.get(".filing-number").text()).toBe("请点击分册，查看其备案分册海关编号");
  await rows[0]!.trigger("click");
  expect(details.get(".filing-number").text()).toBe("备案分册海关编号 X57292600001");
  await rows[1]!.trigger("click");
  expect(details.get(".filing-number").text()).toContain("当前状态为「待发送」，海关审批通过后才有");
  await page.press("打开所选分册");
  expect(page.open).toHaveBeenLastCalledWith(BOOKLET, numberOf(3));
  await page.press("返回");
  expect(page.wrapper.find(".filing-details").exists()).toBe(false);
});

it("UI-08: the blue status of either kind shows its receipts under the lists, and 关闭 leads back; 担保有效期 reads as 核准有效期 does", async () => {
  await open({ [`GET /api/documents/${QUALIFICATION}`]: pageOf([{ ...qualification, values: { ...qualification.values, guarantee_until: "20271231" } }]) });
  await page.press("查询");
  const status = rowsOf("企业资质信息")[0]!.findAll<HTMLElement>("button.link").find((one) => one.text() === "海关审批通过")!;
  status.element.focus();
  await status.trigger("click");
  expect(page.wrapper.get("[aria-label=回执详细信息]").text()).toContain(numberOf(1));
  await page.press("关闭");
  expect([page.wrapper.find("[aria-label=回执详细信息]").exists(), document.activeElement]).toEqual([false, status.element]);
  expect(rowsOf("企业资质信息")[0]!.text()).toContain("2027-12-31");
  await page.press("待发送");
  expect(page.wrapper.get("[aria-label=回执详细信息]").text()).toContain(numberOf(3));
  expect([page.asked(`/api/documents/${BOOKLET}/${numberOf(3)}/receipts`).length, page.open.mock.calls]).toEqual([1, []]);
  await page.press("查询");
  expect(page.wrapper.find("[aria-label=回执详细信息]").exists()).toBe(false);
});

it("UI-14: statuses follow without a click, what is chosen stays; back in front the page looks anew", async () => {
  const active = ref(true);
  let now = booklets;
  await open({ [`GET /api/documents/${BOOKLET}`]: () => pageOf(now) }, { active });
  await page.press("查询");
  await rowsOf("企业商品信息")[1]!.trigger("click");
  const chosen = () => page.wrapper.findAll<HTMLInputElement>("input[type=radio]").filter((one) => one.element.checked).map((one) => one.attributes("aria-label"));
  now = [booklets[0]!, found(3, "7", { qualification: numberOf(1), book_no: "X57292600002" })];
  hear({ type: BOOKLET!, number: numberOf(9) });
  await flushPromises();
  expect(rowsOf("企业商品信息")[1]!.text()).toContain("待发送");
  hear({ type: BOOKLET!, number: numberOf(3) });
  await flushPromises();
  expect([rowsOf("企业商品信息")[1]!.text(), chosen()]).toEqual([expect.stringContaining("海关审批通过"), [`选中 ${numberOf(3)}`]]);
  active.value = false;
  await flushPromises();
  now = [booklets[0]!];
  active.value = true;
  await flushPromises();
  expect([rowsOf("企业商品信息").length, chosen()]).toEqual([1, []]);
});

it("UI-07: both lists are sorted by a heading, say their total, keep their size to be chosen, and have 选择显示列", async () => {
  const sortable = { ...definition(BOOKLET!), query: { ...definition(BOOKLET!).query, columns: definition(BOOKLET!).query.columns.map((one) => ({ ...one, sortable: one.name === "number" })) } };
  vi.spyOn(documents, "getDefinition").mockImplementation((type) => Promise.resolve((type === BOOKLET ? sortable : definition(type)) as never));
  await open();
  await page.press("查询");
  const list = page.wrapper.get("[aria-label=企业商品信息]");
  await list.get("thead button.sort").trigger("click");
  await flushPromises();
  expect([page.asked(`/api/documents/${BOOKLET}`).at(-1)!.query.sort, list.get(".page-bar").text()]).toEqual(["number", expect.stringContaining("共 2 条")]);
  list.getComponent({ name: "PageBar" }).vm.$emit("size", 100);
  await flushPromises();
  expect([page.asked(`/api/documents/${BOOKLET}`).at(-1)!.query.size, list.find(".page-bar").exists()]).toEqual(["100", true]);
  list.getComponent({ name: "ColumnChooser" }).vm.$emit("toggle", "valid_until");
  await flushPromises();
  expect(list.findAll("thead th").map((one) => one.text())).not.toContain("核准有效期");
  vi.restoreAllMocks();
});

it.each([["企业资质信息", QUALIFICATION!, 1], ["企业商品信息", BOOKLET!, 2]] as const)("CONS-14: of %s what a page turn shows no longer is chosen no longer, and 查看备案 is grey", async (title, type, at) => {
  const answer = ({ query }: { query: Record<string, string> }) => ({ ...pageOf([found(query.page === "2" ? 9 : at, "7", { qualification: numberOf(1) })]), total: 40, page: Number(query.page) });
  await open({ [`GET /api/documents/${type}`]: answer });
  await page.press("查询");
  await rowsOf(title)[0]!.trigger("click");
  const view = page.wrapper.findAll("button").find((one) => one.text() === "查看备案")!;
  expect(view.attributes("aria-disabled")).toBe("false");
  page.wrapper.get(`[aria-label=${title}]`).getComponent({ name: "PageBar" }).vm.$emit("page", 2);
  await flushPromises();
  expect(view.attributes("aria-disabled")).toBe("true");
  await page.press("查看备案");
  expect(page.wrapper.find(".filing-details").exists()).toBe(false);
});

it("UI-14: what customs answer while the lists are being fetched is looked at after them", async () => {
  const late = held();
  let asks = 0;
  await open({ [`GET /api/documents/${BOOKLET}`]: () => ((asks += 1) === 1 ? late.promise : pageOf([found(3, "7", { qualification: numberOf(1) })])) });
  await page.press("查询");
  hear({ type: BOOKLET!, number: numberOf(3) });
  late.resolve(pageOf([booklets[1]]));
  await flushPromises();
  expect([asks, rowsOf("企业商品信息")[0]!.text()]).toEqual([2, expect.stringContaining("海关审批通过")]);
});

it("CONS-14: a booklet that is chosen leads to its qualification, with Enter as well", async () => {
  await open();
  await page.press("查询");
  const box = rowsOf("企业商品信息")[0]!.get("input");
  await box.setValue(true);
  await box.trigger("keydown", { key: "Enter" });
  await new Promise((go) => setTimeout(go));
  expect(page.wrapper.get(".filing-number").text()).toBe("备案分册海关编号 X57292600001");
});

it("CONS-14: where the definitions do not come it says so, and 重试 asks again; of many booklets it says how many there are", async () => {
  const asked = vi.spyOn(documents, "getDefinition").mockRejectedValueOnce(new TypeError("away")); // it is kept once it came
  await open({ [`GET /api/documents/${BOOKLET}`]: { ...pageOf(booklets), total: 120 } });
  expect(page.wrapper.get(".list-state.refused button").text()).toBe("重试");
  asked.mockRestore();
  await page.press("重试");
  await flushPromises();
  expect(page.wrapper.find(".list-state.refused").exists()).toBe(false);
  await page.press("查询");
  await rowsOf("企业资质信息")[0]!.trigger("click");
  await page.press("查看备案");
  expect(page.wrapper.get(".filing-details").text()).toContain("共 120 个分册，以上为前 2 个");
});
