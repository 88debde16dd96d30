import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Definition, Notice, Violation } from "@/kernel/api/types";
import { told } from "@/kernel/dialogs/ask";
import { blank, field, parcel, stored } from "@/testing/definition";
import { refusal, serve, type Request } from "@/testing/server";
import DocumentForm from "./DocumentForm.vue";
import { useDocument } from "./useDocument";

const PATH = "/api/documents/sample.timed";
const timed: Definition = {
  ...parcel, type: "sample.timed",
  sections: [{
    title: "预约", tables: [], attachments: [], states: [],
    fields: [
      field("port", "口岸", { lookup: true, entry: "required", required: true }),
      field("start", "预约时间", { kind: "moment", lookup: true, span: 2, max_length: 16 }),
      field("end", "截止时间", { entry: "system" }),
      field("contact", "联系人"),
    ],
  }],
};
const good = (text = "可以预约"): Notice => ({ path: "start", text, level: "good", offers: [], offers_title: "" });
const bad: Notice = {
  path: "start", text: "该时间为工作时间", level: "bad", offers_title: "推荐时段",
  offers: ["18:00", "19:00"].map((time) => ({ label: `11-27 ${time}`, values: { start: `2026-11-27 ${time}` } })),
};
const wrong = (path: string, message: string, more: Partial<Violation> = {}): Violation => ({
  path, rule: "R1", message, advice: "请改正", clause: "手册 1", source: "rule", level: "error", ...more,
});

let unmount = (): void => {};
beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => {
  unmount();
  vi.useRealTimers();
  told.value = null;
});

type Body = { field: string; content: Record<string, string> };

async function form(answer: (body: Body) => unknown, more: Record<string, unknown> = {}, number: string | null = null) {
  const server = serve({
    [`GET ${PATH}/new`]: { ...blank, notices: [] }, "GET /api/definitions/sample.timed": timed,
    [`POST ${PATH}/lookup`]: ({ body }: Request) => answer(body as Body), ...more,
  });
  const document = useDocument("sample.timed");
  await document.load(number);
  const wrapper = mount(DocumentForm, { props: { document }, attachTo: window.document.body });
  unmount = () => wrapper.unmount();
  await flushPromises();
  const box = (name: string) => wrapper.get<HTMLInputElement>(`[data-field=${name}]`);
  const type = async (name: string, value: string) => {
    await box(name).trigger("focus");
    await box(name).setValue(value);
    vi.advanceTimersByTime(300);
    await flushPromises();
  };
  const leave = async (name: string) => {
    await box(name).trigger("blur");
    await flushPromises();
  };
  const gutter = () => wrapper.get(".field.moment .gutter");
  const asked = () => server.asked.filter((one) => one.path.endsWith("/lookup")).map((one) => one.body as Body);
  return { wrapper, document, box, type, leave, gutter, asked };
}

describe("what the server says at a field (APPT-15)", () => {
  it("says nothing any more of a form that is only looked at (CONS-11)", async () => {
    const { document, wrapper } = await form(() => ({}), { [`GET ${PATH}/1`]: { ...stored(), notices: [good()] } }, "1");
    expect(wrapper.text()).toContain("可以预约");
    document.take({ ...document.view.value!, notices: null, editable: [], actions: { ...document.view.value!.actions, save: { allowed: false, why: "已结关" } } });
    await flushPromises();
    expect(wrapper.text()).not.toContain("可以预约");
  });

  it("is asked as soon as a moment is whole, while it is typed, and shown at the field and in full below", async () => {
    const { type, gutter, asked, wrapper, box } = await form(() => ({ content: { end: "2026-11-28 12:00" }, rows: {}, brought: {}, violations: [], notices: [good()] }));
    await type("start", "202611281");
    expect(asked()).toEqual([]);
    await type("start", "2026112810");
    expect(asked().map((one) => [one.field, one.content.start])).toEqual([["start", "2026112810"]]);
    expect(gutter().text()).toBe("✓可以预约");
    expect(gutter().get(".field-notice").classes()).toContain("good");
    expect(wrapper.get(".error-line").text()).toBe("可以预约");
    expect([box("start").element.value, box("end").element.value]).toEqual(["2026112810", "2026-11-28 12:00"]);
  });

  it("is not asked again when the box is left with the same moment; it goes with the next key", async () => {
    const { type, leave, gutter, asked, box } = await form(() => ({ content: {}, rows: {}, brought: {}, violations: [], notices: [good()] }));
    await type("start", "2026112810");
    await leave("start");
    expect([box("start").element.value, asked().length, gutter().text()]).toEqual(["2026-11-28 10:00", 1, "✓可以预约"]);
    await box("start").setValue("2026-11-28 10:0");
    expect(gutter().text()).toBe("");
    await type("start", "2026-11-28 10:00");
    expect([asked().length, gutter().text()]).toEqual([2, "✓可以预约"]);
  });

  it("a value that became wrong leaves nothing of what an earlier one brought", async () => {
    const { type, leave, gutter, box, asked } = await form(({ content }) =>
      content.start === "2026112810"
        ? { content: { end: "2026-11-28 12:00" }, rows: {}, brought: {}, violations: [], notices: [good()] }
        : { content: { end: "" }, rows: {}, brought: {}, violations: [wrong("start", "未查到")], notices: [] });
    await type("start", "2026112810");
    await leave("start");
    expect(box("end").element.value).toBe("2026-11-28 12:00");
    await type("start", "abc");
    await leave("start");
    expect([box("start").element.value, box("end").element.value]).toEqual(["abc", ""]);
    expect(gutter().text()).toContain("不是有效的时间");
    await leave("start");
    expect(asked()).toHaveLength(2);
  });

  it("what is wrong comes first; the offers stand beside it, chosen by keyboard, typed and looked up", async () => {
    const { type, leave, gutter, wrapper, box, document } = await form(({ content }) =>
      content.start === "2026-11-27 19:00"
        ? { content: { end: "2026-11-27 21:00" }, rows: {}, brought: {}, violations: [], notices: [good()] }
        : { content: {}, rows: {}, brought: {}, violations: [wrong("start", "工作时间不能预约")], notices: [bad] });
    await type("start", "2026112710");
    await leave("start");
    expect(gutter().text()).toContain("推荐时段");
    expect(gutter().text()).toContain("工作时间不能预约");
    const button = wrapper.get(".offers-open");
    await button.trigger("keydown", { key: "Enter" });
    expect(wrapper.findAll(".offers-list [role=option]").map((one) => one.text())).toEqual(["11-27 18:00", "11-27 19:00"]);
    await button.trigger("keydown", { key: "ArrowDown" });
    await button.trigger("keydown", { key: "Enter" });
    await flushPromises();
    expect(document.content.value).toMatchObject({ start: "2026-11-27 19:00", end: "2026-11-27 21:00" });
    expect(gutter().text()).toBe("✓可以预约");
    expect(box("start").attributes("aria-invalid")).toBe("false");
    expect(window.document.activeElement).toBe(box("start").element);
  });

  it("an offer is chosen by pointer too", async () => {
    const { type, wrapper, document } = await form(() => ({ content: {}, rows: {}, brought: {}, violations: [], notices: [bad] }));
    await type("start", "2026112710");
    await wrapper.get(".offers-open").trigger("click");
    await wrapper.get(".offers-list [role=option]").trigger("click");
    expect(document.content.value.start).toBe("2026-11-27 18:00");
  });

  it("another field that asks changes what is said and what is wrong at the moment", async () => {
    const { type, leave, gutter, box } = await form(({ content }) =>
      content.port === "A" ? { content: {}, rows: {}, brought: {}, violations: [wrong("start", "工作时间不能预约")], notices: [bad] } : { content: {}, rows: {}, brought: {}, violations: [], notices: [good()] });
    await type("start", "2026112810");
    await leave("start");
    await type("port", "A");
    await leave("port");
    expect(gutter().text()).toContain("工作时间不能预约");
    await type("port", "B");
    await leave("port");
    expect([gutter().text(), box("start").attributes("aria-invalid")]).toEqual(["✓可以预约", "false"]);
  });

  it("the answer to an older question counts for nothing once a newer one is answered", async () => {
    const waiting: ((answer: unknown) => void)[] = [];
    const { type, leave, gutter } = await form(() => new Promise((answer) => waiting.push(answer)));
    await type("start", "2026112810");
    await type("port", "A");
    await leave("port");
    waiting[1]!({ content: {}, rows: {}, brought: {}, violations: [], notices: [good("以新口岸为准")] });
    await flushPromises();
    waiting[0]!({ content: {}, rows: {}, brought: {}, violations: [wrong("start", "旧的")], notices: [bad] });
    await flushPromises();
    expect(gutter().text()).toBe("✓以新口岸为准");
  });

  it("comes with a stored draft when it is opened, and not at a grey box", async () => {
    const opened = stored({ content: { start: "2026-11-28 10:00" }, notices: [good()] });
    const { gutter, document } = await form(() => ({}), { [`GET ${PATH}/202600000000000001`]: opened }, "202600000000000001");
    expect(gutter().text()).toBe("✓可以预约");
    document.take({ ...opened, actions: { ...opened.actions, save: { allowed: false, why: "已申报" } } });
    await flushPromises();
    expect(gutter().text()).toBe("");
  });

  it("a box is drawn anew alone: the others' elements stay untouched", async () => {
    const { type, wrapper } = await form(() => ({ content: {}, rows: {}, brought: {}, violations: [], notices: [good()] }));
    const contact = wrapper.get("[data-field=contact]").element;
    const seen = new MutationObserver(() => undefined);
    seen.observe(contact.closest(".field")!, { attributes: true, childList: true, subtree: true, characterData: true });
    await type("start", "2026112810");
    expect(seen.takeRecords()).toEqual([]);
    seen.disconnect();
  });

  it("what is said of an empty field comes back when it is left empty again", async () => {
    const { type, leave, gutter } = await form(({ content }) => ({ content: {}, rows: {}, brought: {}, violations: [], notices: content.start ? [good()] : [bad] }));
    await type("port", "A");
    await leave("port");
    expect(gutter().text()).toContain("推荐时段");
    await type("start", "2026");
    expect(gutter().text()).toBe("");
    await type("start", "");
    await leave("start");
    expect(gutter().text()).toContain("推荐时段");
  });

  it("a cleared field takes back what it brought", async () => {
    const { type, leave, asked, box } = await form(({ content }) => ({ content: { end: content.start ? "2026-11-28 12:00" : "" }, rows: {}, brought: {}, violations: [], notices: [] }));
    await type("start", "2026112810");
    await type("start", "");
    await leave("start");
    await leave("start");
    expect([box("end").element.value, asked().length]).toEqual(["", 2]);
  });
});

describe("an alert is a dialog when it appears (APPT-05)", () => {
  const alert = wrong("port", "失信企业不允许操作", { alert: true });

  it("once as long as it stands, and again when it comes back; what is no alert opens none", async () => {
    const { type, leave } = await form(({ content }) => ({
      content: {}, rows: {}, brought: {}, notices: null, violations: content.port === "X" ? [alert] : content.port === "Y" ? [wrong("port", "其他")] : [],
    }));
    await type("port", "X");
    await leave("port");
    expect(told.value?.all).toEqual([{ text: "失信企业不允许操作", advice: "请改正", clause: "手册 1" }]);
    told.value!.read();
    await leave("port");
    expect(told.value).toBeNull();
    await type("port", "Y");
    await leave("port");
    expect(told.value).toBeNull();
    await type("port", "X");
    await leave("port");
    expect(told.value?.all).toHaveLength(1);
  });

  it("when an empty form is opened, each time", async () => {
    const view = { ...blank, alerts: [wrong("", "本企业不允许操作")] };
    const { document } = await form(() => ({}), { [`GET ${PATH}/new`]: () => structuredClone(view) });
    expect(told.value?.all.map((one) => one.text)).toEqual(["本企业不允许操作"]);
    told.value!.read();
    await document.clear();
    await flushPromises();
    expect(told.value?.all).toHaveLength(1);
  });

  it("a box that has the focus when a dialog opens is not left by that", async () => {
    const { box, leave } = await form(() => ({}));
    await box("port").trigger("focus");
    const dialog = window.document.body.appendChild(window.document.createElement("dialog"));
    dialog.setAttribute("open", "");
    await leave("port");
    expect(box("port").attributes("aria-invalid")).toBe("false");
    dialog.remove();
    await leave("port");
    expect(box("port").attributes("aria-invalid")).toBe("true");
  });

  it("when 暂存 is refused for it, beside the list", async () => {
    const { wrapper } = await form(() => ({}), { [`POST ${PATH}`]: refusal(422, "rules", "失信", { violations: [alert, wrong("start", "其他")] }) });
    await wrapper.get("[data-action=save]").trigger("click");
    await flushPromises();
    expect(told.value?.all.map((one) => one.text)).toEqual(["失信企业不允许操作"]);
    expect(wrapper.get(".messages").text()).toContain("其他");
  });
});
