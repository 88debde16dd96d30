import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, describe, expect, it } from "vitest";
import type { Definition } from "@/kernel/api/types";
import { asked } from "@/kernel/dialogs/ask";
import DocumentForm from "@/kernel/form/DocumentForm.vue";
import { useDocument } from "@/kernel/form/useDocument";
import { blank, field, parcel } from "@/testing/definition";
import { serve, type Request } from "@/testing/server";

const GOODS = [
  { code: "0805100000", name: "鲜或干的橙" }, { code: "0805290000", name: "其他柑橘" }, { code: "0806100000", name: "鲜葡萄" },
  { code: "2009110000", name: "品目0805所列水果的汁" },
];
const CODE = field("hs_code", "商品HS编码", { kind: "code", codes: "tariff", least_digits: 4, fills: "name", max_length: 10, entry: "required", required: true });
const NAME = field("name", "商品名称", { max_length: 20, entry: "required", required: true });

let types = 0;
let slow = Promise.resolve();
let unmount = (): void => {};
afterEach(() => {
  unmount();
  slow = Promise.resolve();
});

async function form(fields = [CODE, NAME]) {
  const type = `sample.appointed${(types += 1)}`;
  const path = `/api/documents/${type}`;
  const lines: Definition["lines"] = [{ ...WORDS, fields }];
  const found = ({ query }: Request) => slow.then(() => ({ table: "tariff", items: GOODS.filter((one) => one.code.startsWith(query.q!) || one.name.includes(query.q!)) }));
  const server = serve({
    [`GET ${path}/new`]: { ...blank, content: { goods: [] } }, [`GET /api/definitions/${type}`]: { ...parcel, type, lines },
    "GET /api/codes/tariff": found, "GET /api/codes/kinds": { table: "kinds", items: [] },
  });
  const document = useDocument(type);
  await document.load(null);
  const wrapper = mount(DocumentForm, { props: { document }, attachTo: window.document.body });
  unmount = () => wrapper.unmount();
  await flushPromises();
  const box = (name: string) => wrapper.get<HTMLInputElement>(`[data-field="goods/${name}"]`);
  const type_ = async (name: string, text: string) => {
    box(name).element.focus();
    await box(name).setValue(text);
    await flushPromises();
  };
  const press = async (key: string) => {
    window.document.activeElement!.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    await flushPromises();
  };
  const listed = () => wrapper.findAll(".combo-list [role=option]").map((one) => one.text());
  const hint = () => wrapper.find(".combo-list [role=alert]").exists() ? wrapper.get(".combo-list [role=alert]").text() : "";
  const focused = () => (window.document.activeElement as HTMLElement).dataset.field;
  const rows = () => document.content.value.goods;
  const gutter = (name: string) => wrapper.findAll(".field").find((one) => one.find(`[data-field="goods/${name}"]`).exists())!.get(".gutter").text();
  const searches = () => server.asked.filter((one) => one.path === "/api/codes/tariff").map((one) => one.query.q);
  return { wrapper, document, box, type: type_, press, listed, hint, focused, rows, gutter, searches };
}

const WORDS = { name: "goods", label: "商品", least: 1, most: 9, clause: "手册 1", new: "新增", save: "保存", delete: "删除", insert: "", kept: null, elements: "", overflow: null, waits: false };

describe("a code cell that lists with Enter and fills its neighbour (APPT-04)", () => {
  it("four digits, Enter lists, Enter takes: the name is filled and has the focus; Enter there saves the row", async () => {
    const { type, press, listed, focused, box, rows, searches } = await form();
    await type("hs_code", "0805");
    expect([listed(), searches()]).toEqual([[], []]);
    await press("Enter");
    expect(listed()).toEqual(["0805100000鲜或干的橙", "0805290000其他柑橘"]);
    await press("ArrowDown");
    await press("Enter");
    expect([focused(), box("name").element.value]).toEqual(["goods/name", "其他柑橘"]);
    await press("Enter");
    expect(rows()).toEqual([{ hs_code: "0805290000", name: "其他柑橘" }]);
    expect(focused()).toBe("goods/hs_code");
  });

  it("saved twice while the code is still looked up: one row, and the emptied editor is not called wrong (UI-04)", async () => {
    const { type, wrapper, rows, gutter } = await form();
    const save = wrapper.findAll("button").find((one) => one.text() === WORDS.save)!;
    let answer = (): void => {};
    slow = new Promise((resolve) => (answer = resolve));
    await type("hs_code", "0806100000");
    await type("name", "提子");
    await save.trigger("click");
    await save.trigger("click");
    expect(rows()).toEqual([]);
    answer();
    await flushPromises();
    expect(rows()).toEqual([{ hs_code: "0806100000", name: "提子" }]);
    expect([gutter("hs_code"), gutter("name")]).toEqual(["", ""]);
  });

  it("an unknown code blocks its own row alone: given up, the empty editor is no unfinished row (UI-04, CONS-11)", async () => {
    const { type, press, wrapper, gutter, document, box } = await form();
    const new_ = wrapper.findAll("button").filter((one) => one.text() === WORDS.new).at(-1)!;
    await type("hs_code", "9999999999");
    await press("Tab");
    box("name").element.focus();
    await flushPromises();
    expect(gutter("hs_code")).not.toBe("");
    await type("name", "提子");
    await new_.trigger("click");
    await flushPromises();
    asked.value!.answer(true);
    await flushPromises();
    expect(document.drafts.goods).toEqual({ row: {}, at: null, before: null });
    await new_.trigger("click");
    await flushPromises();
    expect(asked.value).toBeNull();
  });

  it("below four digits Enter and Space say what is missing, ask nothing and stay; so does leaving", async () => {
    const { type, press, hint, focused, searches, box, gutter } = await form();
    await type("hs_code", "080");
    await press("Enter");
    expect([hint(), focused(), searches()]).toEqual(["请录入至少 4 位数字后回车，从列表中选择", "goods/hs_code", []]);
    await press("Escape");
    await press(" ");
    expect(hint()).toContain("至少 4 位数字");
    box("name").element.focus();
    await flushPromises();
    expect([gutter("hs_code"), searches()]).toEqual(["!请录入至少 4 位数字后回车，从列表中选择", []]);
  });

  it("an open list narrows with every key; the pointer takes an entry, and the focus goes to the name", async () => {
    const { type, press, listed, wrapper, focused, box } = await form();
    await type("hs_code", "0805");
    await press("Enter");
    await type("hs_code", "08052");
    expect(listed()).toEqual(["0805290000其他柑橘"]);
    await wrapper.get(".combo-list [role=option]").trigger("click");
    await flushPromises();
    expect([focused(), box("name").element.value]).toEqual(["goods/name", "其他柑橘"]);
  });

  it("the name can be changed and stays, until another code is chosen", async () => {
    const { type, press, box, rows } = await form();
    await type("hs_code", "0806");
    await press("Enter");
    await press("Enter");
    await type("name", "鲜葡萄（红提）");
    box("hs_code").element.focus();
    await press("Enter");
    expect(box("name").element.value).toBe("鲜葡萄（红提）");
    await type("hs_code", "080510");
    await press("Enter");
    await press("Enter");
    await press("Enter");
    expect(rows()).toEqual([{ hs_code: "0805100000", name: "鲜或干的橙" }]);
  });

  it("a code typed whole and left fills an empty or untouched name, never one that somebody wrote", async () => {
    const { type, box } = await form();
    const leave = async () => {
      box("hs_code").element.blur();
      await flushPromises();
    };
    await type("hs_code", "0806100000");
    await leave();
    expect(box("name").element.value).toBe("鲜葡萄");
    await type("hs_code", "0805100000");
    await leave();
    expect(box("name").element.value).toBe("鲜或干的橙");
    await type("name", "脐橙");
    await type("hs_code", "0805290000");
    await leave();
    expect(box("name").element.value).toBe("脐橙");
  });

  it("a name that is too long for its box is cut to it; Chinese is searched for as it is", async () => {
    const { type, press, box, listed } = await form([CODE, { ...NAME, max_length: 3 }]);
    await type("hs_code", "橙");
    await press("Enter");
    expect(listed()).toEqual(["0805100000鲜或干的橙"]);
    await press("Enter");
    expect(box("name").element.value).toBe("鲜或干");
  });

  it("as the last box of the row it is no reason to save it: choosing comes first", async () => {
    const { type, press, rows, focused } = await form([NAME, CODE]);
    await type("hs_code", "0806");
    await press("Enter");
    await press("Enter");
    expect([rows(), focused()]).toEqual([[], "goods/name"]);
    await press("Enter");
    expect(focused()).toBe("goods/hs_code");
    await press("Enter");
    expect(rows()).toEqual([{ hs_code: "0806100000", name: "鲜葡萄" }]);
  });
});
