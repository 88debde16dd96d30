import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, describe, expect, it } from "vitest";
import type { Definition, View } from "@/kernel/api/types";
import { VIEW } from "@/kernel/workspace";
import { blank, field, parcel, stored } from "@/testing/definition";
import { refusal, serve, type Request } from "@/testing/server";
import DocumentForm from "./DocumentForm.vue";
import { useDocument } from "./useDocument";

const OWN = "2025-10-24";
const yes = { allowed: true, why: "" };
const no = { allowed: false, why: "单据状态为「已申请」，不允许暂存" };
const content = { contact: "王芳", kind: "5", goods: [{ unit: "035" }] };
const draft = stored({ number: "1", coded_on: OWN, content });
const declared: View = { ...draft, version: 2, status: { code: "1", name: "已申请", waiting: false }, actions: { ...draft.actions, save: no, apply: no, change: yes } };
const amended: View = { ...declared, amendment: "change", editable: ["kind", "goods"], in_force: content, content: { ...content, kind: "6" }, actions: { ...declared.actions, save: yes } };

let types = 0;
let unmount = (): void => {};
afterEach(() => unmount());

/** A form whose codes had other names on the document's own day; 6 did not count then. */
async function form(view: () => View, mode = "") {
  const [type, kinds, units] = ["sample.old", "old_kinds", "old_units"].map((name) => `${name}${(types += 1)}`) as [string, string, string];
  const items = (then: [string, string][], now: [string, string][]) => ({ query }: Request) => ({
    items: (query.day === OWN ? then : now).filter(([code]) => code.startsWith(query.q!)).map(([code, name]) => ({ code, name })),
  });
  const change = { ...parcel.actions.find((one) => one.name === "apply")!, name: "change", label: "变更", amends: "replaces" as const, by_field: true };
  const sections = parcel.sections.map((section) => ({ ...section, fields: section.fields.map((one) => (one.name === "kind" ? { ...one, codes: kinds } : one)) }));
  const unit = field("unit", "单位", { kind: "code", codes: units });
  const element = field("model", "规格型号", { elements: "unit" });
  const lines: Definition["lines"] = [{
    name: "goods", label: "货物", least: 1, most: 9, clause: "手册 1.2", new: "新增", save: "保存", delete: "删除", insert: "", kept: null, elements: "归类", overflow: null, waits: false,
    fields: [unit, element],
  }];
  const server = serve({
    [`GET /api/documents/${type}/1`]: view, [`GET /api/documents/${type}/new`]: blank, [`GET /api/autosaves/${type}`]: { items: [] },
    [`GET /api/definitions/${type}`]: { ...parcel, type, sections, lines, actions: [...parcel.actions, change] },
    [`GET /api/codes/${kinds}`]: items([["5", "旧称空运"]], [["5", "航空运输"], ["6", "邮件运输"]]),
    [`GET /api/codes/${units}`]: items([["035", "旧称千克"]], [["035", "千克"]]),
    [`GET /api/codes/${units}/035`]: ({ query }: Request) => (query.day === OWN ? { table: units, code: "035", name: "旧称千克", extra: { elements: ["旧要素"] } } : refusal(404, "not-found", "已停用")),
    "GET /api/codes/districts": { items: [] },
  });
  const document = useDocument(type);
  await document.load("1", mode);
  const wrapper = mount(DocumentForm, { props: { document }, attachTo: window.document.body });
  unmount = () => wrapper.unmount();
  await flushPromises();
  const seen = () => [wrapper.get<HTMLInputElement>("[data-field=kind]").element.value, wrapper.get(".row-list tbody td:nth-child(3)").text()];
  const days = () => [...new Set(server.asked.filter((one) => one.path === `/api/codes/${kinds}`).map(({ query }) => query.day ?? "today"))];
  const press = async (words: string) => {
    await wrapper.findAll("button").find((one) => one.text() === words)!.trigger("click");
    await flushPromises();
  };
  return { wrapper, document, seen, days, press };
}

describe("an old document keeps the meaning that its codes had, on the form as in lists and prints (OPER-02)", () => {
  it("what was declared, or is only looked at, is named as of its own day, in boxes and rows", async () => {
    for (const [view, mode] of [[declared, ""], [declared, VIEW], [draft, VIEW]] as const) {
      const { seen, days } = await form(() => view, mode);
      expect([seen(), days()]).toEqual([["5 旧称空运", "035 旧称千克"], [OWN]]);
      unmount();
    }
  });

  it("what is being typed counts as of today, as it is saved and signed; once it is declared its own day counts", async () => {
    let now = draft;
    const { seen, days, document } = await form(() => now);
    expect([seen(), days()]).toEqual([["5 航空运输", "035 千克"], ["today"]]);
    now = declared;
    await document.refresh();
    await flushPromises();
    expect(seen()).toEqual(["5 旧称空运", "035 旧称千克"]);
  });

  it("the changes of an amendment: the old value as of the document's day, the new one as of today while it is typed", async () => {
    const { wrapper, press } = await form(() => amended, "change");
    await press("查看变更");
    const cells = () => wrapper.findAll("dialog .old, dialog .new, [role=dialog] .old, [role=dialog] .new").map((one) => one.text());
    expect(cells()).toEqual(["5 旧称空运", "6 邮件运输"]);
  });

  it("a code that did not count on the document's day was typed later: it is named as of today", async () => {
    const { seen, days } = await form(() => ({ ...declared, content: { ...content, kind: "6" } }));
    expect([seen(), days()]).toEqual([["6 邮件运输", "035 旧称千克"], [OWN, "today"]]);
  });

  it("declaration elements are looked at as they were, also of a code that has ended since", async () => {
    const { wrapper, press } = await form(() => declared);
    await wrapper.get(".row-list tbody tr").trigger("click");
    await flushPromises();
    await press("归类查看");
    expect(window.document.body.textContent).toContain("旧要素");
  });
});
