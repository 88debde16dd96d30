import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ref } from "vue";
import type { Definition, Found } from "@/kernel/api/types";
import { asked } from "@/kernel/dialogs/ask";
import { parcel } from "@/testing/definition";
import { held, refusal, serve } from "@/testing/server";
import { previewed } from "@/kernel/print/preview";
import { session } from "@/kernel/session";
import { workspaceKey } from "@/kernel/workspace";
import QueryView from "./QueryView.vue";

const bill: Definition = {
  ...parcel, type: "sample.bill", title: "提单申请",
  query: { ...parcel.query, conditions: [{ ...parcel.query.conditions[1]!, name: "bill_no", label: "提运单号" }, parcel.query.conditions[2]!] },
};
const row = (number: string, deletable: boolean): Found => ({
  number, status: "0", status_name: "暂存", marker: "", answered: false, values: { number, status: "暂存" },
  actions: { delete: { allowed: deletable, why: deletable ? "" : "不允许删除" } },
});
const page = { total: 3, total_capped: false, page: 1, size: 20, items: [row("1", true), row("2", false), row("3", true)] };

let wrapper: ReturnType<typeof mount<typeof QueryView>>;
beforeEach(() => {
  localStorage.clear();
  vi.useFakeTimers({ now: new Date("2026-11-21T09:00:00+08:00"), toFake: ["Date"] });
});
afterEach(() => {
  wrapper.unmount();
  vi.useRealTimers();
});

function query(answers: Record<string, unknown> = {}) {
  const server = serve({ "GET /api/documents/sample.parcel": page, "GET /api/documents/sample.bill": page, ...answers });
  wrapper = mount(QueryView, { props: { definitions: [parcel, bill] }, attachTo: document.body });
  const labels = () => wrapper.findAll(".condition > span:first-child").map((one) => one.text());
  const press = async (text: string) => {
    await wrapper.findAll("button").find((one) => one.text() === text)!.trigger("click");
    await flushPromises();
  };
  return { server, labels, press };
}

describe("query page (INSP-10, INSP-11, UI-07 to UI-09)", () => {
  it("the conditions follow the chosen type", async () => {
    const { labels, server, press } = query();
    expect(labels()).toEqual(["单据类型", "单据状态", "报关单号", "最近操作时间"]);
    const type = wrapper.get("[data-field=type]");
    await type.setValue("提单");
    await flushPromises();
    await type.trigger("keydown", { key: "Enter" });
    await flushPromises();
    expect(labels()).toEqual(["单据类型", "提运单号", "最近操作时间"]);
    await press("查询");
    expect(server.asked.map((one) => one.path)).toEqual(["/api/documents/sample.bill"]);
  });

  it("an emptied 单据类型 shows the page's type again as it is left: there is no page without one", async () => {
    const { labels, press, server } = query();
    await flushPromises();
    const type = wrapper.get<HTMLInputElement>("[data-field=type]");
    await type.trigger("keydown", { key: "Backspace" });
    expect(type.element.value).toBe("");
    await type.trigger("blur");
    await flushPromises();
    expect([type.element.value, labels()[2]]).toEqual(["包裹申请", "报关单号"]);
    await press("查询");
    expect(server.asked.map((one) => one.path)).toEqual(["/api/documents/sample.parcel"]);
  });

  it("a box of the own company shows its customs code, grey, and is not asked (APPT-13)", async () => {
    const own = { name: "declarant_code", label: "申请单位", kind: "own" as const, codes: null, required: false, max_days: 0, paired: false, choices: [] };
    const conditions = [...parcel.query.conditions, own];
    const server = serve({ "GET /api/documents/sample.parcel": page });
    wrapper = mount(QueryView, { props: { definitions: [{ ...parcel, query: { ...parcel.query, conditions } }] }, attachTo: document.body });
    session.value = { account: { username: "wang" }, company: { customs_code: "4403000001" } } as never;
    await flushPromises();
    const box = wrapper.get<HTMLInputElement>("[data-field=declarant_code]");
    expect([box.element.value, box.element.readOnly, box.attributes("tabindex")]).toEqual(["4403000001", true, "-1"]);
    await wrapper.get("[data-field=updated_to]").trigger("keydown", { key: "Enter" });
    await flushPromises();
    expect(Object.keys(server.asked[0]!.query)).not.toContain("declarant_code");
    session.value = null;
  });

  it("最近操作时间 begins with the last 30 days, today included; empty conditions are not sent", async () => {
    const { server, press } = query();
    await wrapper.get("[data-field=entry_no]").setValue("5301");
    await press("查询");
    expect(server.asked[0]!.query).toEqual({
      entry_no: "5301", updated_from: "2026-10-23", updated_to: "2026-11-21", page: "1", size: "20", sort: "-updated_at",
    });
    await press("重置");
    expect(wrapper.get<HTMLInputElement>("[data-field=entry_no]").element.value).toBe("");
    await press("查询");
    expect(server.asked[1]!.query).toEqual({ page: "1", size: "20", sort: "-updated_at" });
    await press("重置");
    expect(wrapper.text()).toContain("填写查询条件后点击「查询」");
  });

  it("Enter goes through the dates too, and searches from the last one (UI-03); what is half-typed is no day of the calendar", async () => {
    const { server } = query();
    const [from, to] = ["from", "to"].map((end) => wrapper.get<HTMLInputElement>(`[data-field=updated_${end}]`));
    from!.element.focus();
    await from!.setValue("2026-13-01");
    expect(wrapper.findAll<HTMLInputElement>("input[type=date]").map((one) => one.element.value)).toEqual(["", "2026-11-21"]);
    await from!.setValue("2026-11-01");
    await from!.trigger("keydown", { key: "Enter" });
    await flushPromises();
    expect(document.activeElement).toBe(to!.element);
    await to!.trigger("keydown", { key: "Enter" });
    await flushPromises();
    expect(server.asked).toHaveLength(1);
  });

  it("a day that does not exist is said as its box is left, and nothing is asked with it (UI-01); eight digits are a day", async () => {
    const { server, press } = query();
    const said = () => wrapper.get(".condition:has([data-field=updated_from])").attributes("title");
    const from = wrapper.get<HTMLInputElement>("[aria-label=最近操作时间起]");
    await from.setValue("2026-11-31");
    await from.trigger("focusout");
    expect(said()).toBe("「最近操作时间」不是有效的日期");
    await press("查询");
    expect([server.asked.length, from.element.value]).toEqual([0, "2026-11-31"]);
    expect(wrapper.get(".list-state").text()).toContain("怎么办：请按 YYYY-MM-DD 填写");
    await from.setValue("20261101");
    await from.trigger("blur");
    expect(said()).toBeUndefined();
    await press("查询");
    expect(server.asked[0]!.query).toMatchObject({ updated_from: "2026-11-01" });
  });

  it("the focused box has its red hint (UI-02); what the chosen 企业类别 needs is yellow (UI-01)", async () => {
    const choices = [{ code: "A", name: "申请单位", needs: [] }, { code: "B", name: "收发货人", needs: ["entry_no"] }];
    const role = { ...parcel.query.conditions[1]!, name: "role", label: "企业类别", kind: "role" as const, choices };
    const definition = { ...parcel, query: { ...parcel.query, conditions: [role, ...parcel.query.conditions.slice(1)] } };
    serve({ "GET /api/documents/sample.parcel": page });
    wrapper = mount(QueryView, { props: { definitions: [definition] }, attachTo: document.body });
    const yellow = () => wrapper.findAll(".condition.yellow > span:first-child").map((one) => one.text());
    expect(yellow()).not.toContain("报关单号");
    const box = wrapper.get("[data-field=role]");
    await box.trigger("focusin");
    expect(wrapper.get(".hint-line").text()).toContain("按空格键从列表中选择");
    await box.setValue("收发货人");
    await flushPromises();
    await box.trigger("keydown", { key: "Enter" });
    await flushPromises();
    expect(yellow()).toContain("报关单号");
    await wrapper.get("[data-field=updated_from]").trigger("focusin");
    expect(wrapper.get(".hint-line").text()).toContain("最多 30 天");
  });

  it("another type leaves what was typed in the boxes that both have (manual 4.3)", async () => {
    const { press } = query();
    const from = () => wrapper.get<HTMLInputElement>("[data-field=updated_from]");
    await from().setValue("2026-11-11");
    await press("查询");
    const type = wrapper.get("[data-field=type]");
    await type.setValue("提单");
    await flushPromises();
    await type.trigger("keydown", { key: "Enter" });
    await flushPromises();
    expect(from().element.value).toBe("2026-11-11");
    await press("重置");
    expect(from().element.value).toBe("");
  });

  it("without a tick the button says which data can be ticked", async () => {
    const actions = parcel.actions.map((one) => (one.name === "delete" ? { ...one, states: ["0"] } : one));
    serve({ "GET /api/documents/sample.parcel": page });
    wrapper = mount(QueryView, { props: { definitions: [{ ...parcel, actions }] }, attachTo: document.body });
    await wrapper.findAll("button").find((one) => one.text() === "删除")!.trigger("click");
    expect(document.body.textContent).toContain("请先勾选要删除的数据（仅暂存状态的数据可以勾选）");
  });

  it("the head box ticks all rows of the page that may be deleted; deleting asks", async () => {
    const { server, press } = query({ "POST /api/documents/sample.parcel/delete": { deleted: ["1", "3"], refused: [] } });
    await press("查询");
    await wrapper.get("thead input").setValue(true);
    const boxes = wrapper.findAll<HTMLInputElement>("tbody input").map((one) => [one.element.checked, one.element.disabled]);
    expect(boxes).toEqual([[true, false], [false, true], [true, false]]);
    await press("删除");
    expect(asked.value!.text).toContain("2 票");
    asked.value!.answer(true);
    await flushPromises();
    expect(server.asked.find((one) => one.method === "POST")!.body).toEqual({ numbers: ["1", "3"] });
  });

  it("the server sorts, from the first page on, and only by columns that it has in its find table (UI-07)", async () => {
    const { server, press } = query();
    await press("查询");
    const heads = wrapper.findAll("thead th").slice(2);
    expect(heads.map((one) => [one.text().replace(/[▲▼⇅]/, ""), one.find("button").exists()])).toEqual([
      ["统一编号", true], ["单据状态", true], ["关区", false],
    ]);
    wrapper.findComponent({ name: "PageBar" }).vm.$emit("page", 2);
    await flushPromises();
    for (const sort of ["number", "-number"]) {
      await heads[0]!.get(".sort").trigger("click");
      await flushPromises();
      expect(server.asked.at(-1)!.query).toMatchObject({ sort, page: "1" });
    }
    expect(heads.map((one) => one.attributes("aria-sort"))).toEqual(["descending", "none", undefined]);
  });

  it("a refused question shows no rows of the one before, marks the condition and says all in the list's place (UI-16)", async () => {
    let answer: unknown = page;
    const { press } = query({ "GET /api/documents/sample.parcel": () => answer });
    await press("查询");
    const violation = { path: "updated_to", rule: "r", message: "不能超过 30 天", advice: "请缩小范围", clause: "手册 4.3", source: "rule" };
    answer = refusal(422, "rules", "不能超过 30 天", { violations: [violation] });
    await press("查询");
    expect(wrapper.findAll("tbody tr")).toHaveLength(0);
    expect(wrapper.get(".condition.wrong").text()).toContain("最近操作时间");
    expect(wrapper.get(".list-state").text()).toMatch(/不能超过 30 天.*请缩小范围.*手册 4.3/);
  });

  it("序号 counts on over the pages (UI-07)", async () => {
    const { press } = query({ "GET /api/documents/sample.parcel": { ...page, total: 43, page: 3, size: 20 } });
    await press("查询");
    expect(wrapper.findAll("tbody td.number").map((one) => one.text())).toEqual(["41", "42", "43"]);
  });

  it("a question without an answer says so where the list stands, and can be asked again (UI-16)", async () => {
    let tries = 0;
    const { press } = query({
      "GET /api/documents/sample.parcel": () => {
        tries += 1;
        if (tries === 1) throw new TypeError("away");
        return page;
      },
    });
    await press("查询");
    expect(wrapper.get(".list-state").text()).toContain("连接不上服务器，录入的内容仍在页面上，请检查网络后重试");
    await press("重试");
    expect(wrapper.findAll("tbody tr")).toHaveLength(3);
  });

  it("GATE-09: a question without an answer shows no rows of the one before, and 打印 hands out none", async () => {
    let away = false;
    const { press } = query({
      "GET /api/documents/sample.parcel": () => {
        if (away) throw new TypeError("away");
        return page;
      },
    });
    await press("查询");
    away = true;
    await press("查询");
    expect([wrapper.findAll("tbody tr").length, wrapper.get(".list-state").text()]).toEqual([0, expect.stringContaining("连接不上服务器")]);
  });

  it("a blue status opens the receipts under the list", async () => {
    const receipts = { items: [{ at: "2026-11-21T10:00:00+08:00", code: "RECEIVED", code_name: "海关接收成功", text: "已接收", submission: 1, seq: 1, superseded: false }] };
    const { press } = query({ "GET /api/documents/sample.parcel/1/receipts": receipts });
    await press("查询");
    await wrapper.findAll("tbody tr")[0]!.findAll(".link")[1]!.trigger("click");
    await flushPromises();
    const panel = wrapper.get(".receipts");
    expect(panel.text()).toContain("回执详细信息");
    expect(panel.findAll("td").map((one) => one.text())).toEqual(["2026-11-21 10:00:00", "RECEIVED 海关接收成功", "已接收"]);
    await press("关闭");
    expect(wrapper.find(".receipts").exists()).toBe(false);
  });

  it("receipts say what was declared where that was more than one thing (GATE-08)", async () => {
    const receipt = (action: string, seq: number) => ({ at: "2026-11-21T10:00:00+08:00", code: "10", code_name: "海关审核通过", text: "同意", submission: seq, seq: 1, superseded: false, action });
    const { press } = query({ "GET /api/documents/sample.parcel/1/receipts": { items: [receipt("变更", 2), receipt("申报", 1)] } });
    await press("查询");
    await wrapper.findAll("tbody tr")[0]!.findAll(".link")[1]!.trigger("click");
    await flushPromises();
    expect(wrapper.get(".receipts").findAll("tbody tr").map((one) => one.findAll("td")[1]!.text())).toEqual(["变更", "申报"]);
    await press("重置");
    expect(wrapper.find(".receipts").exists(), "of a row that is gone").toBe(false);
  });

  it("an answer that a newer question has overtaken is not shown", async () => {
    const answers: ((page: unknown) => void)[] = [];
    const { press } = query({ "GET /api/documents/sample.parcel": () => new Promise((resolve) => answers.push(resolve)) });
    await press("查询");
    await press("查询");
    answers[1]!({ ...page, total: 1, items: [row("9", true)] });
    await flushPromises();
    answers[0]!(page);
    await flushPromises();
    expect(wrapper.findAll("tbody tr")).toHaveLength(1);
  });

  it("a status that is none is not silently left out of the question; 重置 clears its text (UI-04, UI-09)", async () => {
    const { server, press } = query();
    const status = () => wrapper.get<HTMLInputElement>("[data-field=status]");
    await status().setValue("没有的");
    await status().trigger("blur");
    await flushPromises();
    await press("查询");
    expect(server.asked).toEqual([]);
    expect(wrapper.get(".list-state").text()).toContain("没有「没有的」这一项");
    await press("重置");
    expect(status().element.value).toBe("");
    await press("查询");
    expect(server.asked).toHaveLength(1);
  });
});

describe("conditions and row actions of a definition (GATE-07, GATE-08)", () => {
  const trip: Definition = {
    ...parcel,
    actions: [...parcel.actions, { ...parcel.actions[3]!, name: "change", label: "变更" }],
    query: {
      ...parcel.query,
      conditions: [parcel.query.conditions[0]!, { ...parcel.query.conditions[1]!, name: "kind", label: "类别", kind: "code", codes: "kinds" }],
      row_actions: [
        { label: "查看", does: "view", asks: "" }, { label: "修改", does: "edit", asks: "save" }, { label: "删除", does: "delete", asks: "delete" },
        { label: "变更", does: "amend", asks: "change" }, { label: "查看回执", does: "receipts", asks: "" },
      ],
    },
  };
  const may = (...names: string[]) => Object.fromEntries(["save", "delete", "change"].map((name) => [name, { allowed: names.includes(name), why: "" }]));
  const rows: Found[] = [
    { ...row("1", true), actions: may("save", "delete"), answered: false, marker: "" },
    { ...row("2", false), actions: may("change"), answered: true, marker: "" },
    { ...row("3", false), actions: may(), answered: true, marker: "变更中" },
  ];
  const opened: unknown[][] = [];

  async function trips(answers: Record<string, unknown> = {}, more: Partial<Definition["query"]> = {}) {
    const server = serve({ "GET /api/documents/sample.parcel": { ...page, items: rows }, "GET /api/codes/kinds": { table: "kinds", items: [{ code: "B", name: "乙类" }] }, ...answers });
    const workspace = { active: ref(true), holds() {}, entitled() {}, unsaved() {}, cardStays: false, open: (...args: unknown[]) => opened.push(args), close() {} };
    wrapper = mount(QueryView, { props: { definitions: [{ ...trip, query: { ...trip.query, ...more } }] }, attachTo: document.body, global: { provide: { [workspaceKey as symbol]: workspace } } });
    opened.length = 0;
    const search = async () => {
      await wrapper.findAll("button").find((one) => one.text() === "查询")!.trigger("click");
      await flushPromises();
    };
    const choose = async (name: string, text: string) => {
      const box = wrapper.get(`[data-field=${name}]`);
      await box.setValue(text);
      await flushPromises();
      await box.trigger("keydown", { key: "Enter" });
      await flushPromises();
    };
    return { server, search, choose };
  }
  const words = () => wrapper.findAll("tbody tr").map((one) => one.get("td.acts").findAll("button").map((button) => button.text()));

  it("one type needs no box for types; without any condition all is found; 全部 is no condition, a code is", async () => {
    const { server, search, choose } = await trips();
    expect(wrapper.findAll(".condition > span:first-child").map((one) => one.text())).toEqual(["单据状态", "类别"]);
    await choose("status", "全部");
    await choose("kind", "乙");
    await search();
    expect(server.asked.at(-1)!.query).toEqual({ kind: "B", page: "1", size: "20", sort: "-updated_at" });
    expect(wrapper.get<HTMLInputElement>("[data-field=status]").element.value).toBe("全部");
  });

  it("each row offers what its document permits, receipts once there are any; a marker stands beside the status", async () => {
    const { search } = await trips();
    await search();
    expect(words()).toEqual([["查看", "修改", "删除"], ["查看", "变更", "查看回执"], ["查看", "查看回执"]]);
    expect(wrapper.findAll(".marker").map((one) => one.text())).toEqual(["变更中"]);
  });

  it("the words open the document in the right mode, or its receipts, in a tab", async () => {
    const { search } = await trips();
    await search();
    for (const label of ["查看 2", "修改 1", "变更 2", "查看回执 3"]) await wrapper.get(`[aria-label="${label}"]`).trigger("click");
    expect(opened).toEqual([
      ["sample.parcel", "2", { mode: "view" }], ["sample.parcel", "1", { mode: "" }], ["sample.parcel", "2", { mode: "change" }],
      ["sample.parcel", "3", { page: "receipts" }],
    ]);
  });

  it("打印 is of what the list answers, with the columns that are shown, whatever stands in the boxes meanwhile (GATE-09)", async () => {
    const { server, search, choose } = await trips({ "GET /api/documents/sample.parcel/list/print": {} }, { print: true });
    const print = () => wrapper.findAll("button").find((one) => one.text() === "打印")!.trigger("click");
    await print();
    expect(document.body.textContent).toContain("请先查询，再打印查询结果");
    await choose("kind", "乙");
    await search();
    await choose("status", "暂存");
    await print();
    await previewed.value!.file("list", new AbortController().signal);
    expect(server.asked.at(-1)).toMatchObject({ path: "/api/documents/sample.parcel/list/print", query: { kind: "B", sort: "-updated_at" } });
    expect(server.asked.at(-1)!.address.searchParams.getAll("column")).toEqual(["number", "status", "district"]);
    const late = held();
    serve({ "GET /api/documents/sample.parcel": late.promise, "GET /api/documents/sample.parcel/list/print": {} });
    await search(); // what is asked is not what the rows answer yet
    const again = serve({ "GET /api/documents/sample.parcel/list/print": {} });
    await print();
    await previewed.value!.file("list", new AbortController().signal);
    expect(again.asked.at(-1)!.query).not.toHaveProperty("status");
    late.resolve(page);
    await flushPromises();
  });

  it("删除 asks, and says 删除成功", async () => {
    const { search, server } = await trips({ "POST /api/documents/sample.parcel/delete": { deleted: ["1"], refused: [] } });
    await search();
    await wrapper.get('[aria-label="删除 1"]').trigger("click");
    expect(asked.value!.text).toContain("是否删除该票单据");
    asked.value!.answer(true);
    await flushPromises();
    expect(server.asked.find((one) => one.method === "POST")!.body).toEqual({ numbers: ["1"] });
    expect(document.body.textContent).toContain("删除成功");
  });
});
