import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, describe, expect, it } from "vitest";
import { ref } from "vue";
import type { Row } from "@/kernel/api/types";
import { asked } from "@/kernel/dialogs/ask";
import { previewed } from "@/kernel/print/preview";
import { signing } from "@/kernel/signing/sign";
import { workspaceKey } from "@/kernel/workspace";
import { blank, field, parcel, parcelWithGoods, stored } from "@/testing/definition";
import { refusal, serve, type Request } from "@/testing/server";
import DocumentForm from "./DocumentForm.vue";
import { useDocument } from "./useDocument";

const PATH = "/api/documents/sample.parcel";
const base = {
  [`GET ${PATH}/new`]: blank,
  "GET /api/definitions/sample.parcel": parcel,
  [`POST ${PATH}/lookup`]: { content: { district: "5301" }, rows: {}, brought: {}, violations: [] },
  "GET /api/codes/districts": { table: "districts", items: [{ code: "5301", name: "皇岗海关" }] },
};
const saved = (request: Request) => stored({ content: (request.body as { content: object }).content as never });

let unmount = (): void => {};
afterEach(() => unmount());

async function form(answers: Record<string, unknown> = {}, number: string | null = null, type = "sample.parcel", close = (): void => {}) {
  const server = serve({ ...base, ...answers });
  const document = useDocument(type);
  await document.load(number);
  const workspace = { active: ref(true), holds() {}, entitled() {}, unsaved() {}, cardStays: false, open() {}, openOwn() {}, close };
  const wrapper = mount(DocumentForm, { props: { document }, attachTo: window.document.body, global: { provide: { [workspaceKey as symbol]: workspace } } });
  unmount = () => wrapper.unmount();
  await flushPromises();
  const box = (name: string) => wrapper.get<HTMLInputElement>(`[data-field=${name}]`);
  const gutter = (name: string) => wrapper.findAll(".field").find((one) => one.find(`[data-field=${name}]`).exists())!.get(".gutter");
  const leave = async (name: string, value: string) => {
    await box(name).trigger("focus");
    await box(name).setValue(value);
    await box(name).trigger("blur");
    await flushPromises();
  };
  const shortcut = async (code: string) => {
    window.dispatchEvent(new KeyboardEvent("keydown", { key: code.toLowerCase(), code: `Key${code}`, altKey: true }));
    await flushPromises();
  };
  const button = (name: string) => wrapper.get(`[data-action=${name}]`);
  const click = async (name: string) => {
    await button(name).trigger("click");
    await flushPromises();
  };
  const calls = (method: string) => server.asked.filter((one) => one.method === method && !one.path.endsWith("/lookup"));
  return { wrapper, document, server, box, gutter, leave, shortcut, button, click, calls };
}

describe("a type that nobody types", () => {
  it("has no 模板 (CONS-14)", async () => {
    expect((await form({}, null)).wrapper.find("[data-action=templates]").exists()).toBe(true);
    unmount();
    const actions = { ...stored().actions };
    delete actions.save;
    const grey = await form({ [`GET ${PATH}/202600000000000001`]: stored({ actions }) }, "202600000000000001");
    expect(grey.wrapper.find("[data-action=templates]").exists()).toBe(false);
  });
});

describe("fields (UI-01, UI-02)", () => {
  it("are yellow, white or grey, and follow their conditions", async () => {
    const { wrapper, document } = await form();
    const colour = (name: string) => wrapper.findAll(".field").find((one) => one.find(`[data-field=${name}]`).exists())!.classes();
    expect(colour("contact")).toContain("yellow");
    expect(colour("number")).toContain("grey");
    expect(colour("weight")).toContain("white");
    document.content.value.kind = "B";
    await flushPromises();
    expect(colour("weight")).toContain("yellow");
    document.content.value.kind = "A";
    await flushPromises();
    expect(colour("weight")).toContain("grey");
  });

  it("show nothing while another one disables them, and then what was typed again, after 暂存 too (PORT-08)", async () => {
    const without = (request: Request) => stored({ content: { kind: "A" }, version: request.method === "POST" ? 1 : 2 });
    const number = stored().number!;
    const { box, document, click, leave, gutter, server } = await form({ [`POST ${PATH}`]: without, [`PUT ${PATH}/${number}`]: saved });
    await leave("weight", "12");
    document.content.value.kind = "A";
    await flushPromises();
    expect([box("weight").element.value, gutter("weight").text()]).toEqual(["", ""]);
    await click("save");
    expect([document.dirty.value, document.shown()]).toEqual([false, { kind: "A" }]);
    document.content.value.kind = "B";
    await flushPromises();
    expect(box("weight").element.value).toBe("12");
    await click("save");
    expect(server.asked.at(-1)!.body).toMatchObject({ content: { kind: "B", weight: "12" } });
  });

  it("a code that there is not hinders nobody any more in a box that another one has disabled", async () => {
    const sections = parcel.sections.map((section) => ({ ...section, fields: section.fields.map((field) => (field.name === "weight" ? { ...field, kind: "code" as const, codes: "kinds" } : field)) }));
    const type = "sample.closing";
    const { box, document, gutter, leave, server, click } = await form({
      [`GET /api/documents/${type}/new`]: blank, [`GET /api/definitions/${type}`]: { ...parcel, type, sections }, "GET /api/codes/kinds": { table: "kinds", items: [] },
      [`POST /api/documents/${type}`]: saved,
    }, null, type);
    await leave("weight", "Q");
    expect(gutter("weight").text()).toContain("没有「Q」这个代码");
    document.content.value.kind = "A";
    await flushPromises();
    expect([gutter("weight").text(), box("weight").element.value]).toEqual(["", ""]);
    await click("save");
    expect(server.asked.at(-1)!.method).toBe("POST");
  });

  it("show a wrong value in the gutter as soon as the field is left, and forget it when edited", async () => {
    const { leave, gutter, box } = await form();
    await leave("entry_no", "5301");
    expect(gutter("entry_no").text()).toContain("报关单号应为 18 位数字");
    expect(box("entry_no").attributes("aria-invalid")).toBe("true");
    await box("entry_no").setValue("53012");
    expect(gutter("entry_no").text()).toBe("");
    await leave("contact", "一二三四五六");
    expect(gutter("contact").text()).toContain("「联系人」至多 5 个字符，现为 6 个");
    await leave("contact", "");
    expect(gutter("contact").text()).toContain("「联系人」为必填项");
  });

  it("show how to fill in, in red at the bottom, while they have the focus", async () => {
    const { box, wrapper } = await form();
    await box("contact").trigger("focus");
    expect(wrapper.get(".hint-line").text()).toBe("联系人的填写方法");
    await box("contact").trigger("blur");
    expect(wrapper.get(".hint-line").text()).toBe("");
  });

  it("with a look-up fill grey values when they are left; full-width digits are made plain", async () => {
    const { leave, box, server } = await form();
    await leave("entry_no", " ５３０１２０２６１２３４５６７８９０ ");
    expect(box("district").element.value).toBe("5301 皇岗海关");
    expect(server.asked.find((one) => one.path.endsWith("/lookup"))!.body).toMatchObject({ field: "entry_no", number: null });
    expect(box("entry_no").element.value).toBe("530120261234567890");
  });

  it("show what the look-up finds wrong", async () => {
    const violation = { path: "entry_no", rule: "r", message: "报关单已放行", advice: "", clause: "", source: "rule" };
    const { leave, gutter } = await form({ [`POST ${PATH}/lookup`]: { content: { district: "" }, rows: {}, brought: {}, violations: [violation] } });
    await leave("entry_no", "530120261234567890");
    expect(gutter("entry_no").text()).toContain("报关单已放行");
  });
});

describe("what a look-up said", () => {
  const violation = (path: string) => ({ path, rule: "r", message: "不在试点范围", advice: "", clause: "", source: "rule" });

  it("is taken back when the field is edited, and when the same value is looked up again and is right", async () => {
    let found: unknown[] = [violation("district"), violation("")];
    const { leave, gutter, box } = await form({ [`POST ${PATH}/lookup`]: () => ({ content: {}, rows: {}, brought: {}, violations: found }) });
    await leave("entry_no", "530120261234567890");
    expect([gutter("district").text(), gutter("entry_no").text()]).toEqual(["!不在试点范围", "!不在试点范围"]);
    found = [];
    await box("entry_no").trigger("blur");
    await flushPromises();
    expect([gutter("district").text(), gutter("entry_no").text()]).toEqual(["", ""]);
    found = [violation("district")];
    await leave("entry_no", "530120261234567891");
    expect(gutter("district").text()).toContain("不在试点范围");
    await box("entry_no").setValue("5");
    expect(gutter("district").text()).toBe("");
  });
});

describe("the error line (UI-01, UI-16)", () => {
  async function wrongForm() {
    const shown = await form();
    await shown.leave("contact", "一二三四五六");
    await shown.leave("entry_no", "5301");
    const line = () => shown.wrapper.get(".error-line").text();
    return { ...shown, line };
  }

  it("has its place, and is announced politely, before anything is wrong", async () => {
    const { wrapper } = await form();
    expect(wrapper.get(".error-line").attributes("aria-live")).toBe("polite");
    expect(wrapper.find(".error-line button").exists()).toBe(false);
  });

  it("says message, advice and basis in full, and how many others there are", async () => {
    const { line } = await wrongForm();
    expect(line()).toMatch(/报关单号应为 18 位数字.*怎么办：报关单号的填写方法.*依据：手册 1\.1（另有 1 处）$/);
  });

  it("lists all of them when asked; 关闭 leaves them where they are (UI-01)", async () => {
    const { wrapper, line } = await wrongForm();
    expect(wrapper.find(".messages").exists()).toBe(false);
    await wrapper.get(".error-all").trigger("click");
    expect(wrapper.get(".messages").text()).toMatch(/报关单号应为 18 位数字.*怎么办.*「联系人」至多 5 个字符/s);
    await wrapper.get(".messages header button").trigger("click");
    expect([wrapper.find(".messages").exists(), line().includes("另有 1 处")]).toEqual([false, true]);
  });

  it("speaks of the focused field if it is wrong, else of the wrong field left last, else of the first", async () => {
    const { line, box, leave, document } = await wrongForm();
    await box("contact").trigger("focus");
    expect(line()).toContain("「联系人」至多 5 个字符");
    await box("contact").trigger("blur");
    await leave("note", "无");
    expect(line()).toContain("「联系人」至多 5 个字符");
    await box("entry_no").trigger("focus");
    expect(line()).toContain("报关单号应为 18 位数字");
    await box("entry_no").setValue("53012");
    expect(line()).toMatch(/「联系人」至多 5 个字符.*(?<!处）)$/);
    expect(document.content.value.contact).toBe("一二三四五六");
  });

  it("after a refusal begins with the first field of the form, its label in front", async () => {
    const said = (path: string, message: string) => ({ path, rule: "r", message, advice: "", clause: "", source: "rule" });
    const violations = [said("attachments", "未上传声明"), said("contact", "不在册"), said("entry_no", "已放行")];
    const { wrapper, leave, shortcut, box } = await form({ [`POST ${PATH}`]: refusal(422, "rules", "", { violations }) });
    await leave("note", "无");
    await shortcut("S");
    expect(wrapper.get(".error-line").text()).toMatch(/报关单号：已放行.*（另有 2 处）/);
    expect(wrapper.findAll(".messages li .link").map((one) => one.text())).toEqual(["报关单号", "联系人", "随附单据"]);
    expect((window.document.activeElement as HTMLElement).dataset.field).toBe("entry_no");
    await box("entry_no").setValue("1");
    expect(wrapper.get(".error-line").text()).toMatch(/联系人：不在册.*（另有 1 处）/);
  });

  it("is a button behind the form that goes to the field", async () => {
    const { wrapper, box } = await wrongForm();
    box("note").element.focus();
    const button = wrapper.get(".error-line button");
    const after = box("note").element.compareDocumentPosition(button.element) & Node.DOCUMENT_POSITION_FOLLOWING;
    expect([after > 0, button.attributes("tabindex")]).toEqual([true, undefined]);
    await button.trigger("click");
    expect((window.document.activeElement as HTMLElement).dataset.field).toBe("entry_no");
  });
});

describe("buttons (UI-03, UI-10, UI-11)", () => {
  it("grey ones stay reachable, say why, and do nothing", async () => {
    const { button, click, calls } = await form();
    expect(button("delete").attributes("aria-disabled")).toBe("true");
    await click("delete");
    expect(asked.value).toBeNull();
    expect(calls("DELETE")).toEqual([]);
    expect(document.body.textContent).toContain("单据尚未暂存，不能删除");
  });

  it("Alt+S saves what is typed, once under one key, and then with the version", async () => {
    const { leave, shortcut, calls, box } = await form({ [`POST ${PATH}`]: saved, [`PUT ${PATH}/202600000000000001`]: saved });
    await leave("contact", "王芳");
    await shortcut("S");
    expect(calls("POST")).toHaveLength(1);
    expect(calls("POST")[0]!.headers.get("Idempotency-Key")).toMatch(/^[0-9a-f]{32}$/);
    expect(box("number").element.value).toBe("202600000000000001");
    await leave("contact", "李明");
    await shortcut("S");
    expect(calls("PUT")[0]!.headers.get("If-Match")).toBe('"1"');
  });

  it("an answer that got lost makes no second document: the same content carries the same key", async () => {
    let tries = 0;
    const { leave, shortcut, calls, box } = await form({
      [`POST ${PATH}`]: (request: Request) => {
        tries += 1;
        if (tries === 1) throw new TypeError("connection lost");
        return saved(request);
      },
    });
    await leave("contact", "王芳");
    await shortcut("S");
    expect(box("contact").element.value).toBe("王芳");
    await shortcut("S");
    const keys = calls("POST").map((one) => one.headers.get("Idempotency-Key"));
    expect(keys).toHaveLength(2);
    expect(keys[0]).toBe(keys[1]);
  });

  it("an answer that got lost makes no second document either when one has typed on", async () => {
    let tries = 0;
    const { leave, shortcut, calls, box } = await form({
      [`POST ${PATH}`]: (request: Request) => {
        tries += 1;
        if (tries === 1) throw new TypeError("connection lost");
        return saved(request);
      },
      [`PUT ${PATH}/202600000000000001`]: (request: Request) => stored({ version: 2, content: (request.body as { content: never }).content }),
    });
    await leave("contact", "王芳");
    await shortcut("S");
    await leave("contact", "李明");
    await shortcut("S");
    const [lost, again] = calls("POST");
    expect(again!.body).toEqual(lost!.body);
    expect(again!.headers.get("Idempotency-Key")).toBe(lost!.headers.get("Idempotency-Key"));
    expect(calls("PUT")[0]!.body).toMatchObject({ content: { contact: "李明" } });
    expect(box("contact").element.value).toBe("李明");
  });

  it("Alt+C makes a new unsaved form out of the open one: no number, no grey values; look-ups are asked again", async () => {
    const open = stored({ number: "1", content: { contact: "王芳", entry_no: "530120261234567890", district: "5302" }, actions: { ...blank.actions, copy: { allowed: true, why: "" } } });
    const { shortcut, box, document, server } = await form({
      [`GET ${PATH}/1`]: open,
      "GET /api/definitions/sample.parcel": parcel,
    }, "1");
    document.declared.value = { ...parcel, actions: [...parcel.actions, { ...parcel.actions[0]!, name: "copy", label: "复制", shortcut: "Alt+C" }] };
    await flushPromises();
    const before = document.tab.value;
    await shortcut("C");
    expect([document.number.value, document.dirty.value, document.tab.value === before]).toEqual([null, true, false]);
    expect([box("contact").element.value, box("number").element.value, box("district").element.value]).toEqual(["王芳", "", "5301 皇岗海关"]);
    expect(server.asked.some((one) => one.path.endsWith("/lookup"))).toBe(true);
    expect(window.document.body.textContent).toContain("已复制为新单据，尚未暂存");
  });

  it("CONS-04: 复制 leaves out rows that are used no more, and says so", async () => {
    const rows: Row[] = [{ name: "苹果", weight: "2", stopped: "1" }, { name: "梨", weight: "3" }];
    const open = stored({ number: "1", content: { contact: "王芳", goods: rows }, actions: { ...blank.actions, copy: { allowed: true, why: "" } } });
    const { shortcut, document } = await form({ [`GET ${PATH}/1`]: open, "GET /api/definitions/sample.parcel": parcel }, "1");
    const [table] = parcelWithGoods.lines;
    const kept = { ...table!, kept: { flag: "stopped", label: "停用" }, fields: [...table!.fields, field("stopped", "停用标志", { entry: "system" })] };
    document.declared.value = { ...parcelWithGoods, lines: [kept], actions: [...parcel.actions, { ...parcel.actions[0]!, name: "copy", label: "复制", shortcut: "Alt+C" }] };
    await flushPromises();
    await shortcut("C");
    expect(document.content.value.goods).toEqual([{ name: "梨", weight: "3" }]);
    expect(window.document.body.textContent).toContain("尚未暂存；「货物」中已停用的 1 行未复制，其后的行序号前移");
  });

  it("no shortcut without its action: Alt+C does nothing here", async () => {
    const { shortcut, server } = await form();
    const before = server.asked.length;
    await shortcut("C");
    expect(server.asked).toHaveLength(before);
  });

  it("a refusal stands at its fields and in a list with advice and basis; what was typed stays", async () => {
    const violations = [
      { path: "contact", rule: "r", message: "联系人不在册", advice: "请更正", clause: "手册 4.1", source: "rule" },
      { path: "", rule: "r", message: "整票不符", advice: "", clause: "", source: "rule" },
    ];
    const { wrapper, leave, shortcut, gutter, box } = await form({ [`POST ${PATH}`]: refusal(422, "rules", "联系人不在册", { violations }) });
    await leave("contact", "王芳");
    await shortcut("S");
    expect(gutter("contact").text()).toContain("联系人不在册");
    expect(wrapper.get(".messages").text()).toContain("共 2 处");
    expect(wrapper.get(".messages").text()).toContain("怎么办：请更正依据：手册 4.1");
    expect(box("contact").element.value).toBe("王芳");
    expect((document.activeElement as HTMLElement).dataset.field).toBe("contact");
  });

  it("a warning stands at its field and in the list in its own colour, refuses nothing, and goes when the field is edited (GATE-10)", async () => {
    const warnings = [{ path: "contact", rule: "r", message: "联系人与上次不同", advice: "请核对", clause: "手册 4.1", source: "rule", level: "warning" }];
    const { wrapper, leave, shortcut, gutter, box } = await form({ [`POST ${PATH}`]: (request: Request) => ({ ...saved(request), warnings }) });
    await leave("contact", "王芳");
    await shortcut("S");
    expect(box("number").element.value).toBe("202600000000000001");
    expect(gutter("contact").get(".error").classes()).toContain("warning");
    expect(box("contact").attributes("aria-invalid")).toBe("false");
    expect(wrapper.get(".messages.warning").text()).toContain("请核对，不影响暂存和申报，共 1 处");
    expect(wrapper.get(".error-line .warning").text()).toContain("联系人与上次不同");
    await box("contact").setValue("李明");
    expect([wrapper.find(".messages").exists(), gutter("contact").text()]).toEqual([false, ""]);
  });

  it("deleting asks first; afterwards the form is empty", async () => {
    const { click, calls, box } = await form(
      { [`GET ${PATH}/1`]: stored({ number: "1", content: { contact: "王芳" } }), [`DELETE ${PATH}/1`]: refusal(204, "", "") }, "1",
    );
    await click("delete");
    expect(asked.value).toMatchObject({ text: "是否删除该票单据？删除后不可恢复。", destructive: true });
    asked.value!.answer(false);
    await flushPromises();
    expect(calls("DELETE")).toEqual([]);
    await click("delete");
    asked.value!.answer(true);
    await flushPromises();
    expect(calls("DELETE")).toHaveLength(1);
    expect(box("contact").element.value).toBe("");
    expect(document.body.textContent).toContain("删除成功");
  });

  it("deleting closes the tab where nobody can begin another one (CONS-14)", async () => {
    const actions = parcel.actions.filter(({ name }) => name !== "new");
    let closed = 0;
    const path = PATH.replace("parcel", "merged");
    const { click } = await form({
      "GET /api/definitions/sample.merged": { ...parcel, type: "sample.merged", actions }, [`GET ${path}/new`]: blank,
      [`GET ${path}/1`]: stored({ number: "1" }), [`DELETE ${path}/1`]: refusal(204, "", ""),
    }, "1", "sample.merged", () => void (closed += 1));
    await click("delete");
    asked.value!.answer(true);
    await flushPromises();
    expect(closed).toBe(1);
    expect(document.body.textContent).toContain("删除成功");
  });

  it("新增 asks before it throws typed content away", async () => {
    const { leave, click, box } = await form();
    await leave("contact", "王芳");
    await click("new");
    asked.value!.answer(false);
    await flushPromises();
    expect(box("contact").element.value).toBe("王芳");
    await click("new");
    asked.value!.answer(true);
    await flushPromises();
    expect(box("contact").element.value).toBe("");
  });

  it("somebody else deleted it: what was typed stays, and how to keep it is said (UI-16)", async () => {
    const copy = { copy: { allowed: true, why: "" } };
    const { leave, shortcut, box } = await form(
      {
        [`GET ${PATH}/1`]: stored({ number: "1", actions: { ...blank.actions, ...copy } }),
        [`PUT ${PATH}/1`]: refusal(404, "not-found", "没有编号为 1 的单据"),
      }, "1",
    );
    await leave("contact", "王芳");
    await shortcut("S");
    expect(document.body.textContent).toContain("该单据已被删除，录入的内容仍在页面上。怎么办：需要保留时请点击「复制」");
    expect(box("contact").element.value).toBe("王芳");
  });

  it("somebody else saved first: both versions are shown, and mine can be kept", async () => {
    const current = stored({ number: "1", version: 2, content: { contact: "李明" } });
    const { leave, shortcut, wrapper, calls, box } = await form(
      {
        [`GET ${PATH}/1`]: stored({ number: "1", content: { contact: "赵云" } }),
        [`PUT ${PATH}/1`]: (request: Request) =>
          request.headers.get("If-Match") === '"2"' ? saved(request) : refusal(412, "stale-version", "已被他人保存", { current }),
      }, "1",
    );
    await leave("contact", "王芳");
    await shortcut("S");
    expect(wrapper.get("dialog").text()).toContain("联系人王芳李明");
    await wrapper.findAll("dialog footer button")[1]!.trigger("click");
    expect(box("contact").element.value).toBe("王芳");
    await shortcut("S");
    expect(calls("PUT").at(-1)!.headers.get("If-Match")).toBe('"2"');
  });

  it("a form emptied shows nothing of the one before: no half-typed code, no red 必填", async () => {
    const { leave, click, box, wrapper } = await form({ "GET /api/codes/kinds": { table: "kinds", items: [] } });
    await leave("kind", "xyz");
    await click("new");
    await flushPromises();
    expect(box("kind").element.value).toBe("");
    box("contact").element.focus();
    await click("new");
    await flushPromises();
    expect(wrapper.findAll("[aria-invalid=true]")).toEqual([]);
  });

  it("a code that is none is not silently left out of what is signed", async () => {
    const { leave, click, gutter } = await form(
      { [`GET ${PATH}/1`]: stored({ number: "1", content: { contact: "王芳" } }), "GET /api/codes/kinds": { table: "kinds", items: [] } }, "1",
    );
    await leave("kind", "xyz");
    await click("apply");
    expect(signing.value).toBeNull();
    expect(gutter("kind").text()).toContain("没有「xyz」这个代码");
  });

  it("申请 while one types on says why it stops", async () => {
    let answer: (view: unknown) => void = () => {};
    const { leave, click } = await form({
      [`GET ${PATH}/1`]: stored({ number: "1", content: { contact: "王芳" } }),
      [`PUT ${PATH}/1`]: () => new Promise((resolve) => (answer = resolve)),
    }, "1");
    await leave("note", "一");
    await click("apply");
    await leave("note", "一二");
    answer(stored({ number: "1", version: 2, content: { contact: "王芳", note: "一" } }));
    await flushPromises();
    expect(signing.value).toBeNull();
    expect(window.document.body.textContent).toContain("暂存时又有新的录入，请再次点击「申请」");
  });
});

describe("打印 (UI-12, CONS-03)", () => {
  it("a paper with a dialog of its own is previewed from there", async () => {
    previewed.value = null;
    const prints = [{ ...parcel.prints[0]!, dialog: "打印包裹信息" }];
    const number = "202600000000000001";
    const { click } = await form({ "GET /api/definitions/sample.letter": { ...parcel, prints }, [`GET ${PATH.replace("parcel", "letter")}/${number}`]: stored() }, number, "sample.letter");
    await click("print");
    expect([asked.value!.title, asked.value!.yes, previewed.value]).toEqual(["打印包裹信息", "打印预览", null]);
    expect(asked.value!.text).toContain(number);
    asked.value!.answer(false);
    await flushPromises();
    expect(previewed.value).toBeNull();
    await click("print");
    asked.value!.answer(true);
    await flushPromises();
    expect(previewed.value!.prints).toEqual(prints);
    previewed.value = null;
  });
});
