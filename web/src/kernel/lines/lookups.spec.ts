import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, describe, expect, it } from "vitest";
import type { Definition, Row } from "@/kernel/api/types";
import { asked as question } from "@/kernel/dialogs/ask";
import DocumentForm from "@/kernel/form/DocumentForm.vue";
import { useDocument } from "@/kernel/form/useDocument";
import { blank, field, parcelWithGoods, stored } from "@/testing/definition";
import { refusal, serve, type Request } from "@/testing/server";

let types = 0;
let unmount = (): void => {};
afterEach(() => unmount());

interface Asked { field: string; content: { goods: Row[]; kind?: string } }
const ORDER: Record<string, string> = { "1": "苹果", "2": "梨" };

/** What the server brings for a row's 项号: its name, and as grey cells what is left and how the header calls it. */
function found({ field: asked, content }: Asked) {
  const [, number, cell] = asked.split("/");
  const row = content.goods[Number(number) - 1];
  const name = ORDER[row?.item ?? ""];
  const brought: Row = cell === "item" && name ? { name, ...(row!.item === "2" ? { code: "08" } : {}) } : {};
  const rows = { goods: content.goods.map((one) => ({ left: ORDER[one.item ?? ""] ? `余${one.item}` : "", place: content.kind ?? "" })) };
  const wrong = cell === "item" && row!.item && !name ? [{ path: asked, rule: "R1", message: "没有这一项", advice: "请核对", clause: "手册 1.2", source: "rule" }] : [];
  return { content: { district: `共${content.goods.length}` }, rows, brought, violations: wrong, notices: null };
}

async function form(rows: Row[] = [], answer: (asked: Asked) => unknown = found) {
  const type = `sample.called${(types += 1)}`;
  const path = `/api/documents/${type}`;
  const fields = [
    field("item", "项号", { entry: "required", required: true, lookup: true, max_length: 3 }), field("name", "名称", { required: true, entry: "required" }),
    field("code", "编号", { lookup: true }), field("left", "余量", { entry: "system" }), field("place", "地点", { entry: "system" }),
    field("weight", "重量", { kind: "decimal", required: true, entry: "required" }),
  ];
  const view = { ...stored({ content: { goods: rows as never, kind: "C" } }), number: rows.length ? "1" : null };
  const server = serve({
    [`GET ${path}/new`]: { ...blank, content: { goods: [], kind: "C" } }, [`GET ${path}/1`]: view,
    [`GET /api/definitions/${type}`]: { ...parcelWithGoods, type, lines: [{ ...parcelWithGoods.lines[0]!, fields, most: 9 }] } satisfies Definition,
    [`POST ${path}/lookup`]: ({ body }: Request) => answer(body as Asked),
    "GET /api/codes/kinds": { table: "kinds", items: [{ code: "C", name: "丙" }] }, "GET /api/codes/districts": { table: "districts", items: [] },
  });
  const document = useDocument(type);
  await document.load(rows.length ? "1" : null);
  const wrapper = mount(DocumentForm, { props: { document }, attachTo: window.document.body });
  unmount = () => wrapper.unmount();
  await flushPromises();
  const box = (name: string) => wrapper.get<HTMLInputElement>(`[data-field="goods/${name}"]`);
  const write = async (name: string, value: string) => {
    box(name).element.focus();
    await box(name).setValue(value);
  };
  const leave = async (name: string) => {
    box(name).element.blur();
    await flushPromises();
  };
  const texts = () => ["item", "name", "code", "left", "place"].map((name) => box(name).element.value);
  const asked = () => server.asked.filter((one) => one.path.endsWith("/lookup")).map((one) => (one.body as Asked).field);
  const lookups = () => asked().filter((path) => path !== "goods");
  const cells = () => wrapper.findAll(".row-list tbody tr[tabindex]").map((one) => one.findAll("td").slice(2).map((cell) => cell.text()));
  const press = async (button: string) => {
    await wrapper.get(`[data-lines="goods/${button}"]`).trigger("click");
    await flushPromises();
  };
  const open = async (index: number) => {
    await wrapper.findAll(".row-list tbody tr")[index]!.trigger("click");
    await flushPromises();
  };
  return { wrapper, document, box, write, leave, texts, lookups, cells, press, open, asked };
}

/** Answers that come when the test says so, in the order in which they were asked for. */
function later(answer: (asked: Asked) => unknown = found) {
  const waiting: (() => void)[] = [];
  return { answer: (asked: Asked) => new Promise((resolve) => waiting.push(() => resolve(answer(asked)))), next: async () => { waiting.shift()!(); await flushPromises(); } };
}

describe("cells that ask (CONS-09)", () => {
  it("leaving one fills its row: typed cells as if typed, grey ones grey; the row goes into the list with them", async () => {
    const { write, leave, texts, lookups, press, cells, box, document } = await form();
    await write("item", "1");
    await leave("item");
    expect(texts()).toEqual(["1", "苹果", "", "余1", "C"]);
    expect([box("left").attributes("readonly"), box("name").attributes("readonly")]).toEqual(["", undefined]);
    expect(lookups()).toEqual(["goods/1/item"]);
    expect(document.content.value.district).toBe("共1");
    await write("name", "红苹果");
    await write("weight", "2");
    await press("save");
    expect(cells()).toEqual([["1", "红苹果", "", "余1", "C", "2"]]);
  });

  it("asks once about a value, and not at all about one that was opened; a wrong one is asked again", async () => {
    const { write, leave, lookups, open, texts, box } = await form([{ item: "1", name: "我的苹果", weight: "2" }]);
    await open(0);
    box("item").element.focus();
    await leave("item");
    expect([lookups(), texts()[1]]).toEqual([[], "我的苹果"]);
    for (const value of ["9", "9"]) {
      await write("item", value);
      await leave("item");
    }
    expect(lookups()).toEqual(["goods/1/item", "goods/1/item"]);
    await write("item", "2");
    await leave("item");
    expect(texts()).toEqual(["2", "梨", "08", "余2", "C"]);
  });

  it("what was typed since the question stays, also half-typed text; the rest is filled", async () => {
    const { answer, next } = later();
    const { write, leave, texts } = await form([], answer);
    await write("item", "2");
    await leave("item");
    await write("name", "青");
    await next();
    expect(texts()).toEqual(["2", "青", "08", "余2", "C"]);
  });

  it("an answer about another value, or for a row that is gone, counts for nothing", async () => {
    const { answer, next } = later();
    const { write, leave, texts, press, lookups } = await form([], answer);
    await write("item", "1");
    await leave("item");
    await write("item", "2");
    await leave("item");
    await next();
    expect(texts()[1]).toBe("");
    await next();
    expect([texts(), lookups()]).toEqual([["2", "梨", "08", "余2", "C"], ["goods/1/item", "goods/1/item"]]);
    await write("weight", "5");
    await press("save");
    await write("item", "1");
    await leave("item");
    expect(lookups()).toHaveLength(3);
  });

  it("a cell that was brought is not asked about for itself; one that is changed is, after the one before it", async () => {
    const { answer, next } = later();
    const { write, leave, lookups } = await form([], answer);
    await write("item", "2");
    await leave("item");
    await write("code", "07");
    await leave("code");
    expect(lookups()).toEqual(["goods/1/item"]);
    await next();
    expect(lookups()).toEqual(["goods/1/item", "goods/1/code"]);
    await next();
  });

  it("what is wrong stands at the cell, and goes with the row into the list", async () => {
    const { write, leave, press, wrapper, cells } = await form([{ item: "1", name: "苹果", weight: "2" }]);
    await write("item", "7");
    await leave("item");
    const gutter = () => wrapper.findAll(".field").find((one) => one.find("[data-field='goods/item']").exists())!.get(".gutter").text();
    expect(gutter()).toBe("!没有这一项");
    await write("name", "桃");
    await write("weight", "3");
    await press("save");
    expect(cells()).toHaveLength(2);
    expect(wrapper.findAll(".row-list tr.wrong td")[1]!.text()).toBe("2");
    expect(gutter()).toBe("");
  });

  it("保存 waits for the answer", async () => {
    const { answer, next } = later();
    const { write, leave, press, cells } = await form([], answer);
    await write("item", "1");
    await write("weight", "5");
    await leave("weight");
    void press("save");
    await flushPromises();
    expect(cells()).toEqual([]);
    await next();
    expect(cells()).toEqual([["1", "苹果", "", "余1", "C", "5"]]);
  });

  it("grey cells of the other rows follow, and nobody calls that unsaved", async () => {
    const rows: Row[] = [{ item: "1", name: "苹果", weight: "2", left: "余0" }, { item: "2", name: "梨", weight: "3" }];
    const { open, write, leave, cells, document } = await form(rows);
    await open(1);
    await write("code", "09");
    await leave("code");
    await write("code", "");
    await leave("code");
    expect(cells()[0]).toEqual(["1", "苹果", "", "余1", "C", "2"]);
    expect(document.dirty.value).toBe(false);
  });

  it("grey fields and cells follow what becomes of the list, and nobody waits for that", async () => {
    const { answer, next } = later();
    const { write, press, cells, document, asked, wrapper } = await form([{ item: "1", name: "苹果", weight: "2" }], answer);
    await write("item", "2");
    await write("name", "梨");
    await write("weight", "5");
    await press("save");
    expect(asked()).toEqual(["goods/2/item"]);
    await next();
    expect([cells().length, asked().at(-1), document.content.value.district]).toEqual([2, "goods", "共2"]);
    await next();
    expect(cells().map((one) => one[3])).toEqual(["余1", "余2"]);
    await wrapper.findAll(".row-list tbody input")[0]!.setValue(true);
    void press("delete");
    await flushPromises();
    question.value!.answer(true);
    await flushPromises();
    expect(cells()).toHaveLength(1);
    await next();
    expect(document.content.value.district).toBe("共1");
  });

  it("where nobody answers, it is said and asked again", async () => {
    let away = true;
    const { write, leave, texts, box } = await form([], (asked) => (away ? refusal(503, "unavailable", "暂时不能办理") : found(asked)));
    await write("item", "1");
    await leave("item");
    expect(texts()[1]).toBe("");
    expect(window.document.body.textContent).toContain("暂时不能办理");
    away = false;
    box("item").element.focus();
    await leave("item");
    expect(texts()[1]).toBe("苹果");
  });
});
