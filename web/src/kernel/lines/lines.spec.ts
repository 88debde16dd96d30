import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, describe, expect, it } from "vitest";
import { asked } from "@/kernel/dialogs/ask";
import { useDocument } from "@/kernel/form/useDocument";
import DocumentForm from "@/kernel/form/DocumentForm.vue";
import { blank, parcelWithGoods, stored } from "@/testing/definition";
import { refusal, serve, type Request } from "@/testing/server";

// useDocument asks for a definition once per type and page: each form here has a type of its own
let types = 0;
let unmount = (): void => {};
afterEach(() => unmount());

const apple = { name: "苹果", weight: "2" };
const pear = { name: "梨", weight: "3" };
const peach = { name: "桃", weight: "5" };
const banana = { name: "香蕉", weight: "7" };
const saved = (request: Request) => stored({ content: (request.body as { content: object }).content as never });

async function form(answers: (path: string) => Record<string, unknown> = () => ({}), rows: object[] = []) {
  const type = `sample.crate${(types += 1)}`;
  const path = `/api/documents/${type}`;
  const view = rows.length ? stored({ content: { goods: rows as never } }) : { ...blank, content: { goods: [] } };
  const server = serve({
    [`GET ${path}/new`]: { ...blank, content: { goods: [] } }, [`GET ${path}/1`]: view, [`POST ${path}`]: saved,
    [`GET /api/definitions/${type}`]: { ...parcelWithGoods, type }, ...answers(path),
  });
  const document = useDocument(type);
  await document.load(rows.length ? "1" : null);
  const wrapper = mount(DocumentForm, { props: { document }, attachTo: window.document.body });
  unmount = () => wrapper.unmount();
  await flushPromises();
  const box = (name: string) => wrapper.get<HTMLInputElement>(`[data-field="goods/${name}"]`);
  const type_ = async (name: string, value: string) => {
    box(name).element.focus();
    await box(name).setValue(value);
  };
  const enter = async () => {
    window.document.activeElement!.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
    await flushPromises();
  };
  const row = async (name: string, weight: string) => {
    await type_("name", name);
    await type_("weight", weight);
    box("mark").element.focus();
    await enter();
  };
  const press = async (button: string) => {
    await wrapper.get(`[data-lines="goods/${button}"]`).trigger("click");
    await flushPromises();
  };
  const cells = () => wrapper.findAll(".row-list tbody tr[tabindex]").map((one) => one.findAll("td").slice(1).map((cell) => cell.text()));
  const focused = () => (window.document.activeElement as HTMLElement).dataset.field;
  const gutter = (name: string) => wrapper.findAll(".field").find((one) => one.find(`[data-field="goods/${name}"]`).exists())!.get(".gutter").text();
  const click = async (index: number) => {
    await wrapper.findAll(".row-list tbody tr")[index]!.trigger("click");
    await flushPromises();
  };
  const tick = async (index: number) => wrapper.findAll(".row-list tbody input")[index]!.setValue(true);
  const action = async (name: string) => {
    await wrapper.get(`[data-action=${name}]`).trigger("click");
    await flushPromises();
  };
  return { wrapper, document, server, box, type: type_, enter, row, press, cells, focused, gutter, click, tick, action };
}

describe("a line table (GATE-04, UI-03)", () => {
  it("保存 of an empty editor makes no row; it says what is missing, in the first box", async () => {
    const { press, cells, focused, gutter } = await form();
    await press("save");
    expect(cells()).toEqual([]);
    expect([gutter("name"), focused()]).toEqual(["!「名称」为必填项", "goods/name"]);
  });

  it("Enter in the last box puts the row into the list, and the next one begins in the first box", async () => {
    const { row, cells, focused, box, document } = await form();
    await row("苹果", " ２ ");
    expect(cells()).toEqual([["1", "苹果", "2", ""]]);
    expect([focused(), box("name").element.value]).toEqual(["goods/name", ""]);
    await row("梨", "3");
    expect(document.content.value.goods).toEqual([apple, pear]);
  });

  it("a row with errors stays in the editor, its errors in the gutter, the focus at the first", async () => {
    const { row, cells, focused, gutter, wrapper } = await form();
    await row("", "x");
    expect(cells()).toEqual([]);
    expect([gutter("name"), gutter("weight")]).toEqual(["!「名称」为必填项", "!请填写数字"]);
    expect(focused()).toBe("goods/name");
    expect(wrapper.get(".error-line").text()).toContain("货物录入框 名称：「名称」为必填项");
  });

  it("conditions of a row may name the header", async () => {
    const { box, document, wrapper } = await form();
    const colour = () => wrapper.findAll(".field").find((one) => one.find("[data-field='goods/mark']").exists())!.classes();
    document.content.value.kind = "B";
    await flushPromises();
    expect(colour()).toContain("yellow");
    document.content.value.kind = "A";
    await flushPromises();
    expect(colour()).toContain("grey");
    expect(box("mark").attributes("readonly")).toBeDefined();
  });

  it("a cell that the header has disabled shows nothing, in the list neither, until it is enabled again (PORT-08)", async () => {
    const { box, document, cells, click } = await form(undefined, [{ ...apple, mark: "M1" }]);
    await click(0);
    document.content.value.kind = "A";
    await flushPromises();
    expect([cells(), box("mark").element.value]).toEqual([[["1", "苹果", "2", ""]], ""]);
    document.take(stored({ content: { kind: "A", goods: [apple] } }));
    document.content.value = { kind: "A", goods: [{ ...apple, mark: "M1" }] };
    expect(document.dirty.value).toBe(false);
    document.takeKeeping(stored({ content: { kind: "A", goods: [apple, pear] }, version: 2 }), document.content.value);
    expect(document.content.value.goods).toEqual([apple, pear]);
    document.content.value = { kind: "A", goods: [{ ...apple, mark: "M1" }, pear] };
    document.takeKeeping(stored({ content: { kind: "A", goods: [apple, pear] }, version: 3 }), document.content.value);
    document.content.value.kind = "B";
    await flushPromises();
    expect(cells()).toEqual([["1", "苹果", "2", "M1"], ["2", "梨", "3", ""]]);
  });

  it("cells of a table that is not opened yet keep what stands in them", async () => {
    const waiting = parcelWithGoods.lines.map((lines) => ({ ...lines, waits: { op: "eq" as const, field: "header.kind", value: "A" } }));
    const { cells, document } = await form((path) => ({ [`GET /api/definitions/${path.split("/").at(-1)}`]: { ...parcelWithGoods, type: path.split("/").at(-1), lines: waiting } }), [{ ...apple, mark: "M1" }]);
    document.content.value.kind = "A";
    await flushPromises();
    expect(cells()).toEqual([["1", "苹果", "2", "M1"]]);
  });

  it("a click opens a row in the editor; 保存 puts it back in its place", async () => {
    const { click, box, type, press, cells } = await form(undefined, [apple, pear]);
    await click(0);
    expect(box("name").element.value).toBe("苹果");
    await type("weight", "20");
    await press("save");
    expect(cells()).toEqual([["1", "苹果", "20", ""], ["2", "梨", "3", ""]]);
    expect(box("name").element.value).toBe("");
  });

  it("插入 puts the next row before the chosen one, and later ones count on", async () => {
    const { click, press, row, cells } = await form(undefined, [apple, pear]);
    await click(1);
    await press("insert");
    await row("桃", "5");
    expect(cells().map((one) => one.slice(0, 2))).toEqual([["1", "苹果"], ["2", "桃"], ["3", "梨"]]);
  });

  it("删除 asks, then takes the ticked rows away; the head box ticks all", async () => {
    const { wrapper, press, cells, tick } = await form(undefined, [apple, pear]);
    await press("delete");
    expect(asked.value).toBeNull();
    expect(window.document.body.textContent).toContain("请先在列表中勾选要删除的行");
    await tick(0);
    await press("delete");
    asked.value!.answer(true);
    await flushPromises();
    expect(cells()).toEqual([["1", "梨", "3", ""]]);
    expect(wrapper.findAll(".row-list tr.ticked")).toHaveLength(0);
    await wrapper.get(".row-list thead input").setValue(true);
    expect(wrapper.findAll(".row-list tr.ticked")).toHaveLength(1);
  });

  it("takes no more rows than declared, and says what to do", async () => {
    const { row, cells, wrapper } = await form(undefined, [apple, pear, apple]);
    await row("桃", "5");
    expect(cells()).toHaveLength(3);
    expect(wrapper.get(".lines-bar .error").text()).toContain("「货物」至多 3 行，现已有 3 行");
  });

  it("by keyboard: Down goes to the next row, Space ticks it, Enter opens it", async () => {
    const { wrapper, box } = await form(undefined, [apple, pear]);
    const rows = wrapper.findAll(".row-list tbody tr");
    (rows[0]!.element as HTMLElement).focus();
    await rows[0]!.trigger("keydown", { key: "ArrowDown" });
    await flushPromises();
    expect(window.document.activeElement).toBe(rows[1]!.element);
    await rows[1]!.trigger("keydown", { key: " " });
    expect(wrapper.findAll(".row-list tr.ticked")).toHaveLength(1);
    await rows[1]!.trigger("keydown", { key: "Enter" });
    await flushPromises();
    expect(box("name").element.value).toBe("梨");
  });

  it("is locked with the form: what the toolbar would do is refused with the reason", async () => {
    const view = stored({ content: { goods: [apple] }, actions: { ...blank.actions, save: { allowed: false, why: "单据状态为「已申请」，不允许暂存" } } });
    const { box, press, cells } = await form((path) => ({ [`GET ${path}/1`]: view }), [apple]);
    expect(box("name").attributes("readonly")).toBeDefined();
    await press("delete");
    expect(window.document.body.textContent).toContain("单据状态为「已申请」，不允许暂存");
    expect(cells()).toHaveLength(1);
  });
});

describe("rows and the server", () => {
  const violation = (path: string, message: string) => ({ path, rule: "r", message, advice: "请更正", clause: "手册 1.2", source: "rule" });

  it("an error by path opens the row and marks the field; it moves with its row and goes when the cell is edited", async () => {
    const violations = [violation("goods/2/weight", "超过许可数量"), violation("goods", "总重超限")];
    const { action, wrapper, focused, gutter, box, type, tick, press } = await form(
      (path) => ({ [`PUT ${path}/202600000000000001`]: refusal(422, "rules", "超过许可数量", { violations }) }), [apple, pear]);
    await wrapper.get("[data-field=contact]").setValue("王芳");
    await action("save");
    expect(focused()).toBe("goods/weight");
    expect([box("name").element.value, gutter("weight")]).toEqual(["梨", "!超过许可数量"]);
    expect(wrapper.get(".messages").text()).toContain("货物第 2 行 重量");
    expect(wrapper.get(".lines-bar .error").text()).toContain("总重超限");
    expect(wrapper.findAll(".row-list tr.wrong td")[1]!.text()).toBe("2");
    await tick(0);
    await press("delete");
    asked.value!.answer(true);
    await flushPromises();
    expect(wrapper.findAll(".row-list tr.wrong td")[1]!.text()).toBe("1");
    expect(wrapper.find(".lines-bar .error").exists()).toBe(false);
    await type("weight", "4");
    expect(gutter("weight")).toBe("");
  });

  it("暂存 puts a finished row that is still in the editor into the list", async () => {
    const { type, action, server, cells } = await form();
    await type("name", "苹果");
    await type("weight", "2");
    await action("save");
    const sent = server.asked.find((one) => one.method === "POST")!.body as { content: { goods: object[] } };
    expect(sent.content.goods).toEqual([apple]);
    expect(cells()).toHaveLength(1);
  });

  it("暂存 with a wrong row asks; going on leaves the row in the editor, and the form stays unsaved (UI-15)", async () => {
    const { type, action, server, box, document } = await form();
    await type("name", "苹果");
    await action("save");
    expect(asked.value?.text).toContain("尚未保存到列表");
    asked.value!.answer(false);
    await flushPromises();
    expect(server.asked.some((one) => one.method === "POST")).toBe(false);
    await action("save");
    asked.value!.answer(true);
    await flushPromises();
    expect(server.asked.some((one) => one.method === "POST")).toBe(true);
    expect(box("name").element.value).toBe("苹果");
    expect([document.dirty.value, document.unsaved.value]).toEqual([false, true]);
  });
});

describe("rows that a colleague has saved meanwhile (UI-14)", () => {
  const violation = { path: "goods/2/weight", rule: "r", message: "超过许可数量", advice: "请更正", clause: "手册 1.2", source: "rule" };
  const NUMBER = stored().number!;

  /** A form with these rows; `comes` has it look, when a colleague has saved others. */
  async function watched(rows: object[], more: (path: string) => Record<string, unknown> = () => ({})) {
    let now = stored({ content: { goods: rows as never } });
    const made = await form((path) => ({ [`GET ${path}/${NUMBER}`]: () => now, [`PUT ${path}/${NUMBER}`]: saved, ...more(path) }), rows);
    const comes = async (...theirs: object[]) => {
      now = stored({ content: { goods: theirs as never }, version: now.version + 1 });
      await made.document.refresh();
      await flushPromises();
    };
    const names = () => made.cells().map(([, name]) => name);
    const ticked = () => made.wrapper.findAll(".row-list tr.ticked").map((one) => one.findAll("td")[2]!.text());
    const sent = () => (made.server.asked.findLast((one) => one.method === "PUT")!.body as { content: { goods: object[] } }).content.goods;
    return { ...made, comes, names, ticked, sent };
  }

  it("an open row that nobody typed in goes with its row, and what is typed then goes to that row", async () => {
    const { click, comes, box, document, type, press, cells } = await watched([apple, pear]);
    await click(1);
    await comes(peach, apple, pear);
    expect([box("name").element.value, document.drafts.goods!.at, document.unsaved.value]).toEqual(["梨", 2, false]);
    await type("weight", "9");
    await press("save");
    expect(cells().map((one) => one.slice(1, 3))).toEqual([["桃", "5"], ["苹果", "2"], ["梨", "9"]]);
  });

  it("an open row that is another one now is closed, and not put over that one by going on or by 暂存", async () => {
    const { click, comes, box, document, action, sent } = await watched([apple, pear]);
    await click(1);
    await comes(apple, banana);
    expect([box("name").element.value, document.unsaved.value]).toEqual(["", false]);
    await click(0);
    await action("save");
    expect(sent()).toEqual([apple, banana]);
  });

  it("an open row that is gone is closed, and the form goes on", async () => {
    const { click, comes, box, press, row, names } = await watched([apple, pear]);
    await click(1);
    await comes(apple);
    await click(0);
    expect(box("name").element.value).toBe("苹果");
    await press("new");
    await row("桃", "5");
    expect(names()).toEqual(["苹果", "桃"]);
  });

  it("an open row with something typed keeps the form at what it was typed on: 暂存 asks whose counts", async () => {
    const { click, comes, type, document, box, names } = await watched([apple, pear]);
    await click(1);
    await type("weight", "9");
    await comes(apple, banana);
    expect([names(), box("weight").element.value, document.view.value!.version, document.unsaved.value]).toEqual([["苹果", "梨"], "9", 1, true]);
  });

  it.each<[string, object[], number | null]>([["elsewhere", [peach, apple, pear], 2], ["gone", [apple], null]])(
    "a wrong row stays in the editor when what others saved is taken beside it; its row is %s now", async (_, theirs, place) => {
      const current = stored({ content: { goods: theirs as never }, version: 2 });
      const { click, type, action, wrapper, box, document, names } = await watched([apple, pear], (path) => ({ [`PUT ${path}/${NUMBER}`]: refusal(412, "stale-version", "已被他人保存", { current }) }));
      await click(1);
      await type("weight", "x");
      await wrapper.get("[data-field=contact]").setValue("王芳");
      await action("save");
      asked.value!.answer(true);
      await flushPromises();
      await wrapper.findAll("dialog footer button").find((one) => one.text().startsWith("保留我录入的"))!.trigger("click");
      expect([names(), box("weight").element.value, document.drafts.goods!.at]).toEqual([theirs.map((row) => (row as { name: string }).name), "x", place]);
    },
  );

  it("grey cells of an open row follow without counting as typed; the box keeps the focus", async () => {
    const [goods] = parcelWithGoods.lines;
    const lines = [{ ...goods!, fields: [...goods!.fields, { ...goods!.fields[2]!, name: "unit", entry: "system" as const, required: false, disabled: false }] }];
    const { click, comes, box, document, focused, tick, ticked } = await watched([apple, { ...pear, unit: "035" }], (path) => ({ [`GET /api/definitions/${path.split("/").at(-1)}`]: { ...parcelWithGoods, type: path.split("/").at(-1), lines } }));
    await click(1);
    await tick(1);
    box("weight").element.focus();
    await comes(apple, { ...pear, unit: "011" });
    expect([box("unit").element.value, document.unsaved.value, focused(), ticked()]).toEqual(["011", false, "goods/weight", ["梨"]]);
  });

  it("a row that waits to be inserted goes before the same row", async () => {
    const { click, press, comes, row, names } = await watched([apple, pear]);
    await click(1);
    await press("insert");
    await comes(pear);
    await row("桃", "5");
    expect(names()).toEqual(["桃", "梨"]);
  });

  it("ticks follow their rows; 删除 names them and takes those", async () => {
    const { tick, comes, ticked, press, names } = await watched([apple, pear]);
    await tick(1);
    await comes(peach, apple, pear);
    expect(ticked()).toEqual(["梨"]);
    await press("delete");
    expect(asked.value!.text).toBe("是否删除选中的 1 行「货物」？第 3 行「梨」");
    asked.value!.answer(true);
    await flushPromises();
    expect(names()).toEqual(["桃", "苹果"]);
  });

  it("what was asked of is deleted at its new place", async () => {
    const { tick, comes, press, names } = await watched([apple, pear]);
    await tick(1);
    await press("delete");
    await comes(peach, apple, pear);
    asked.value!.answer(true);
    await flushPromises();
    expect(names()).toEqual(["桃", "苹果"]);
  });

  it.each<[string, { name: string }[]]>([["changed", [apple, banana]], ["gone", [apple]]])("a tick of a row that is %s meanwhile falls; nothing that was not asked of is deleted", async (_, theirs) => {
    const { tick, comes, press, names, ticked } = await watched([apple, pear]);
    await tick(0);
    await tick(1);
    await press("delete");
    await comes(...theirs);
    asked.value!.answer(true);
    await flushPromises();
    expect([names(), ticked()]).toEqual([theirs.map(({ name }) => name), ["苹果"]]);
    expect(window.document.body.textContent).toContain("没有删除任何一行；请核对列表，重新勾选后再点击「删除」");
  });

  it("of more than three rows the question names the first ones", async () => {
    const four = [apple, pear, peach, banana];
    const { press, wrapper } = await watched(four);
    await wrapper.get(".row-list thead input").setValue(true);
    await press("delete");
    expect(asked.value!.text).toBe("是否删除选中的 4 行「货物」？第 1 行「苹果」、第 2 行「梨」、第 3 行「桃」等");
    asked.value!.answer(false);
  });

  it("what was said of a row goes with it, and falls where the row is another one", async () => {
    const { action, comes, wrapper, gutter } = await watched([apple, pear], (path) => ({ [`PUT ${path}/${NUMBER}`]: refusal(422, "rules", "超过许可数量", { violations: [violation] }) }));
    const wrong = () => wrapper.findAll(".row-list tr.wrong").map((one) => one.findAll("td")[2]!.text());
    await action("save");
    await comes(peach, apple, pear);
    expect([wrong(), gutter("weight")]).toEqual([["梨"], "!超过许可数量"]);
    await comes(peach, apple, banana);
    expect([wrong(), gutter("weight")]).toEqual([[], ""]);
  });

  it("where the row that Tab reaches is gone, Tab reaches the last one", async () => {
    const { comes, wrapper } = await watched([apple, pear]);
    wrapper.findAll<HTMLElement>(".row-list tbody tr")[1]!.element.focus();
    await flushPromises();
    await comes(apple);
    expect(wrapper.findAll(".row-list tbody tr[tabindex='0']")).toHaveLength(1);
  });
});
