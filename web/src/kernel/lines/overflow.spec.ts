import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Content, Definition, Row } from "@/kernel/api/types";
import DocumentForm from "@/kernel/form/DocumentForm.vue";
import { useDocument } from "@/kernel/form/useDocument";
import { blank, parcelWithGoods, stored } from "@/testing/definition";
import { refusal, serve, type Request } from "@/testing/server";

let types = 0;
let unmount = (): void => {};
afterEach(() => {
  unmount();
  vi.unstubAllGlobals();
});

const rows: Row[] = ["甲", "乙", "丙"].map((name) => ({ name, weight: "1" }));
const body = (request: Request) => (request.body as { content: Content }).content;

/** A form with a table of three rows at most, which goes on in the next document with 联系人. */
async function form(more: { answers?: Record<string, unknown>; opensWith?: string } = {}) {
  const type = `sample.flow${(types += 1)}`;
  const path = `/api/documents/${type}`;
  const content = { contact: "王芳", district: "5301", note: "第一份", goods: rows as never };
  const [goods] = parcelWithGoods.lines;
  const closed = more.opensWith ? { op: "not" as const, of: { op: "filled" as const, field: `header.${more.opensWith}` } } : false;
  const definition = {
    ...parcelWithGoods, type, lines: [{ ...goods!, overflow: ["contact"], fields: goods!.fields.map((one, at) => (at ? one : { ...one, disabled: closed })) }],
    sections: parcelWithGoods.sections.map((section) => ({ ...section, fields: section.fields.map((one) => ({ ...one, lookup: one.name === "contact" })) })),
  } satisfies Definition;
  let number = 1;
  const server = serve({
    [`GET /api/definitions/${type}`]: definition, [`GET ${path}/new`]: { ...blank, content: { goods: [] } },
    [`GET ${path}/7`]: stored({ number: "7", content }),
    [`PUT ${path}/7`]: (request: Request) => stored({ number: "7", content: body(request) }),
    [`POST ${path}/lookup`]: { content: { district: "5301" }, rows: {}, brought: {}, violations: [], notices: null },
    "GET /api/codes/districts": { table: "districts", items: [{ code: "5301", name: "皇岗海关" }] },
    [`POST ${path}`]: (request: Request) => stored({ number: String((number += 1)), content: body(request) }),
    ...Object.fromEntries(Object.entries(more.answers ?? {}).map(([key, value]) => [key.replace("PATH", path), value])),
  });
  const document = useDocument(type);
  await document.load("7");
  const wrapper = mount(DocumentForm, { props: { document }, attachTo: window.document.body });
  unmount = () => wrapper.unmount();
  await flushPromises();
  const box = (name: string) => wrapper.get<HTMLInputElement>(`[data-field="goods/${name}"]`);
  const write = async (name: string, weight = "9") => {
    await box("name").setValue(name);
    await box("weight").setValue(weight);
  };
  const enter = async () => {
    box("mark").element.focus();
    await box("mark").trigger("keydown", { key: "Enter" });
    await settled();
  };
  const press = async (selector: string) => {
    await wrapper.get(selector).trigger("click");
    await settled();
  };
  const settled = async () => {
    await flushPromises();
    await new Promise((done) => setTimeout(done, 5));
    await flushPromises();
  };
  const names = () => (document.content.value.goods as Row[]).map((one) => one.name);
  const sent = (method: string) => server.asked.filter((one) => one.method === method && !one.path.endsWith("/lookup")).map(body);
  return { wrapper, document, box, write, enter, press, names, sent };
}

describe("a row too many opens the next document (CONS-04)", () => {
  it("Enter saves this one with what it has, and begins the next with that row and the header's fields", async () => {
    const { write, enter, document, names, sent, box } = await form();
    await write("丁");
    await enter();
    expect(sent("PUT")).toMatchObject([{ contact: "王芳", note: "第一份", goods: rows }]);
    expect([document.number.value, names(), document.content.value.contact, document.content.value.note]).toEqual([null, ["丁"], "王芳", undefined]);
    expect(document.unsaved.value).toBe(true);
    expect([box("name").element.value, window.document.activeElement]).toEqual(["", box("name").element]);
    expect(window.document.body.textContent).toContain("「货物」每份至多 3 行：7 已暂存，第 4 行已转入新的一份，尚未暂存");
    await write("戊");
    await enter();
    expect(names()).toEqual(["丁", "戊"]);
  });

  it("the focus waits in a box that a look-up of the header opens (商品信息录入栏变为可写模式)", async () => {
    const { write, enter, box } = await form({ opensWith: "district" });
    await write("丁");
    await enter();
    expect([window.document.activeElement, box("name").attributes("readonly")]).toEqual([box("name").element, undefined]);
  });

  it("where this one cannot be saved, the row stays in the editor and nothing is lost", async () => {
    const violations = [{ path: "contact", rule: "r", message: "联系人有误", advice: "请更正", clause: "手册 1.1", source: "rule" }];
    const { write, enter, document, names, box, wrapper } = await form({ answers: { "PUT PATH/7": refusal(422, "rules", "有误", { violations }) } });
    await write("丁");
    await enter();
    expect([document.number.value, names(), box("name").element.value]).toEqual(["7", ["甲", "乙", "丙"], "丁"]);
    expect(wrapper.get(".messages").text()).toContain("联系人有误");
    expect(box("name").attributes("readonly")).toBeUndefined();
  });

  it("暂存 with such a row in the editor does the same, and stores the next one only when it is asked for", async () => {
    const { write, press, document, names, sent } = await form();
    await write("丁");
    await press("[data-action=save]");
    expect([document.number.value, names(), sent("PUT").length, sent("POST").length]).toEqual([null, ["丁"], 1, 0]);
    await press("[data-action=save]");
    expect(sent("POST")).toMatchObject([{ contact: "王芳", goods: [{ name: "丁" }] }]);
  });

  it("a row with errors goes nowhere", async () => {
    const { write, enter, document, names, sent } = await form();
    await write("丁", "x");
    await enter();
    expect([document.number.value, names().length, sent("PUT").length]).toEqual(["7", 3, 0]);
  });

  it("a click on another row ends with the new document, not with a row of the old one", async () => {
    const { write, press, document, names, box } = await form();
    await write("丁");
    await press(".row-list tbody tr");
    expect([document.number.value, names(), box("name").element.value]).toEqual([null, ["丁"], ""]);
  });

  it("插入 finds no room, and says what to do", async () => {
    const { press, wrapper, write, names } = await form();
    await wrapper.findAll(".row-list tbody input")[1]!.setValue(true);
    await press("[data-lines='goods/insert']");
    expect(wrapper.get(".lines-bar .error").text()).toContain("「货物」至多 3 行，现已有 3 行");
    await write("丁");
    expect(names()).toEqual(["甲", "乙", "丙"]);
  });
});
