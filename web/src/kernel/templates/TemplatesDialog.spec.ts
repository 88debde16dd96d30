import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, describe, expect, it } from "vitest";
import { asked } from "@/kernel/dialogs/ask";
import { refusal, serve } from "@/testing/server";
import TemplatesDialog from "./TemplatesDialog.vue";

const LIST = "/api/form-templates/sample.parcel";
const one = { id: 5, name: "粤B12345", who: "王芳", updated_at: "2026-11-26T09:00:00+08:00" };

let wrapper: ReturnType<typeof mount<typeof TemplatesDialog>>;
afterEach(() => wrapper.unmount());

async function dialog(answers: Record<string, unknown>) {
  const server = serve({ [`GET ${LIST}`]: { items: [one], most: 100 }, ...answers });
  wrapper = mount(TemplatesDialog, { props: { type: "sample.parcel", content: () => ({ contact: "王" }) }, attachTo: document.body });
  await flushPromises();
  const press = async (text: string) => {
    await wrapper.findAll("button").find((button) => button.text() === text)!.trigger("click");
    await flushPromises();
  };
  return { server, press };
}

describe("模板 (GATE-11)", () => {
  it("keeps the open form under a name; a name that is taken is told, and what was typed stays", async () => {
    let taken = true;
    const { server } = await dialog({ [`POST ${LIST}`]: () => (taken ? refusal(409, "conflict", "已有名为「甲」的模板") : one) });
    await wrapper.get("[data-field=name]").setValue("甲");
    await wrapper.get(".template-new").trigger("submit");
    await flushPromises();
    expect(wrapper.get("[role=alert]").text()).toContain("已有名为「甲」的模板");
    expect(wrapper.get<HTMLInputElement>("[data-field=name]").element.value).toBe("甲");
    taken = false;
    await wrapper.get(".template-new").trigger("submit");
    await flushPromises();
    expect(server.asked.findLast((each) => each.method === "POST")!.body).toEqual({ name: "甲", content: { contact: "王" } });
    expect(wrapper.get<HTMLInputElement>("[data-field=name]").element.value).toBe("");
  });

  it("gives a template's content to the form", async () => {
    const { press } = await dialog({ [`GET ${LIST}/5`]: { ...one, content: { contact: "李" } } });
    await press("新建单据");
    expect(wrapper.emitted("chosen")).toEqual([[{ contact: "李" }]]);
  });

  it("renames, and deletes after asking", async () => {
    const { server, press } = await dialog({ [`PUT ${LIST}/5`]: one, [`DELETE ${LIST}/5`]: null });
    await press("重命名");
    await wrapper.get("[data-field=rename]").setValue("粤B99999");
    await wrapper.get(".template-rename").trigger("submit");
    await flushPromises();
    expect(server.asked.find((each) => each.method === "PUT")!.body).toEqual({ name: "粤B99999" });
    await press("删除");
    asked.value!.answer(false);
    await flushPromises();
    expect(server.asked.some((each) => each.method === "DELETE")).toBe(false);
  });
});
