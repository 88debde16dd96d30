import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { ActionDefinition, Definition, View } from "@/kernel/api/types";
import AskHost from "@/kernel/dialogs/AskHost.vue";
import { asked } from "@/kernel/dialogs/ask";
import { offered } from "@/kernel/dialogs/choose";
import { beginLive, endLive } from "@/kernel/live/stream";
import { signing } from "@/kernel/signing/sign";
import { blank, field, parcel, parcelWithGoods, stored } from "@/testing/definition";
import { change, Source, standInForStreams } from "@/testing/live";
import { refusal, serve, type Request } from "@/testing/server";
import DocumentForm from "./DocumentForm.vue";
import { useDocument } from "./useDocument";

const yes = { allowed: true, why: "" };
const no = (why: string) => ({ allowed: false, why });
const apply = parcel.actions.find((one) => one.name === "apply")!;
const signed = (name: string, label: string, more: Partial<ActionDefinition>): ActionDefinition => ({ ...apply, name, label, ...more });

/** An application that is answered by numbers or by a report, both under 申请, and taken back by 取消. */
const numbers = {
  name: "numbers", label: "单号", least: 1, most: 50, clause: "", new: "新增", save: "保存", delete: "删除", insert: "", kept: null, elements: "", overflow: null, waits: false,
  fields: [field("no", "单号", { entry: "required", required: true, pattern: "[0-9]{3}", pattern_message: "单号应为 3 位数字" })],
};
const actions = [
  ...parcel.actions.filter((one) => one !== apply),
  signed("apply", "申请", { states: ["0", ""] }),
  signed("answer", "申请", { states: ["1", "2"], edits: ["numbers"], choice: "反馈单号", done: "反馈成功" }),
  signed("report", "申请", { states: ["1", "2"], edits: ["report", "attachments/2"], choice: "情况说明", confirm: "只能发送一次，是否继续？" }),
  signed("cancel", "取消", { states: ["1"], edits: [], timed: true }),
];
const definition: Definition = {
  ...parcelWithGoods, actions, lines: [...parcelWithGoods.lines, numbers],
  sections: [
    ...parcel.sections,
    { title: "货物名称", fields: [], tables: ["goods"], attachments: [], states: [] },
    { title: "单号反馈", fields: [], tables: ["numbers"], attachments: [], states: [] },
    { title: "情况说明", fields: [field("report", "说明", { kind: "textarea", span: 3 })], tables: [], attachments: ["2"], states: ["1", "2"] },
  ],
  attachments: { categories: [{ code: "2", name: "说明材料", most: 1 }], max_bytes: 4_194_304, max_page_bytes: 204_800, hint: "", clause: "" },
};

const goods = [{ name: "苹果", weight: "2" }];
const draftWhy = "单据状态为「暂存」，不允许申请；仅已申请时可以";
const draft = stored({
  number: "1", content: { contact: "王芳", goods, numbers: [] }, editable: null,
  actions: { ...stored().actions, answer: no(draftWhy), report: no(draftWhy), cancel: no("仅已申请时可以") },
});
const inForce: View = {
  ...draft, status: { code: "1", name: "已申请", waiting: false }, editable: ["numbers", "report", "attachments/2"], in_force: {},
  actions: {
    ...blank.actions, save: no("单据状态为「已申请」，不允许暂存"), apply: no("单据状态为「已申请」，不允许申请；仅暂存时可以"),
    answer: yes, report: yes, cancel: yes, print: yes, delete: no("不允许删除"),
  },
};
/** While a follow-up is with customs. */
const underWay = (more: Partial<View> = {}): View => ({
  ...inForce, editable: [], marker: { code: "answer", name: "反馈中" },
  actions: { ...inForce.actions, answer: no("单据「反馈中」，海关答复之前不允许申请"), report: no("单据「反馈中」"), cancel: no("单据「反馈中」") }, ...more,
});

let types = 0;
let unmount = (): void => {};
afterEach(() => {
  unmount();
  endLive();
  vi.unstubAllGlobals();
  [signing.value, offered.value] = [null, null];
});

async function form(view: () => View, answers: (path: string) => Record<string, unknown> = () => ({}), left: object[] = []) {
  const type = `sample.followed${(types += 1)}`;
  const path = `/api/documents/${type}`;
  const server = serve({
    [`GET ${path}/1`]: view, [`GET ${path}/new`]: { ...blank, content: { goods: [], numbers: [] } }, [`GET /api/autosaves/${type}`]: { items: left },
    [`GET /api/definitions/${type}`]: { ...definition, type }, ...answers(path),
  });
  const document = useDocument(type);
  await document.load("1");
  const wrapper = mount(DocumentForm, { props: { document }, attachTo: window.document.body });
  const host = mount(AskHost, { attachTo: window.document.body });
  unmount = () => (wrapper.unmount(), host.unmount());
  await flushPromises();
  const box = (name: string) => wrapper.get<HTMLInputElement>(`[data-field="${name}"]`);
  const readonly = (name: string) => box(name).attributes("readonly") !== undefined;
  const click = async (selector: string) => {
    await wrapper.get(selector).trigger("click");
    await flushPromises();
  };
  const choose = async (name: string) => {
    window.document.querySelector<HTMLElement>(`[data-choice=${name}]`)!.click();
    await flushPromises();
  };
  const addNumber = async (no: string) => {
    await box("numbers/no").setValue(no);
    await click("[data-lines='numbers/save']");
  };
  const submit = async () => {
    await signing.value!.submit({ prepared: { number: "1", token: "t", signing_input: "" } as never, signature: "s", certificate: "c" });
    signing.value!.finish(true);
    await flushPromises();
  };
  return { wrapper, document, server, type, path, box, readonly, click, choose, addNumber, submit };
}

/** Keeps what a follow-up saves, as the server does: only what may be typed, beside what is in force. */
function keeping(saves: Request[], more: Partial<View> = {}) {
  return (request: Request): View => {
    saves.push(request);
    const { content } = request.body as { content: View["content"] };
    return { ...inForce, version: 2, content: { ...inForce.content, numbers: content.numbers!, report: content.report ?? "" }, ...more };
  };
}

it("what ends by itself as time goes on is grey in that minute, without a click or a word of the server (APPT-11, UI-10)", async () => {
  vi.useFakeTimers({ now: new Date("2026-11-26T08:59:30+08:00"), toFake: ["Date", "setInterval", "clearInterval"] });
  try {
    const past = "已到预约通关时间，不能取消预约";
    const now = () => (Date.now() < Date.parse("2026-11-26T09:00:00+08:00") ? inForce : { ...inForce, actions: { ...inForce.actions, cancel: no(past) } });
    const { wrapper, server, path } = await form(now);
    const grey = () => wrapper.get("[data-action=cancel]").attributes("aria-disabled");
    expect(grey()).toBe("false");
    vi.advanceTimersByTime(32_000);
    await flushPromises();
    expect(grey()).toBe("true");
    vi.advanceTimersByTime(120_000);
    await flushPromises();
    expect(server.asked.filter((one) => one.path === `${path}/1`)).toHaveLength(2); // nothing that may be done ends any more
  } finally {
    vi.useRealTimers();
  }
});

describe("buttons of one label are one (APPT-09)", () => {
  it("with the reason of the action that is for such a status, where none may be done", async () => {
    const { wrapper } = await form(() => underWay());
    expect(wrapper.findAll("[data-action]").map((one) => one.text()).filter((one) => one === "申请")).toHaveLength(1);
    const button = wrapper.get("[data-action=apply]");
    expect(button.attributes("aria-disabled")).toBe("true");
    await button.trigger("mouseenter");
    expect(wrapper.get(".action-bar .busy").text()).toBe("单据「反馈中」，海关答复之前不允许申请");
  });

  it("does the one thing that is permitted without a question", async () => {
    const { click } = await form(() => ({ ...inForce, actions: { ...inForce.actions, report: no("已发送过") } }));
    await click("[data-action=apply]");
    expect(offered.value).toBeNull();
    expect(signing.value!.facts[0]!.value).toBe("包裹申请 · 申请 · 反馈单号");
  });

  it("asks which of several; Down and Up go from one to the other, giving up does nothing; what was typed is named first", async () => {
    const { click, server, box } = await form(() => inForce);
    await click("[data-action=apply]");
    const choices = [...window.document.querySelectorAll<HTMLElement>("[data-choice]")];
    expect(choices.map((one) => one.textContent)).toEqual(["反馈单号", "情况说明"]);
    choices[0]!.focus();
    choices[0]!.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
    expect(window.document.activeElement).toBe(choices[1]);
    choices[1]!.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowUp", bubbles: true }));
    expect(window.document.activeElement).toBe(choices[0]);
    offered.value!.answer(null);
    await flushPromises();
    await box("report").setValue("船期延误");
    await click("[data-action=apply]");
    expect(offered.value!.first).toBe("report");
    offered.value!.answer(null);
    await flushPromises();
    expect([signing.value, server.asked.filter((one) => one.method !== "GET")]).toEqual([null, []]);
  });
});

describe("the parts of the form follow the status (APPT-01, APPT-12)", () => {
  it("a draft: what follow-ups edit is locked and says why, 情况说明 is not there", async () => {
    const { wrapper, readonly } = await form(() => draft);
    expect(wrapper.text()).not.toContain("情况说明");
    expect(readonly("contact")).toBe(false);
    expect(wrapper.find("[data-lines='goods/new']").exists()).toBe(true);
    expect(wrapper.find("[data-lines='numbers/new']").exists()).toBe(false);
    expect(wrapper.get("[aria-label=单号反馈]").text()).toContain(draftWhy);
  });

  it("in force: only what follow-ups edit may be typed; no white buttons elsewhere", async () => {
    const { wrapper, readonly } = await form(() => inForce);
    expect([readonly("contact"), readonly("goods/name"), readonly("numbers/no"), readonly("report")]).toEqual([true, true, false, false]);
    expect(wrapper.findAll("[data-lines]").map((one) => one.attributes("data-lines"))).toEqual(["numbers/new", "numbers/save", "numbers/delete"]);
    expect(wrapper.get("[data-upload='2']").attributes("aria-disabled")).toBe("false");
    expect(wrapper.get("[data-action=save]").attributes("aria-disabled")).toBe("true");
  });

  it("a section that holds something stays when its states have gone", async () => {
    const { wrapper, readonly } = await form(() => ({ ...draft, content: { ...draft.content, report: "船期延误" } }));
    expect([wrapper.text().includes("情况说明"), readonly("report")]).toEqual([true, true]);
  });

  it("复制 takes nothing that was typed for a follow-up", async () => {
    const { document } = await form(() => ({ ...inForce, content: { ...inForce.content, numbers: [{ no: "123" }], report: "船期延误" } }));
    await document.copy();
    expect(document.content.value).toEqual({ contact: "王芳", goods, numbers: [] });
  });

  it("复制 says that it is lost (UI-15)", async () => {
    const may = { ...inForce, actions: { ...inForce.actions, copy: yes } };
    const { box, document, wrapper } = await form(() => may);
    document.declared.value = { ...definition, actions: [...actions, { ...apply, name: "copy", label: "复制", signed: false }] };
    await flushPromises();
    await box("report").setValue("船期延误");
    await wrapper.get("[data-action=copy]").trigger("click");
    await flushPromises();
    expect([asked.value!.text.includes("丢失"), asked.value!.destructive]).toEqual([true, true]);
    asked.value!.answer(false);
    await flushPromises();
    expect([document.number.value, document.content.value.report]).toEqual(["1", "船期延误"]);
  });
});

describe("a follow-up (APPT-09, APPT-10, APPT-12)", () => {
  it("saves what is typed without a word, signs, submits; the form stays open and shows the answer", async () => {
    const [saves, submits]: Request[][] = [[], []];
    const sent = underWay({ version: 2, content: { ...inForce.content, numbers: [{ no: "123" }] } });
    const { click, choose, addNumber, submit, document, wrapper } = await form(() => inForce, (path) => ({
      [`PUT ${path}/1/amendment`]: keeping(saves!), [`POST ${path}/1/submit`]: (request: Request) => (submits!.push(request), sent),
    }));
    const saidSaved = () => window.document.body.textContent!.split("暂存成功").length; // another spec may have said so
    const before = saidSaved();
    await addNumber("123");
    await click("[data-action=apply]");
    await choose("answer");
    expect(saves!.map((one) => one.body)).toEqual([{ action: "answer", content: { contact: "王芳", goods, numbers: [{ no: "123" }] } }]);
    expect([saves![0]!.headers.get("If-Match"), saves![0]!.headers.get("Autosave-Key")]).toEqual(['"1"', document.tab.value]);
    expect(saidSaved()).toBeLessThanOrEqual(before);
    await submit();
    expect(submits).toHaveLength(1);
    expect([document.mode.value, document.unsaved.value]).toEqual(["", false]);
    expect(wrapper.text()).toContain("123");
    expect(wrapper.find("[data-lines='numbers/new']").exists()).toBe(false);
    expect(window.document.body.textContent).toContain("反馈成功");
  });

  it("with a row that is wrong nothing is saved, and the focus goes there", async () => {
    const { click, choose, box } = await form(() => inForce);
    await box("numbers/no").setValue("1");
    await click("[data-action=apply]");
    await choose("answer");
    await flushPromises();
    expect([signing.value, (window.document.activeElement as HTMLElement).dataset.field]).toEqual([null, "numbers/no"]);
  });

  it("that edits nothing signs what is in force and leaves what is typed where it is", async () => {
    const cancelled = underWay({ marker: { code: "cancel", name: "取消中" } });
    const { click, box, submit, document } = await form(() => inForce, (path) => ({ [`POST ${path}/1/submit`]: cancelled }));
    await box("report").setValue("船期延误");
    await click("[data-action=cancel]");
    await submit();
    expect([document.content.value.report, document.view.value!.marker!.name]).toEqual(["船期延误", "取消中"]);
    expect(document.unsaved.value).toBe(true);
  });

  it("is signed with its own edits alone: the names of others as they are in force", async () => {
    const { document } = await form(() => ({ ...inForce, content: { ...inForce.content, numbers: [{ no: "123" }], report: "船期延误" }, in_force: { report: "原先" } }));
    const of = (name: string) => document.signedBy(definition.actions.find((one) => one.name === name)!, document.content.value);
    expect(of("answer")).toEqual({ contact: "王芳", goods, numbers: [{ no: "123" }], report: "原先" });
    expect(of("report")).toEqual({ contact: "王芳", goods, report: "船期延误" });
    expect(of("cancel")).toEqual({ contact: "王芳", goods, report: "原先" });
  });

  it("after another one was accepted: what that one left in force is signed too, not what was typed there meanwhile", async () => {
    const answered = { ...inForce, editable: ["report", "attachments/2"], in_force: {}, content: { ...inForce.content, numbers: [{ no: "123" }] } };
    const { document } = await form(() => answered);
    document.content.value = { ...document.content.value, report: "船期延误", numbers: [{ no: "999" }] };
    const report = definition.actions.find((one) => one.name === "report")!;
    expect(document.signedBy(report, document.content.value)).toEqual({ contact: "王芳", goods, numbers: [{ no: "123" }], report: "船期延误" });
  });

  it("asks before what can be done only once, and before anything is saved (GATE-05)", async () => {
    const { click, choose, box, server, path } = await form(() => inForce);
    await box("report").setValue("船期延误");
    await click("[data-action=apply]");
    await choose("report");
    expect(window.document.body.textContent).toContain("只能发送一次，是否继续？");
    expect(signing.value).toBeNull();
    asked.value!.answer(false);
    await flushPromises();
    expect(server.asked.filter((one) => one.path === `${path}/1/amendment`)).toEqual([]);
  });

  it("is not kept from it by a row that is half-typed for another one", async () => {
    const saves: Request[] = [];
    const { click, choose, box, document } = await form(() => inForce, (path) => ({ [`PUT ${path}/1/amendment`]: keeping(saves) }));
    await box("numbers/no").setValue("1");
    await box("report").setValue("船期延误");
    await click("[data-action=apply]");
    await choose("report");
    asked.value!.answer(true);
    await flushPromises();
    expect([saves.length, signing.value?.title, document.unsaved.value]).toEqual([1, "申请", true]);
  });

  it("of another tab came first: whose counts is asked, and what was typed here can be kept", async () => {
    let refuse = true;
    const theirs = { ...inForce, version: 2, content: { ...inForce.content, numbers: [{ no: "999" }] } };
    const saves: Request[] = [];
    const { click, choose, addNumber, wrapper, document } = await form(() => inForce, (path) => ({
      [`PUT ${path}/1/amendment`]: (request: Request) => (refuse ? refusal(412, "stale-version", "已被他人保存", { current: theirs }) : keeping(saves, { version: 3 })(request)),
    }));
    await addNumber("123");
    await click("[data-action=apply]");
    await choose("answer");
    expect(wrapper.get("dialog").text()).toContain("单号第 1 行 单号123999");
    await wrapper.findAll("dialog footer button")[1]!.trigger("click");
    refuse = false;
    await click("[data-action=apply]");
    await choose("answer");
    expect(saves.map((one) => [one.headers.get("If-Match"), (one.body as { content: View["content"] }).content.numbers])).toEqual([['"2"', [{ no: "123" }]]]);
    expect(document.unsaved.value).toBe(false);
    await vi.waitFor(() => expect(signing.value).not.toBeNull());
  });
});

describe("what is typed into a follow-up is not lost (UI-15)", () => {
  it("an autosave holds what may be typed, and no more", async () => {
    const { addNumber, box, document } = await form(() => inForce);
    await addNumber("123");
    await box("numbers/no").setValue("45");
    expect(document.typed()).toMatchObject({ number: "1", amendment: "", content: { numbers: [{ no: "123" }] }, drafts: { numbers: { row: { no: "45" } } } });
    expect(Object.keys(document.typed().content)).toEqual(["numbers"]);
    expect(document.unsaved.value).toBe(true);
  });

  const kept = (content: object) => ({ key: "0".repeat(32), number: "1", amendment: "", base_version: 1, content, drafts: {}, saved_at: "2026-11-25T04:03:00Z" });

  it("is offered again; 恢复 leaves what is in force as it is", async () => {
    const { wrapper, document } = await form(() => inForce, () => ({}), [kept({ contact: "李明", numbers: [{ no: "123" }] })]);
    document.restore(kept({ contact: "李明", numbers: [{ no: "123" }] }) as never);
    expect(document.content.value).toEqual({ contact: "王芳", goods, numbers: [{ no: "123" }] });
    expect(wrapper.get(".restore-bar").text()).toContain("恢复");
  });

  it("what was left of the draft is of no use any more, and says why", async () => {
    const { wrapper } = await form(() => inForce, () => ({}), [kept({ contact: "李明" })]);
    expect(wrapper.get(".restore-bar").text()).toContain("不能恢复：单据状态为「已申请」，不允许暂存");
  });

  it("when an answer ends it meanwhile, the words stay and the form says why", async () => {
    let ended = false;
    const { box, document, type } = await form(() => (ended ? underWay() : inForce));
    await box("report").setValue("船期延误");
    ended = true;
    standInForStreams();
    beginLive("wang");
    Source.all.at(-1)!.send("change", change({ type, number: "1", status: "1", kind: "receipt" }));
    await flushPromises();
    expect(document.content.value.report).toBe("船期延误");
    expect(window.document.body.textContent).toContain("海关答复之前不允许申请；已录入而未发送的内容仍在页面上");
  });

  it("in a state that has no such part any more, what was typed there is seen as long as it is unsent", async () => {
    let ended = false;
    const over = underWay({ status: { code: "9", name: "已取消", waiting: false }, marker: null });
    const { box, document, type, wrapper } = await form(() => (ended ? over : inForce));
    await box("report").setValue("船期延误");
    ended = true;
    standInForStreams();
    beginLive("wang");
    Source.all.at(-1)!.send("change", change({ type, number: "1", status: "9", kind: "receipt" }));
    await flushPromises();
    expect([document.unsaved.value, box("report").element.value, box("report").element.readOnly]).toEqual([true, "船期延误", true]);
    document.content.value.report = "";
    await flushPromises();
    expect([document.unsaved.value, wrapper.find("[data-field=report]").exists()]).toEqual([false, false]);
  });

  it("an answer that leaves it possible moves nothing that is being typed", async () => {
    let overdue = false;
    const late = { ...inForce, status: { code: "2", name: "逾期", waiting: false } };
    const { box, document, type } = await form(() => (overdue ? late : inForce));
    box("report").element.focus();
    await box("report").setValue("船期延误");
    overdue = true;
    standInForStreams();
    beginLive("wang");
    Source.all.at(-1)!.send("change", change({ type, number: "1", status: "2", kind: "timed" }));
    await flushPromises();
    expect([document.view.value!.status.name, document.content.value.report]).toEqual(["逾期", "船期延误"]);
    expect((window.document.activeElement as HTMLElement).dataset.field).toBe("report");
  });
});
