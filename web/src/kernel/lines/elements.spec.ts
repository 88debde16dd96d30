import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Definition, Row } from "@/kernel/api/types";
import DocumentForm from "@/kernel/form/DocumentForm.vue";
import { useDocument } from "@/kernel/form/useDocument";
import { blank, field, parcelWithGoods, stored } from "@/testing/definition";
import { serve } from "@/testing/server";

let types = 0;
let unmount = (): void => {};
beforeEach(() => {
  HTMLDialogElement.prototype.showModal = function () { this.open = true; };
  HTMLDialogElement.prototype.close = function () { this.open = false; };
});
afterEach(() => unmount());

const goods = { "01": ["品牌类型", "用途", "型号"], "02": [] as string[] };
const row: Row = { code: "01", name: "电视机", model: "4|家用|X", weight: "1" };

async function form(rows: Row[] = [], more: { locked?: boolean } = {}) {
  const type = `sample.classified${(types += 1)}`;
  const path = `/api/documents/${type}`;
  const fields = [
    field("code", "商品编号", { entry: "required", required: true }), field("name", "品名"),
    field("model", "规格型号", { elements: "code", max_length: 20 }), field("weight", "重量", { kind: "decimal" }),
  ];
  fields[0] = { ...fields[0]!, codes: "goods" }; // the codes stand in a plain box: its list is another spec's
  const lines = [{ ...parcelWithGoods.lines[0]!, fields, most: 9, elements: "归类" }];
  const why = "单据状态为「已申请」，不允许暂存";
  const actions = more.locked ? { ...blank.actions, save: { allowed: false, why } } : blank.actions;
  const server = serve({
    [`GET /api/definitions/${type}`]: { ...parcelWithGoods, type, lines } satisfies Definition,
    [`GET ${path}/1`]: stored({ content: { goods: rows as never }, actions }),
    ...Object.fromEntries(Object.entries(goods).map(([code, elements]) => [`GET /api/codes/goods/${code}`, { table: "goods", code, name: `品${code}`, extra: { elements } }])),
  });
  const document = useDocument(type);
  await document.load("1");
  const wrapper = mount(DocumentForm, { props: { document }, attachTo: window.document.body });
  unmount = () => wrapper.unmount();
  await flushPromises();
  const box = (name: string) => wrapper.get<HTMLInputElement>(`[data-field="goods/${name}"]`);
  const key = async (element: Element, more: object = {}) => {
    element.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, ...more }));
    await flushPromises();
  };
  const press = async (button: string) => {
    await wrapper.get(`[data-lines="goods/${button}"]`).trigger("click");
    await flushPromises();
  };
  const tick = (index: number) => wrapper.findAll(".row-list tbody input")[index]!.setValue(true);
  const dialog = () => wrapper.find<HTMLDialogElement>("dialog");
  const parts = () => wrapper.findAll<HTMLInputElement>("dialog input");
  const click = async (text: string) => {
    await wrapper.findAll("dialog button").find((one) => one.text() === text)!.trigger("click");
    await flushPromises();
  };
  const models = () => (document.content.value.goods as Row[]).map((one) => one.model);
  const said = () => window.document.body.textContent;
  return { wrapper, server, box, key, press, tick, dialog, parts, click, models, said };
}

describe("归类 (CONS-04, manual 1.2)", () => {
  it("归类查看 shows one box for each element, which cannot be typed in; also where the form cannot", async () => {
    const { press, tick, dialog, parts, click, models } = await form([row], { locked: true });
    await tick(0);
    await press("view");
    expect(dialog().text()).toContain("归类查看");
    expect(dialog().findAll(".element span").map((one) => one.text())).toEqual(["1. 品牌类型", "2. 用途", "3. 型号"]);
    expect(parts().map((one) => one.element.value)).toEqual(["4", "家用", "X"]);
    expect(parts().every((one) => one.attributes("readonly") === "")).toBe(true);
    await click("关闭");
    expect([dialog().exists(), models()]).toEqual([false, ["4|家用|X"]]);
  });

  it("重新归类 of a ticked row puts the row back with its elements", async () => {
    const { press, tick, parts, click, models, box } = await form([row, { ...row, name: "收音机" }]);
    await tick(1);
    await press("change");
    await parts()[2]!.setValue(" Y9 ");
    await click("确定");
    expect(models()).toEqual(["4|家用|X", "4|家用|Y9"]);
    expect(box("code").element.value).toBe("");
  });

  it("by keyboard: Enter in the empty box opens it, Enter goes from box to box, and after the last it is done", async () => {
    const { box, key, parts, dialog } = await form();
    await box("code").setValue("01");
    box("model").element.focus();
    await key(box("model").element);
    for (const [at, value] of ["4", "家用", "Z"].entries()) {
      await parts()[at]!.setValue(value);
      await key(parts()[at]!.element);
    }
    expect([dialog().exists(), box("model").element.value, window.document.activeElement]).toEqual([false, "4|家用|Z", box("weight").element]);
  });

  it("closed without an answer it is not opened by the next Enter: nobody is kept in the box", async () => {
    const { box, key, click, dialog } = await form();
    await box("code").setValue("01");
    box("model").element.focus();
    await key(box("model").element);
    await click("取消");
    await key(box("model").element);
    expect([dialog().exists(), box("model").element.value]).toEqual([false, ""]);
    expect(window.document.activeElement).toBe(box("weight").element);
  });

  it("a code without elements, no code, no row: each says what to do", async () => {
    const { box, press, said, dialog, key } = await form([{ ...row, code: "02" }]);
    await press("view");
    expect(said()).toContain("请先在列表中单击或勾选一行，再点击「归类查看」");
    await press("change");
    expect(said()).toContain("请先在列表中单击或勾选一行，或在录入框中录入「商品编号」，再点击「重新归类」");
    await box("name").setValue("甲");
    await press("change");
    expect(said()).toContain("该行没有「商品编号」");
    await box("code").setValue("02");
    await press("change");
    expect(said()).toContain("商品编号 02 没有申报要素");
    box("model").element.focus();
    await key(box("model").element);
    expect(dialog().exists()).toBe(false);
  });

  it("text with | goes into as many boxes; too many characters are refused before they are lost", async () => {
    const { box, press, parts, dialog, click } = await form();
    await box("code").setValue("01");
    await press("change");
    await parts()[0]!.setValue("4|家用|ABC");
    expect(parts().map((one) => one.element.value)).toEqual(["4", "家用", "ABC"]);
    await parts()[2]!.setValue("很长很长很长很长很长很长很长很长很长");
    await click("确定");
    expect(dialog().text()).toContain("至多 20 个字符，现为 23 个");
    await parts()[2]!.setValue("短");
    await click("确定");
    expect(box("model").element.value).toBe("4|家用|短");
  });

  it("what was typed for another number of elements is shown, and kept until it is answered", async () => {
    const { press, tick, dialog, parts } = await form([{ ...row, model: "a|b|c|d" }]);
    await tick(0);
    await press("change");
    expect(dialog().text()).toContain("现有内容有 4 项，申报要素有 3 项，请逐项核对：a|b|c|d");
    expect(parts().map((one) => one.element.value)).toEqual(["a", "b", "c"]);
  });

  it("重新归类 is grey with the form and says why", async () => {
    const { press, tick, said, dialog } = await form([row], { locked: true });
    await tick(0);
    await press("change");
    expect([dialog().exists(), said()?.includes("单据状态为「已申请」，不允许暂存")]).toEqual([false, true]);
  });
});
