import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, describe, expect, it } from "vitest";
import { ref } from "vue";
import { VIEW, workspaceKey } from "@/kernel/workspace";
import { parcel, stored } from "@/testing/definition";
import { refusal, serve, type Request } from "@/testing/server";
import DocumentPage from "./DocumentPage.vue";

const why = "单据状态为「已办结」，不允许变更；仅海关入库成功、解除锁定时可以";
let unmount = (): void => {};
afterEach(() => unmount());

async function opened(mode: string, answer: (request: Request) => unknown) {
  serve({ "GET /api/definitions/sample.page": { ...parcel, type: "sample.page" }, "GET /api/documents/sample.page/1": answer });
  const told: unknown[] = [];
  const workspace = { active: ref(true), holds: (...given: unknown[]) => told.push(given), entitled() {}, unsaved() {}, cardStays: false, open() {}, openOwn() {}, close() {} };
  const page = mount(DocumentPage, {
    props: { type: "sample.page", number: "1", mode }, attachTo: document.body,
    global: { provide: { [workspaceKey as symbol]: workspace }, stubs: { DocumentForm: { template: "<div class='opened' />" } } },
  });
  unmount = () => page.unmount();
  await flushPromises();
  const buttons = () => page.findAll(".page-state button").map((one) => one.text());
  return { page, buttons, told };
}

describe("a form for 变更 of what cannot be changed any more (GATE-08)", () => {
  it("says why, and opens the document to be looked at", async () => {
    const { page, buttons, told } = await opened("change", ({ query }) =>
      query.for ? refusal(409, "not-in-this-state", why) : stored({ number: "1" }),
    );
    expect(page.get("[role=alert] p").text()).toContain(why);
    expect(buttons()).toEqual(["查看单据", "重试"]);
    await page.get(".page-state button.primary").trigger("click");
    await flushPromises();
    expect(page.find(".opened").exists()).toBe(true);
    expect(told).toEqual([["1", VIEW]]);
  });

  it("offers no such thing for what is not there", async () => {
    const { buttons } = await opened("change", () => refusal(404, "not-found", "没有编号为 1 的单据"));
    expect(buttons()).toEqual(["重试"]);
  });
});
