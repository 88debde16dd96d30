import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ref, type Component } from "vue";
import { beginLive, endLive } from "@/kernel/live/stream";
import { VIEW, workspaceKey } from "@/kernel/workspace";
import { parcel, stored } from "@/testing/definition";
import { change, Source, standInForStreams } from "@/testing/live";
import { held, refusal, serve, type Request } from "@/testing/server";
import DocumentPage from "./DocumentPage.vue";

const why = "单据状态为「已办结」，不允许变更；仅海关入库成功、解除锁定时可以";
let unmount = (): void => {};
afterEach(() => {
  unmount();
  endLive();
  vi.unstubAllGlobals();
});

async function opened(mode: string, answer: (request: Request) => unknown, stubs: Record<string, Component> = { DocumentForm: { template: "<div class='opened' />" } }) {
  const server = serve({
    "GET /api/autosaves/sample.page": { items: [] },
    "GET /api/definitions/sample.page": { ...parcel, type: "sample.page" }, "GET /api/documents/sample.page/1": answer,
  });
  const told: unknown[] = [];
  const workspace = { active: ref(true), holds: (...given: unknown[]) => told.push(given), entitled() {}, unsaved() {}, cardStays: false, open() {}, openOwn() {}, close() {} };
  const page = mount(DocumentPage, {
    props: { type: "sample.page", number: "1", mode }, attachTo: document.body,
    global: { provide: { [workspaceKey as symbol]: workspace }, stubs },
  });
  unmount = () => page.unmount();
  await flushPromises();
  const buttons = () => page.findAll(".page-state button").map((one) => one.text());
  const asks = () => server.asked.filter((one) => one.path === "/api/documents/sample.page/1").length;
  return { page, buttons, told, asks };
}

describe("a change while the document is on its way (UI-14)", () => {
  it.each([["1", 2, "李明"], ["2", 1, "王芳"]])("of %s: the form asks %i times in all and shows %s", async (number, asks, contact) => {
    const first = held();
    const answers: unknown[] = [first.promise, stored({ number: "1", version: 2, content: { contact: "李明" } })];
    const { page, asks: asked } = await opened("", () => answers.shift(), {});
    standInForStreams();
    beginLive("wang");
    Source.all[0]!.send("change", change({ type: "sample.page", number }));
    first.resolve(stored({ number: "1", content: { contact: "王芳" } }));
    await flushPromises();
    await vi.waitFor(() => expect(page.get<HTMLInputElement>("[data-field=contact]").element.value).toBe(contact));
    await flushPromises();
    expect(asked()).toBe(asks);
  });
});

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
