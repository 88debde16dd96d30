import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { asked } from "@/kernel/dialogs/ask";
import DocumentForm from "@/kernel/form/DocumentForm.vue";
import { useDocument } from "@/kernel/form/useDocument";
import { session } from "@/kernel/session";
import { blank, parcelWithGoods, stored } from "@/testing/definition";
import { refusal, serve, type Request } from "@/testing/server";

const KEY = "0".repeat(32);
let types = 0;
let unmount = (): void => {};
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  session.value = { account: { username: "wang" } } as never;
});
afterEach(() => {
  unmount();
  vi.useRealTimers();
  session.value = null;
});

const left = (more: object = {}) => ({
  key: KEY, number: null, base_version: 0, content: { contact: "王芳" }, drafts: {}, saved_at: "2026-11-25T04:03:00Z", ...more,
});

async function form(answers: (path: string) => Record<string, unknown> = () => ({}), items: object[] = [], number: string | null = null) {
  const type = `sample.kept${(types += 1)}`;
  const path = `/api/documents/${type}`;
  const kept: Request[] = [];
  const keep = (request: Request) => (kept.push(request), { saved_at: "2026-11-25T04:03:00Z" });
  const documents = answers(path);
  const server = serve({
    [`GET ${path}/new`]: blank, [`GET /api/definitions/${type}`]: { ...parcelWithGoods, type },
    [`GET /api/autosaves/${type}`]: { items }, [`DELETE /api/autosaves/${type}/${KEY}`]: refusal(204, "", ""), ...documents,
  });
  const document = useDocument(type);
  // the tab makes its own key; the server answers whichever it is
  const original = globalThis.fetch;
  vi.stubGlobal("fetch", (address: string, init: RequestInit) => {
    const own = `/api/autosaves/${type}/${document.tab.value}`;
    if (address !== own && !(address.startsWith("/api/autosaves/") && init.method === "DELETE" && !address.endsWith(KEY))) return original(address, init);
    const request = { method: init.method!, path: address, body: init.body ? JSON.parse(String(init.body)) : null } as Request;
    server.asked.push(request);
    return Promise.resolve(init.method === "PUT" ? new Response(JSON.stringify(keep(request))) : new Response(null, { status: 204 }));
  });
  await document.load(number);
  const wrapper = mount(DocumentForm, { props: { document }, attachTo: window.document.body });
  unmount = () => wrapper.unmount();
  await flushPromises();
  const write = (name: string, value: string) => wrapper.get(`[data-field="${name}"]`).setValue(value);
  const wait = async (ms: number) => {
    await vi.advanceTimersByTimeAsync(ms);
    await flushPromises();
  };
  const click = async (selector: string) => {
    await wrapper.get(selector).trigger("click");
    await flushPromises();
  };
  const bar = () => wrapper.find(".restore-bar");
  const press = async (words: string) => {
    await bar().findAll("button").find((one) => one.text() === words)!.trigger("click");
    await flushPromises();
  };
  const value = (name: string) => wrapper.get<HTMLInputElement>(`[data-field="${name}"]`).element.value;
  const dropped = () => server.asked.filter((one) => one.method === "DELETE" && one.path.startsWith("/api/autosaves/")).map((one) => one.path.split("/").at(-1));
  return { wrapper, document, server, kept, write, wait, click, bar, press, value, dropped };
}

describe("drafts save themselves while typing (UI-15)", () => {
  it("a moment after the last key, without number or grey values; the page says when, calmly", async () => {
    const { write, wait, kept, wrapper } = await form();
    await write("contact", "王");
    await wait(1000);
    await write("contact", "王芳");
    await wait(1000);
    expect(kept).toHaveLength(0);
    await wait(600);
    expect(kept.map((one) => one.body)).toEqual([{ number: null, amendment: "", base_version: 0, content: { contact: "王芳" }, drafts: {} }]);
    expect(wrapper.get(".hint-line").text()).toContain("已自动保存 12:03");
    await wait(60_000);
    expect(kept).toHaveLength(1);
  });

  it("also while somebody types without a pause, and with the unfinished row", async () => {
    const { write, wait, kept } = await form();
    for (let at = 0; at < 9; at += 1) {
      await write("goods/name", `苹果${at}`);
      await wait(1000);
    }
    expect(kept).toHaveLength(1);
    expect(kept[0]!.body).toMatchObject({ content: {}, drafts: { goods: { row: { name: "苹果7" }, at: null } } });
  });

  it("at once when the page is hidden", async () => {
    const { write, kept } = await form();
    await write("contact", "王芳");
    window.dispatchEvent(new Event("pagehide"));
    await flushPromises();
    expect(kept).toHaveLength(1);
  });

  it("typing that comes back to what is stored takes it away; so does closing the tab", async () => {
    const { write, wait, document, dropped, wrapper } = await form();
    await write("contact", "王芳");
    await wait(1600);
    await write("contact", "");
    await wait(1600);
    expect(dropped()).toEqual([document.tab.value]);
    await write("contact", "李明");
    await wait(1600);
    wrapper.unmount();
    unmount = () => {};
    await flushPromises();
    expect(dropped()).toHaveLength(2);
  });

  it("暂存 carries the tab's key, and nothing is kept behind its back", async () => {
    let answer: (view: unknown) => void = () => {};
    const { write, wait, click, kept, document, server } = await form((path) => ({
      [`POST ${path}`]: () => new Promise((resolve) => (answer = resolve)),
    }));
    await write("contact", "王芳");
    await click("[data-action=save]");
    await wait(10_000);
    expect(kept).toHaveLength(0);
    answer(stored({ content: { contact: "王芳" } }));
    await wait(10_000);
    expect(kept).toHaveLength(0);
    expect(server.asked.find((one) => one.method === "POST")!.headers.get("Autosave-Key")).toBe(document.tab.value);
  });

  it("新增 gives up what was typed and begins under another key", async () => {
    const { write, wait, click, document, dropped } = await form();
    await write("contact", "王芳");
    await wait(1600);
    const before = document.tab.value;
    await click("[data-action=new]");
    asked.value!.answer(true);
    await flushPromises();
    expect(dropped()).toEqual([before]);
    expect(document.tab.value).not.toBe(before);
  });
});

describe("what was left is offered again (UI-15)", () => {
  it("with its time; 恢复 puts it into the boxes and keeps it under this tab's own key before the old one goes", async () => {
    const drafts = { goods: { row: { name: "苹果", weight: "2" }, at: null, before: null } };
    const { bar, press, value, kept, dropped, document } = await form(undefined, [left({ drafts })]);
    expect(bar().text()).toContain("发现未暂存的内容（2026-11-25 12:03），是否恢复");
    await press("恢复");
    expect([value("contact"), value("goods/name")]).toEqual(["王芳", "苹果"]);
    expect(document.unsaved.value).toBe(true);
    expect(kept).toHaveLength(1);
    expect(dropped()).toEqual([KEY]);
    expect(bar().exists()).toBe(false);
  });

  it("放弃 takes it away, and the next one is offered", async () => {
    const { bar, press, dropped, value } = await form(undefined, [left(), left({ key: "1".repeat(32) })]);
    expect(bar().text()).toContain("另有 1 份");
    await press("放弃");
    expect(dropped()).toEqual([KEY]);
    expect(value("contact")).toBe("");
    expect(bar().exists()).toBe(true);
  });

  it("is not offered for another document: after 暂存 the form holds one with a number, after 新增 a new one again", async () => {
    const { bar, write, click, server } = await form((path) => ({ [`POST ${path}`]: stored({ content: { contact: "李明" } }) }), [left()]);
    await write("contact", "李明");
    await click("[data-action=save]");
    expect(server.asked.some((one) => one.method === "POST")).toBe(true);
    expect(bar().exists()).toBe(false);
    await click("[data-action=new]");
    expect(bar().text()).toContain("发现未暂存的内容");
  });

  it("what another open form is typing is not offered", async () => {
    const first = await form();
    const { bar } = await form(undefined, [left({ key: first.document.tab.value })]);
    expect(bar().exists()).toBe(false);
    first.wrapper.unmount();
  });

  it("typed on an older version: the difference is shown, and mine can be kept", async () => {
    const theirs = stored({ number: "1", version: 3, content: { contact: "李明", goods: [{ name: "梨" }] as never } });
    const mine = left({ number: "1", base_version: 2, content: { contact: "王芳", goods: [{ name: "苹果" }] } });
    const { bar, press, wrapper, value } = await form((path) => ({ [`GET ${path}/1`]: theirs }), [mine], "1");
    expect(bar().text()).toContain("已有新的暂存");
    await press("恢复");
    expect(wrapper.get("dialog").text()).toContain("联系人王芳李明货物第 1 行 名称苹果梨");
    await wrapper.findAll("dialog footer button")[1]!.trigger("click");
    await flushPromises();
    expect(value("contact")).toBe("王芳");
  });

  it("in a form that may not be changed any more it says why", async () => {
    const actions = { ...blank.actions, save: { allowed: false, why: "单据状态为「已申请」，不允许暂存" } };
    const view = stored({ number: "1", actions });
    const { bar } = await form((path) => ({ [`GET ${path}/1`]: view }), [left({ number: "1" })], "1");
    expect(bar().text()).toContain("不能恢复：单据状态为「已申请」，不允许暂存");
    expect(bar().findAll("button").map((one) => one.text())).toEqual(["放弃"]);
  });
});
