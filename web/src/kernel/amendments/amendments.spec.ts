import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ref } from "vue";
import type { ActionDefinition, Amendment, Content, Definition, Field, Row, View } from "@/kernel/api/types";
import { asked } from "@/kernel/dialogs/ask";
import DocumentForm from "@/kernel/form/DocumentForm.vue";
import { useDocument } from "@/kernel/form/useDocument";
import QueryView from "@/kernel/list/QueryView.vue";
import { signing } from "@/kernel/signing/sign";
import { workspaceKey } from "@/kernel/workspace";
import { blank, field, parcel, parcelWithGoods, stored } from "@/testing/definition";
import { refusal, Reply, serve, type Request } from "@/testing/server";
import AmendmentList from "./AmendmentList.vue";
import { changesOf, pairsOf } from "./changes";

const yes = { allowed: true, why: "" };
const no = (why: string) => ({ allowed: false, why });
const apply = parcel.actions.find((one) => one.name === "apply")!;
const amending = (name: string, label: string, more: Partial<ActionDefinition>): ActionDefinition => ({ ...apply, name, label, amends: "replaces", ...more });
const actions = [
  ...parcel.actions.map((one) => (one.name === "save" ? { ...one, label: "包裹暂存" } : one)),
  amending("change", "变更", { alters: ["district", "goods"] }),
  amending("extend", "延期", { alters: [] }),
  amending("correct", "修改申请", { by_field: true, asks: ["reason", "phone"] }),
  amending("retract", "撤销申请", { by_field: true, alters: [], asks: ["reason", "phone"] }),
];
const goods = [{ name: "苹果", weight: "2" }, { name: "梨", weight: "3" }];
const [table] = parcelWithGoods.lines;
const kept = { ...table!, most: 9, kept: { flag: "stopped", label: "停用" }, fields: [...table!.fields, field("stopped", "停用标志", { entry: "system" })] };
const definition: Definition = {
  ...parcelWithGoods, actions, lines: [table!],
  sections: [
    ...parcel.sections.map((one) => ({ ...one, fields: one.fields.map((box) => (box.name === "district" ? field("district", "关区", { entry: "system" }) : box)) })),
    { title: "申请原因", tables: [], attachments: [], states: [], fields: [field("reason", "修改原因", { entry: "required", required: true }), field("phone", "电话")] },
  ],
  amendments: { kinds: [{ name: "correct", label: "修改申请" }, { name: "retract", label: "撤销申请" }], kind: "修撤单类型", number: "修撤单编号", document: "清单编号" },
};
const content: Content = { entry_no: "1".repeat(18), district: "5301", contact: "王芳", goods };
const inForce = stored({
  number: "1", content, status: { code: "1", name: "审批通过", waiting: false },
  actions: { ...blank.actions, save: no("不允许暂存"), apply: no("不允许申请"), delete: no("不允许删除"), change: yes, extend: yes, correct: yes, retract: yes },
});

/** The form of an action, as the server answers it. */
function formOf(name: string, more: Partial<View> = {}): View {
  const { alters, asks } = actions.find((one) => one.name === name)!;
  const nothing = alters?.length === 0 && !asks.length;
  const editable = alters && [...alters, ...asks];
  return {
    ...inForce, amendment: name, in_force: content, editable,
    actions: { ...inForce.actions, apply: yes, save: nothing ? no("不修改单据内容，无需暂存") : yes, delete: no("没有已暂存的申请") }, ...more,
  };
}

/** The sections with another box for the reason. */
const withReason = (reason: Field | null) =>
  definition.sections.map((one) => ({ ...one, fields: one.fields.map((box) => (reason && box.name === "reason" ? reason : box)) }));

let types = 0;
let wrapper: VueWrapper;
afterEach(() => {
  wrapper.unmount();
  signing.value = null;
  vi.unstubAllGlobals();
});

async function form(mode: string, lines = table!, reason: Field | null = null, answers: Record<string, unknown> = {}) {
  const type = `sample.amended${(types += 1)}`;
  const path = `/api/documents/${type}`;
  const saves: Request[] = [];
  const server = serve({
    ...answers, [`GET /api/definitions/${type}`]: { ...definition, type, lines: [lines], sections: withReason(reason) }, [`GET /api/autosaves/${type}`]: { items: [] },
    [`GET ${path}/1`]: ({ query }: Request) => (query.for ? formOf(query.for) : inForce),
    [`GET /api/amendments/${type}/1-02`]: { ...formOf("correct"), editable: [], content: { ...content, contact: "赵敏", reason: "4" }, actions: { correct: no("在此只能查看") } },
    [`PUT ${path}/1/amendment`]: (request: Request) => {
      saves.push(request);
      const typed = (request.body as { content: Content }).content;
      return formOf(mode, { content: typed, version: 2, actions: { ...formOf(mode).actions, delete: yes } });
    },
  });
  const document = useDocument(type);
  await document.load("1", mode);
  wrapper = mount(DocumentForm, { props: { document }, attachTo: window.document.body });
  await flushPromises();
  const press = async (selector: string) => {
    await wrapper.get(selector).trigger("click");
    await flushPromises();
  };
  const box = (name: string) => wrapper.get<HTMLInputElement>(`[data-field="${name}"]`);
  const dialog = () => wrapper.get("dialog[open]");
  const words = () => wrapper.findAll("[data-action]").map((one) => one.text());
  return { document, server, saves, press, box, dialog, words };
}

describe("修改申请: field by field (CONS-12, manual 3.1)", () => {
  it("✎ opens 修改内容 with the old value; what is changed is marked, and listed with old and new", async () => {
    const { press, box, dialog, words, document } = await form("correct");
    expect(words()).toEqual(["暂存", "删除", "申请", "查看修改申请"]);
    expect(wrapper.findAll("[data-field]").every((one) => one.attributes("readonly") !== undefined)).toBe(true);
    expect(wrapper.findAll(".field .pencil").map((one) => one.attributes("title"))).toEqual(["修改报关单号", "修改联系人", "修改类别", "修改重量", "修改备注"]);
    await press("[data-place=contact] .pencil");
    expect(dialog().attributes("aria-label")).toBe("修改内容");
    expect(box("contact-before").element.value).toBe("王芳");
    await dialog().get("[data-field=contact]").setValue("名字太长的人");
    await press("[data-amend=confirm]");
    expect(dialog().text()).toContain("「联系人」至多 5 个字符");
    await dialog().get("[data-field=contact]").setValue("赵敏");
    await press("[data-amend=confirm]");
    expect(document.content.value.contact).toBe("赵敏");
    expect(wrapper.get("[data-place=contact]").text()).toContain("已改");
    expect(window.document.activeElement?.getAttribute("title")).toBe("修改联系人");
    await press("[data-action=changes]");
    expect(dialog().findAll("tbody tr").map((row) => row.findAll("td").map((one) => one.text()))).toEqual([["1", "表头", "联系人", "王芳", "赵敏"]]);
  });

  it("a row is changed, added and removed, each told with its place", async () => {
    const { press, dialog, document } = await form("correct");
    expect(wrapper.find("[data-field='goods/name']").exists()).toBe(false);
    await press("[title='修改第 2 行']");
    await dialog().get("[data-field='goods/weight']").setValue("5");
    expect(dialog().get("tbody tr").text()).toBe("重量35");
    await press("[data-amend=confirm]");
    expect(wrapper.findAll(".row-list .marker").map((one) => one.text())).toEqual(["已改"]);
    await press("[data-lines='goods/new']");
    await dialog().get("[data-field='goods/name']").setValue("枣");
    await press("[data-amend=confirm]");
    expect(dialog().text(), "重量 is obligatory").toContain("「重量」为必填项");
    await dialog().get("[data-field='goods/weight']").setValue("1");
    await press("[data-amend=confirm]");
    expect((document.content.value.goods as Row[]).map((row) => row.name)).toEqual(["苹果", "梨", "枣"]);
    await press("[data-action=changes]");
    expect(dialog().findAll("tbody tr").map((row) => row.findAll("td").at(1)!.text())).toEqual(["货物第 2 行", "货物第 3 行（新增）", "货物第 3 行（新增）"]);
  });

  it("取消 in a row's dialog leaves the row as it was", async () => {
    const { press, dialog, document } = await form("correct");
    await press("[title='修改第 1 行']");
    await dialog().get("[data-field='goods/weight']").setValue("9");
    await dialog().findAll("button").at(-1)!.trigger("click");
    await flushPromises();
    expect([document.content.value.goods, wrapper.find("dialog").exists()]).toEqual([goods, false]);
  });

  it("暂存 asks why, yellow obligatory; 申报 asks only for what is missing", async () => {
    const { press, dialog, saves, box } = await form("correct");
    expect(wrapper.find("[data-action=save]").text()).toBe("暂存"); // of the application, and not of the parcel
    await press("[data-action=save]");
    expect(dialog().findAll("label").map((one) => one.text())).toEqual(["修改原因", "电话"]);
    await press("[data-amend=answer]");
    expect(dialog().text()).toContain("「修改原因」为必填项");
    await dialog().get("[data-field=reason]").setValue("4");
    await press("[data-amend=answer]");
    expect(saves.map(({ body }) => (body as { action: string; content: Content }).content.reason)).toEqual(["4"]);
    expect(box("reason").element.value).toBe("4");
    await press("[data-action=apply]");
    expect(wrapper.find("dialog").exists()).toBe(false);
    expect(signing.value?.title).toBe("修改申请");
  });

  it("确定 waits for a code that was typed faster than it is looked up", async () => {
    let known = (): void => {};
    const found = new Promise((resolve) => (known = () => resolve({ table: "reasons", items: [{ code: "4", name: "其他" }] })));
    const reason = field("reason", "修改原因", { kind: "code", codes: "reasons.slow", entry: "required", required: true });
    const { press, dialog, saves } = await form("correct", table, reason, { "GET /api/codes/reasons.slow": () => found });
    await press("[data-action=save]");
    const box = dialog().get("[data-field=reason]");
    await box.trigger("focus");
    await box.setValue("4");
    await box.trigger("blur");
    await press("[data-amend=answer]");
    expect([saves.length, dialog().find(".error-text[role=alert]").exists()]).toEqual([0, false]);
    known();
    await vi.waitFor(() => expect(saves).toHaveLength(1));
    expect((saves[0]!.body as { content: Content }).content.reason).toBe("4");
  });

  it("撤销申请 changes nothing; 申报 asks why, saves and goes on to the card", async () => {
    const { press, dialog, saves } = await form("retract");
    expect(wrapper.find(".pencil").exists()).toBe(false);
    await press("[data-action=apply]");
    await dialog().get("[data-field=reason]").setValue("4");
    await press("[data-amend=answer]");
    expect(saves).toHaveLength(1);
    expect(signing.value?.title).toBe("撤销申请");
  });

  it("the form of a draft or of what is looked at has nothing of what amendments ask for", async () => {
    const { document } = await form("");
    expect(wrapper.text()).not.toContain("修改原因");
    expect(document.definition.value!.sections.map((one) => one.title)).toEqual(["申请信息", "其他"]);
  });

  it("an amendment's own number shows it as it was, marked, with nothing to be done", async () => {
    const { box, document } = await form("02");
    expect([box("contact").element.value, box("reason").element.value]).toEqual(["赵敏", "4"]);
    expect(wrapper.get("[data-place=contact]").text()).toContain("已改");
    expect(wrapper.findAll("[data-field]").every((one) => one.attributes("readonly") !== undefined)).toBe(true);
    expect(document.may("save").allowed).toBe(false);
  });
});

describe("变更 and 延期 (CONS-03, CONS-05, manual 1.3)", () => {
  it("only what it alters may be typed, a grey field among it", async () => {
    const { box, saves, press } = await form("change");
    const readonly = (name: string) => box(name).attributes("readonly") !== undefined;
    expect(["district", "contact", "kind"].map(readonly)).toEqual([false, true, true]);
    await box("district").setValue("5302");
    await press("[data-action=save]");
    expect(saves.map(({ body }) => (body as { content: Content }).content.district)).toEqual(["5302"]);
  });

  it("rows in force are stopped, not edited or removed; pressed again they are as they were", async () => {
    const { press, box, document } = await form("change", kept);
    const stopped = () => (document.content.value.goods as Row[]).map((row) => row.stopped ?? "");
    const tick = (row: number, on = true) => wrapper.get(`[aria-label='选择第 ${row} 行']`).setValue(on);
    await press("[aria-label^='第 1 行']");
    expect(box("goods/name").attributes("readonly")).toBeDefined();
    await tick(1);
    await press("[data-lines='goods/delete']");
    expect([window.document.body.textContent, document.content.value.goods]).toEqual([expect.stringContaining("第 1 行已由海关审批通过，不能修改或删除，只能停用"), goods]);
    await tick(2);
    await press("[data-lines='goods/flag']");
    expect(stopped()).toEqual(["1", "1"]);
    expect(wrapper.findAll(".row-list .marker").map((one) => one.text())).toEqual(["停用", "停用"]);
    await press("[data-lines='goods/flag']");
    expect(stopped()).toEqual(["", ""]);
    await press("[data-lines='goods/new']");
    await box("goods/name").setValue("枣");
    await box("goods/weight").setValue("1");
    await press("[data-lines='goods/save']");
    await Promise.all([tick(1, false), tick(2, false), tick(3)]);
    await press("[data-lines='goods/flag']");
    expect(window.document.body.textContent).toContain("第 3 行是本次新增的");
    expect(stopped()).toEqual(["", "", ""]);
  });

  it("延期 is a form of grey boxes with its own button", async () => {
    const { words, press, saves } = await form("extend");
    expect(words()).toEqual(["延期"]);
    expect(wrapper.findAll("[data-field]").every((one) => one.attributes("readonly") !== undefined)).toBe(true);
    await press("[data-action=extend]");
    expect([saves.length, signing.value?.title]).toEqual([0, "延期"]);
  });
});

describe("what was changed", () => {
  const names = (text: string): Row[] => [...text].map((name) => ({ name }));
  const told = (before: string, after: string): string[] => pairsOf(names(before), names(after)).map((one) => `${one.before ?? "-"}${one.after ?? "-"}`);

  it("rows that stay are found again where others were put in or taken out", () => {
    expect(told("abc", "abc")).toEqual(["00", "11", "22"]);
    expect(told("abc", "axbc")).toEqual(["00", "-1", "12", "23"]);
    expect(told("abc", "ac")).toEqual(["00", "1-", "21"]);
    expect(told("abc", "aXc")).toEqual(["00", "11", "22"]);
    expect([told("", "ab"), told("ab", "")]).toEqual([["-0", "-1"], ["0-", "1-"]]);
  });

  it("a removed row is told by its old place with what it had", () => {
    const changes = changesOf(definition, content, { ...content, goods: [goods[1]!] });
    expect(changes.map(({ place, field: { label }, before, after }) => [place, label, before, after])).toEqual([
      ["货物原第 1 行（删除）", "名称", "苹果", ""], ["货物原第 1 行（删除）", "重量", "2", ""],
    ]);
  });
});

describe("修撤状态查询 (CONS-12, manual 3.3)", () => {
  const row = (number: string, status: string, more: Partial<Amendment> = {}): Amendment => ({
    number, document: "1", action: "correct", action_name: "修改申请", status, status_name: status, asked: [{ label: "修改原因", text: "4 其他" }],
    asked_at: "2026-11-26T12:00:00+08:00", settled_at: null, answer: "", ...more,
  });
  const opened: unknown[][] = [];
  const workspace = { active: ref(true), holds() {}, entitled() {}, unsaved() {}, cardStays: false, open: (...as: unknown[]) => opened.push(as), openOwn() {}, close() {} };

  async function page(answer: unknown, answers: Record<string, unknown> = {}) {
    const server = serve({ "GET /api/amendments/sample.parcel": answer, ...answers });
    wrapper = mount(AmendmentList, { props: { definition }, attachTo: window.document.body, global: { provide: { [workspaceKey as symbol]: workspace } } });
    const press = async (words: string) => {
      await wrapper.findAll("button").find((one) => one.text() === words)!.trigger("click");
      await flushPromises();
    };
    const choose = async (name: string, text: string) => {
      await wrapper.get(`[data-field=${name}]`).setValue(text);
      await flushPromises();
      await wrapper.get(`[data-field=${name}]`).trigger("keydown", { key: "Enter" });
      await flushPromises();
    };
    return { server, press, choose };
  }

  it("UI-07: 选择显示列 leaves a column out", async () => {
    await page({ items: [], total: 0, total_capped: false, page: 1, size: 20 });
    const headings = () => wrapper.findAll("thead th").map((one) => one.text().replace(/[⇅▲▼↑↓]/, ""));
    expect(headings()).toContain("答复日期");
    wrapper.getComponent({ name: "ColumnChooser" }).vm.$emit("toggle", "settled_at");
    await flushPromises();
    expect(headings()).not.toContain("答复日期");
    wrapper.getComponent({ name: "ColumnChooser" }).vm.$emit("toggle", "settled_at"); // it is remembered
    await flushPromises();
    expect(headings()).toContain("答复日期");
  });

  it("the kind is obligatory; without it the server's words stand in the list's place", async () => {
    const { press } = await page(refusal(422, "rules", "「修撤单类型」不可为空", {
      violations: [{ path: "action", rule: "query.required", message: "「修撤单类型」不可为空", advice: "请选择后再查询", clause: "", source: "rule" }],
    }));
    await press("查询");
    expect(wrapper.get("[role=alert]").text()).toContain("「修撤单类型」不可为空");
    expect(wrapper.get(".condition.yellow").text()).toContain("修撤单类型");
  });

  it("both numbers open the details: a saved one its form, another as it was, the list to be looked at", async () => {
    const items = [row("1-02", "draft"), row("1-01", "agreed", { settled_at: "2026-11-27T09:00:00+08:00", answer: "同意" })];
    const { server, press, choose } = await page({ total: 2, total_capped: false, page: 1, size: 20, items });
    await choose("action", "修改");
    await choose("status", "全部");
    await press("查询");
    expect(server.asked[0]!.query).toEqual({ action: "correct", page: "1", size: "20", sort: "-asked_at" });
    expect(wrapper.findAll("thead th").map((one) => one.text().replace(/[⇅▲▼↑↓]/, ""))).toEqual(["序号", "修撤单编号", "清单编号", "修撤单类型", "申请状态", "申请日期", "答复日期", "海关答复", "修改原因", "电话", "操作"]);
    expect(wrapper.findAll("tbody tr")[1]!.text()).toContain("4 其他");
    for (const link of wrapper.findAll("tbody td:not(.acts) .link")) await link.trigger("click");
    expect(opened).toEqual([
      ["sample.parcel", "1", { mode: "correct" }], ["sample.parcel", "1", { mode: "view" }],
      ["sample.parcel", "1", { mode: "01" }], ["sample.parcel", "1", { mode: "view" }],
    ]);
  });

  it("UI-07: a heading sorts; a fresh question shows the newest first again", async () => {
    const { server, press, choose } = await page({ total: 1, total_capped: false, page: 1, size: 20, items: [row("1-01", "agreed", { status_name: "海关同意" })] });
    await choose("action", "修改");
    const sort = async () => {
      await wrapper.get("[title=按申请状态排序]").trigger("click");
      await flushPromises();
    };
    for (const act of [() => press("查询"), sort, sort, () => press("查询")]) await act();
    expect(server.asked.map(({ query }) => query.sort)).toEqual(["-asked_at", "status", "-status", "-asked_at"]);
    expect(wrapper.get("tbody tr").text()).toContain("海关同意");
  });

  it("a saved one is thrown away from here too, as its form may be closed by now", async () => {
    const items = [row("1-02", "draft"), row("1-01", "agreed")];
    const dropped: string[] = [];
    const drop = ({ headers }: Request) => void dropped.push(headers.get("If-Match")!);
    const { press, choose } = await page({ total: 2, total_capped: false, page: 1, size: 20, items }, {
      "GET /api/documents/sample.parcel/1": { ...inForce, version: 7 }, "DELETE /api/documents/sample.parcel/1/amendment": (request: Request) => (drop(request), new Reply(204, null)),
    });
    await choose("action", "修改");
    await press("查询");
    expect(wrapper.findAll("tbody .acts .link")).toHaveLength(1);
    await press("删除");
    asked.value!.answer(true);
    await flushPromises();
    expect(dropped).toEqual(['"7"']);
  });

  it("a query page that amends asks for documents for which that can be begun, and opens the form", async () => {
    const found = { number: "7", status: "1", status_name: "审批通过", marker: "", answered: true, actions: {}, values: { number: "7" } };
    const server = serve({ "GET /api/documents/sample.parcel": { total: 1, total_capped: false, page: 1, size: 20, items: [found] } });
    wrapper = mount(QueryView, { props: { definitions: [parcel], preset: { for: "correct" } }, attachTo: window.document.body, global: { provide: { [workspaceKey as symbol]: workspace } } });
    await wrapper.findAll("button").find((one) => one.text() === "查询")!.trigger("click");
    await flushPromises();
    expect(server.asked[0]!.query.amends).toBe("correct");
    expect(wrapper.findAll("button").map((one) => one.text())).not.toContain("删除");
    await wrapper.get("tbody .link").trigger("click");
    expect(opened.at(-1)).toEqual(["sample.parcel", "7", { mode: "correct" }]);
  });

  it("a query page that amends says of what it leaves out, where it finds nothing", async () => {
    serve({ "GET /api/documents/sample.parcel": { total: 0, total_capped: false, page: 1, size: 20, items: [] } });
    wrapper = mount(QueryView, { props: { definitions: [{ ...parcel, actions }], preset: { for: "retract" } }, attachTo: window.document.body, global: { provide: { [workspaceKey as symbol]: workspace } } });
    await wrapper.findAll("button").find((one) => one.text() === "查询")!.trigger("click");
    await flushPromises();
    expect(wrapper.get(".list-state").text()).toMatch(/没有可以办理「撤销申请」的数据.*请先从原申请的菜单申报或删除该申请/);
  });
});
