import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { getPrint } from "@/kernel/api/documents";
import { refusal, serve } from "@/testing/server";
import { parcel } from "@/testing/definition";
import { printsIn, type Preview } from "./preview";
import PrintDialog from "./PrintDialog.vue";

const PATH = "GET /api/documents/sample.parcel/1/prints";
const wanted: Preview = {
  file: (name, signal) => getPrint("sample.parcel", "1", name, signal), called: (title) => `${title} 1.pdf`,
  unsaved: false, prints: [{ name: "form", title: "包裹申请" }, { name: "label", title: "标签" }],
};
let wrapper: ReturnType<typeof mount<typeof PrintDialog>>;
let revoked: string[] = [];

const { settings } = (window as unknown as { happyDOM: { settings: { handleDisabledFileLoadingAsSuccess: boolean } } }).happyDOM;

beforeEach(() => {
  settings.handleDisabledFileLoadingAsSuccess = true; // the file is not loaded, and that is all right
  let made = 0;
  revoked = [];
  vi.spyOn(URL, "createObjectURL").mockImplementation(() => `blob:test/${(made += 1)}`);
  vi.spyOn(URL, "revokeObjectURL").mockImplementation((address) => void revoked.push(address));
});
afterEach(() => {
  wrapper.unmount();
  vi.restoreAllMocks();
});

async function dialog(answers: Record<string, unknown>, more: Partial<Preview> = {}) {
  const server = serve(answers);
  wrapper = mount(PrintDialog, { props: { preview: { ...wanted, ...more } }, attachTo: document.body });
  await flushPromises();
  return server;
}

describe("打印预览 (UI-12)", () => {
  it("shows the file that the server made, and lets it be kept under a name", async () => {
    await dialog({ [`${PATH}/form`]: {} });
    expect(wrapper.get("iframe").attributes("src")).toMatch(/^blob:test\/1/);
    expect(wrapper.get("a").attributes("download")).toBe("包裹申请 1.pdf");
    expect(wrapper.text()).not.toContain("尚未暂存");
  });

  it("another print replaces the first, whose memory is given back", async () => {
    await dialog({ [`${PATH}/form`]: {}, [`${PATH}/label`]: {} });
    await wrapper.findAll("input")[1]!.setValue();
    await flushPromises();
    expect(wrapper.get("iframe").attributes("src")).toMatch(/^blob:test\/2/);
    expect(revoked).toEqual(["blob:test/1"]);
    wrapper.unmount();
    expect(revoked).toEqual(["blob:test/1", "blob:test/2"]);
  });

  it("says that what is typed and not saved is not on it", async () => {
    await dialog({ [`${PATH}/form`]: {} }, { unsaved: true });
    expect(wrapper.text()).toContain("这里打印的是上一次暂存的内容");
  });

  it("a refusal stands in the dialog, and can be tried again", async () => {
    let tries = 0;
    await dialog({ [`${PATH}/form`]: () => ((tries += 1) === 1 ? refusal(429, "too-many", "当前打印任务较多，请稍后再试") : {}) });
    expect(wrapper.get("[role=alert]").text()).toContain("当前打印任务较多");
    await wrapper.get("[role=alert] button").trigger("click");
    await flushPromises();
    expect(wrapper.find("iframe").exists()).toBe(true);
  });

  it("what hinders printing and keeping is said, and both are grey (PORT-05)", async () => {
    const keep = vi.fn();
    await dialog({ [`${PATH}/form`]: {} }, { keep, whyNot: () => "读卡器中没有卡" });
    const printed = vi.spyOn(wrapper.get("iframe").element as HTMLIFrameElement, "contentWindow", "get");
    for (const one of wrapper.findAll("footer button").slice(0, 2)) {
      await one.trigger("click");
      expect(one.attributes("aria-disabled")).toBe("true");
    }
    expect([wrapper.get("[role=alert]").text(), keep.mock.calls.length, printed.mock.calls.length]).toEqual(["读卡器中没有卡", 0, 0]);
    expect(wrapper.get("iframe").isVisible()).toBe(false); // the viewer's own buttons would keep it
  });

  it("a paper of some states is offered in these alone (CONS-14)", () => {
    const prints = [{ name: "form", title: "包裹申请", states: [], dialog: "" }, { name: "notice", title: "回执通知书", states: ["5", "7"], dialog: "" }];
    const names = (status: string) => printsIn({ ...parcel, prints }, status).map((one) => one.name);
    expect([names("0"), names("7")]).toEqual([["form"], ["form", "notice"]]);
  });
});
