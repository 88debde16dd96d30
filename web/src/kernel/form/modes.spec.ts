import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ref } from "vue";
import type { View } from "@/kernel/api/types";
import { asked } from "@/kernel/dialogs/ask";
import { beginLive, endLive } from "@/kernel/live/stream";
import { signing } from "@/kernel/signing/sign";
import { VIEW, workspaceKey } from "@/kernel/workspace";
import { blank, parcel, parcelWithGoods, stored } from "@/testing/definition";
import { change, Source, standInForStreams } from "@/testing/live";
import { refusal, serve, type Request } from "@/testing/server";
import DocumentForm from "./DocumentForm.vue";
import { useDocument } from "./useDocument";

const yes = { allowed: true, why: "" };
const no = (why: string) => ({ allowed: false, why });
const apply = parcel.actions.find((one) => one.name === "apply")!;
const amends = [
  { ...apply, name: "change", label: "变更", amends: "replaces" as const, done: "变更申报成功" },
  { ...apply, name: "revoke", label: "删单", amends: "ends" as const, confirm: "是否确认申报该数据？", done: "删单申报成功" },
];
const accepted = stored({
  number: "1", status: { code: "1", name: "海关审核通过", waiting: false }, content: { contact: "王芳" },
  actions: { ...blank.actions, save: no("单据状态为「海关审核通过」，不允许暂存"), apply: no("单据状态为「海关审核通过」，不允许申请"), delete: no("不允许删除"), print: yes, change: yes, revoke: yes },
});
const asForm = (name: "change" | "revoke", more: Partial<View> = {}): View => ({
  ...accepted, actions: { ...accepted.actions, apply: yes, save: name === "change" ? yes : no("删单不修改单据内容，无需暂存"), delete: no("没有已暂存的变更") }, ...more,
});

let types = 0;
let unmount = (): void => {};
afterEach(() => {
  unmount();
  signing.value = null;
});

async function form(mode: string, answers: (path: string) => Record<string, unknown> = () => ({}), plain: () => View = () => accepted) {
  const type = `sample.moded${(types += 1)}`;
  const path = `/api/documents/${type}`;
  const open = ({ query }: Request) => (query.for ? asForm(query.for as "change") : plain());
  const server = serve({
    [`GET ${path}/1`]: open, [`GET ${path}/new`]: blank, [`GET /api/autosaves/${type}`]: { items: [] },
    [`GET /api/definitions/${type}`]: { ...parcelWithGoods, type, actions: [...parcel.actions, ...amends] }, ...answers(path),
  });
  const document = useDocument(type);
  await document.load("1", mode);
  const told: string[][] = [];
  const workspace = { active: ref(true), holds: (number: string, as: string) => told.push([number, as]), entitled: (words: string) => told.push([words]), unsaved() {}, cardStays: false, open() {}, close() {} };
  const wrapper = mount(DocumentForm, { props: { document }, attachTo: window.document.body, global: { provide: { [workspaceKey as symbol]: workspace } } });
  unmount = () => wrapper.unmount();
  await flushPromises();
  const box = (name: string) => wrapper.get<HTMLInputElement>(`[data-field="${name}"]`);
  const click = async (name: string) => {
    await wrapper.get(`[data-action=${name}]`).trigger("click");
    await flushPromises();
  };
  const grey = () => wrapper.findAll("[data-action]").filter((one) => one.attributes("aria-disabled") === "true").map((one) => one.text());
  return { wrapper, document, server, box, click, grey, told };
}

describe("a document that is looked at (GATE-08, manual 3.2.2.1)", () => {
  it("shows everything grey; 暂存, 删除 and 申请 say why; 新增 begins a new one", async () => {
    const editable = { ...accepted, actions: { ...accepted.actions, save: yes, apply: yes, delete: yes } };
    const { wrapper, box, click, grey, told, server, document } = await form(VIEW, undefined, () => editable);
    expect(wrapper.findAll("input[data-field]").every((one) => one.attributes("readonly") !== undefined)).toBe(true);
    expect(grey()).toEqual(["暂存", "删除", "申请"]);
    await click("save");
    expect(window.document.body.textContent).toContain("查看页面只能查看");
    expect(server.asked.some((one) => one.path.startsWith("/api/autosaves"))).toBe(false);
    expect(told).toContainEqual(["查看"]);
    await click("new");
    expect([document.mode.value, box("contact").attributes("readonly")]).toEqual(["", undefined]);
    expect(told.at(-2)).toEqual([null, ""]);
  });

  it("an action that amends is no button of the bar", async () => {
    const { wrapper } = await form("");
    expect(wrapper.findAll("[data-action]").map((one) => one.text())).not.toContain("变更");
  });
});

describe("变更 (GATE-08, manual 3.2.2.6)", () => {
  it("is typed into the document's form; 暂存 saves the amendment, 申请 declares it, and the document stands as before", async () => {
    const saves: Request[] = [];
    const submits: Request[] = [];
    const saved = (request: Request) => (saves.push(request), asForm("change", { version: 2, content: { contact: "李明" }, actions: { ...asForm("change").actions, delete: yes } }));
    const under = { ...accepted, version: 2, marker: { code: "change", name: "变更中" } };
    let plain: View = accepted;
    const { wrapper, box, click, grey, document, told } = await form("change", (path) => ({
      [`PUT ${path}/1/amendment`]: saved,
      [`POST ${path}/1/submit`]: (request: Request) => (submits.push(request), (plain = under), under),
    }), () => plain);
    expect([wrapper.get(".form-mode").text(), grey()]).toEqual(["变更", ["删除"]]);
    await click("apply");
    expect(window.document.body.textContent).toContain("尚未录入变更内容");
    await box("contact").setValue("李明");
    await click("save");
    expect(saves[0]!.body).toMatchObject({ action: "change", content: { contact: "李明" } });
    expect(saves[0]!.headers.get("If-Match")).toBe('"1"');
    await click("apply");
    expect(signing.value!.facts[0]!.value).toContain("变更");
    await signing.value!.submit({ prepared: { number: "1", token: "t", signing_input: "" } as never, signature: "s", certificate: "c" });
    signing.value!.finish(true);
    await flushPromises();
    expect(submits).toHaveLength(1);
    expect([document.mode.value, box("contact").element.value]).toEqual([VIEW, "王芳"]);
    expect(window.document.body.textContent).toContain("变更申报成功");
    expect(told).toContainEqual(["1", VIEW]);
  });

  it("what is typed there is kept apart from what was typed into the document", async () => {
    const { document, server } = await form("change");
    expect(server.asked.find((one) => one.path.startsWith("/api/autosaves"))!.query).toEqual({ number: "1", for: "change" });
    expect(document.typed()).toMatchObject({ number: "1", amendment: "change" });
  });

  it("删除 there throws the saved amendment away after asking, not the document", async () => {
    const gone: Request[] = [];
    const { document, click, box } = await form("change", (path) => ({ [`DELETE ${path}/1/amendment`]: (request: Request) => (gone.push(request), refusal(204, "", "")) }));
    document.take(asForm("change", { version: 2, content: { contact: "李明" }, actions: { ...asForm("change").actions, delete: yes } }));
    await flushPromises();
    await click("delete");
    expect(asked.value!.text).toContain("原单据不受影响");
    asked.value!.answer(true);
    await flushPromises();
    expect(gone[0]!.headers.get("If-Match")).toBe('"2"');
    expect([document.mode.value, box("contact").element.value]).toEqual(["change", "王芳"]);
  });

  it("with something typed that is not saved, status and buttons follow customs, and what was typed stays and goes on when it may (UI-10, UI-14)", async () => {
    let locked = false;
    const why = "单据状态为「已锁定」，不允许变更";
    const now = () => ({ ...accepted, status: { code: "41", name: "已锁定", waiting: false }, actions: { ...accepted.actions, change: no(why) } });
    const { document, box, click, grey, wrapper, server } = await form("change", (path) => ({
      [`GET ${path}/1`]: ({ query }: Request) => (locked ? (query.for ? refusal(409, "not-in-this-state", why) : now()) : asForm("change")),
    }));
    standInForStreams();
    beginLive("wang");
    const news = async () => {
      Source.all[0]!.send("change", change({ type: document.type, number: "1", status: "41", kind: "receipt" }));
      await flushPromises();
    };
    await box("contact").setValue("李明");
    locked = true;
    await news();
    expect([document.mode.value, box("contact").element.value, box("contact").attributes("readonly") !== undefined]).toEqual(["change", "李明", true]);
    expect([grey(), wrapper.get(".unseen[role=status]").text()]).toEqual([["暂存", "删除", "申请"], "已锁定"]);
    expect(window.document.body.textContent).toContain(`${why}。已录入而未暂存的变更内容仍在页面上`);
    expect(server.asked.filter((one) => one.method === "PUT").map((one) => one.path)).toEqual([`/api/autosaves/${document.type}/${document.tab.value}`]);
    await click("apply");
    expect([asked.value, signing.value]).toEqual([null, null]);
    locked = false;
    await document.refresh();
    await flushPromises();
    expect([grey(), box("contact").element.value, box("contact").attributes("readonly")]).toEqual([["删除"], "李明", undefined]);
    locked = true;
    await box("contact").setValue("王芳");
    await document.refresh();
    expect(document.mode.value).toBe(VIEW);
    endLive();
    vi.unstubAllGlobals();
  });

  it("what is refused for the document's state asks for that state (UI-10)", async () => {
    let locked = false;
    const why = "单据状态为「已锁定」，不允许变更";
    const now = () => (locked ? { ...accepted, actions: { ...accepted.actions, change: no(why) } } : accepted);
    const { box, click, grey } = await form("change", (path) => ({
      [`GET ${path}/1`]: ({ query }: Request) => (!query.for ? now() : locked ? refusal(409, "not-in-this-state", why) : asForm("change")),
      [`PUT ${path}/1/amendment`]: () => refusal(409, "not-in-this-state", why),
    }));
    await box("contact").setValue("李明");
    locked = true;
    await click("save");
    expect([grey(), box("contact").element.value]).toEqual([["暂存", "删除", "申请"], "李明"]);
  });

  it("what customs do meanwhile turns the form into 查看, and says why (UI-10, UI-14)", async () => {
    let locked = false;
    const why = "单据状态为「已锁定」，不允许变更";
    const now = () => (locked ? { ...accepted, actions: { ...accepted.actions, change: no(why) } } : accepted);
    const { document } = await form("change", (path) => ({
      [`GET ${path}/1`]: ({ query }: Request) => (!query.for ? now() : locked ? refusal(409, "not-in-this-state", why) : asForm("change")),
    }));
    locked = true;
    standInForStreams();
    beginLive("wang");
    Source.all[0]!.send("change", change({ type: document.type, number: "1", status: "41", kind: "receipt" }));
    await flushPromises();
    endLive();
    vi.unstubAllGlobals();
    expect(document.mode.value).toBe(VIEW);
    expect(window.document.body.textContent).toContain(`已转为查看：${why}。已暂存的变更内容仍然保留`);
  });

  it("news of its own declaration, come before the answer, say nothing: what was done is said (UI-14)", async () => {
    let sent = false;
    const why = "变更正在办理中";
    const under = { ...accepted, marker: { code: "change", name: "变更中" }, actions: { ...accepted.actions, change: no(why) } };
    const edited = asForm("change", { actions: { ...asForm("change").actions, delete: yes } });
    const { document, click } = await form("change", (path) => ({
      [`GET ${path}/1`]: ({ query }: Request) => (!query.for ? under : sent ? refusal(409, "not-in-this-state", why) : edited),
      [`POST ${path}/1/submit`]: async () => {
        sent = true;
        Source.all[0]!.send("change", change({ type: document.type, number: "1", status: "1", kind: "submitted" }));
        await flushPromises();
        return under;
      },
    }));
    standInForStreams();
    beginLive("wang");
    await click("apply");
    await signing.value!.submit({ prepared: { number: "1", token: "t", signing_input: "" } as never, signature: "s", certificate: "c" });
    signing.value!.finish(true);
    await flushPromises();
    endLive();
    vi.unstubAllGlobals();
    expect([document.mode.value, document.view.value!.marker?.name]).toEqual([VIEW, "变更中"]);
    expect(window.document.body.textContent).toContain("变更申报成功");
    expect(window.document.body.textContent).not.toContain(`已转为查看：${why}`);
  });
});

describe("删单 (GATE-08, manual 3.2.2.4)", () => {
  it("everything is grey but 申请, which asks", async () => {
    const { wrapper, click, grey } = await form("revoke");
    expect(wrapper.findAll("input[data-field]").every((one) => one.attributes("readonly") !== undefined)).toBe(true);
    expect(grey()).toEqual(["暂存", "删除", "打印"]);
    await click("apply");
    expect(asked.value!.text).toBe("是否确认申报该数据？");
    asked.value!.answer(true);
    await flushPromises();
    expect(signing.value!.title).toBe("删单");
  });
});

describe("the marker (GATE-08)", () => {
  it("stands beside the status", async () => {
    const definition = { ...parcel, type: "sample.marked" };
    definition.sections = [{ ...parcel.sections[0]!, title: "信息", fields: [{ ...parcel.sections[0]!.fields[0]!, name: "status", label: "单证状态" }] }];
    serve({ "GET /api/documents/sample.marked/1": { ...accepted, header: { status: "海关入库成功" }, marker: { code: "change", name: "变更中" } }, "GET /api/definitions/sample.marked": definition });
    const document = useDocument("sample.marked");
    await document.load("1", VIEW);
    const wrapper = mount(DocumentForm, { props: { document } });
    await flushPromises();
    expect([wrapper.get<HTMLInputElement>("[data-field=status]").element.value, wrapper.get(".field .marker").text()]).toEqual(["海关入库成功", "变更中"]);
    wrapper.unmount();
  });
});
