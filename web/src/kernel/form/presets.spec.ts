import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, describe, expect, it } from "vitest";
import { ref } from "vue";
import type { Definition } from "@/kernel/api/types";
import { useQuery } from "@/kernel/list/useQuery";
import { workspaceKey } from "@/kernel/workspace";
import { blank, parcel, stored } from "@/testing/definition";
import { serve, type Request } from "@/testing/server";
import DocumentForm from "./DocumentForm.vue";
import { useDocument } from "./useDocument";

let types = 0;
let unmount = (): void => {};
afterEach(() => unmount());

/** A form whose 类别 comes from the menu; 关区 is grey and follows it. */
async function form(number: string | null = null) {
  const type = `sample.kind${(types += 1)}`;
  const path = `/api/documents/${type}`;
  const sections = parcel.sections.map((section) => ({
    ...section, fields: section.fields.map((one) => (one.name === "kind" ? { ...one, preset: true, required: true, entry: "required" as const } : one)),
  }));
  const view = ({ query }: Request) => ({ ...blank, content: { kind: query.kind ?? "", district: `关区${query.kind ?? ""}` } });
  const server = serve({
    [`GET /api/definitions/${type}`]: { ...parcel, type, sections } satisfies Definition, [`GET ${path}/new`]: view,
    [`GET ${path}/1`]: stored({ content: { kind: "B", contact: "王芳" } }),
    [`POST ${path}`]: (request: Request) => stored({ content: (request.body as { content: never }).content }),
    "GET /api/codes/kinds": { table: "kinds", items: [{ code: "A", name: "甲" }, { code: "B", name: "乙" }] },
    "GET /api/codes/districts": { table: "districts", items: [] },
  });
  const told: unknown[][] = [];
  const workspace = { active: ref(true), holds: (...given: unknown[]) => told.push(given), entitled() {}, unsaved() {}, cardStays: false, open() {}, openOwn() {}, close() {} };
  const document = useDocument(type);
  await document.load(number, "", { kind: "A" });
  const wrapper = mount(DocumentForm, { props: { document }, attachTo: window.document.body, global: { provide: { [workspaceKey as symbol]: workspace } } });
  unmount = () => wrapper.unmount();
  await flushPromises();
  return { wrapper, document, server, told };
}

describe("fields that the menu gives (CONS-09)", () => {
  it("are grey, asked for with the empty form, and sent", async () => {
    const { wrapper, document, server } = await form();
    const box = wrapper.get<HTMLInputElement>("[data-field=kind]");
    expect([box.attributes("readonly"), box.element.value, document.content.value.district]).toEqual(["", "A 甲", "关区A"]);
    await wrapper.get("[data-field=contact]").setValue("王芳");
    await document.save();
    expect(server.asked.find((one) => one.method === "POST")!.body).toMatchObject({ content: { kind: "A", contact: "王芳" } });
  });

  it("新增 and 复制 are of the kind that the form holds, and the tab is told", async () => {
    const { document, told, wrapper } = await form("1");
    expect(told.at(-1)).toEqual([document.number.value, "", "kind=B"]);
    await document.copy();
    expect(document.content.value).toMatchObject({ kind: "B", district: "关区B", contact: "王芳" });
    await wrapper.get("[data-action=new]").trigger("click");
    await flushPromises();
    expect(told.at(-1)).toEqual([null, "", "kind=B"]);
  });

  it("a template of another kind makes the form one of that kind", async () => {
    const { document, told } = await form();
    await document.fill({ kind: "B", contact: "李强" });
    await flushPromises();
    expect(document.content.value).toMatchObject({ kind: "B", district: "关区B" });
    expect(told.at(-1)).toEqual([null, "", "kind=B"]);
  });

  it("conditions of a query begin with it, if the type has them; 重置 clears it like any other", () => {
    const query = useQuery(() => parcel, () => new Date("2026-11-21T09:00:00+08:00"), { entry_no: "5301", other: "x" });
    expect(query.values).toMatchObject({ entry_no: "5301" });
    expect("other" in query.values).toBe(false);
    query.reset();
    expect(query.values.entry_no).toBe("");
  });
});
