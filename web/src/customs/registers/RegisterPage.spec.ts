import { flushPromises, mount } from "@vue/test-utils";
import { createRouter, createMemoryHistory } from "vue-router";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { api, type Entry, type Register } from "../api";
import { serve } from "@/testing/server";
import { makeRouter } from "../router";
import RegisterPage from "./RegisterPage.vue";

const key = "520220260600001257";
const column = { choices: {}, steps: null, columns: [], listed: false, editable: false };
const goods = [
  { ...column, name: "no", label: "项号", kind: "number" },
  { ...column, name: "name", label: "商品名称", kind: "text" },
  { ...column, name: "model", label: "规格型号", kind: "text" },
];
const boxes = [
  { ...column, name: "no", label: "集装箱号", kind: "text" },
  { ...column, name: "lcl", label: "拼箱标志", kind: "flag" },
];
const declaration = {
  name: "declaration", title: "报关单", key_label: "报关单号", may_add: false, dated: false,
  members: [
    { ...column, name: "goods", label: "商品", kind: "rows", columns: goods },
    { ...column, name: "containers", label: "集装箱", kind: "rows", columns: boxes },
  ],
} as Register;
const entry = {
  key, seq: 1, first_day: null, last_day: null,
  data: {
    goods: Array.from({ length: 50 }, (_, at) => ({ no: String(at + 1), name: `货物${at + 1}` })),
    containers: [{ no: "OOLU0259262", lcl: true }, { no: "COSU7000010", lcl: false }],
  },
} as unknown as Entry;

async function page() {
  vi.spyOn(api, "registers").mockResolvedValue([declaration]);
  vi.spyOn(api, "entries").mockResolvedValue({ total: 1, page: 1, size: 20, items: [entry] });
  vi.spyOn(api, "entry").mockResolvedValue(entry);
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: "/:rest(.*)", component: {} }] });
  const mounted = mount(RegisterPage, { props: { kind: "declaration", entry: key }, global: { plugins: [router] } });
  await flushPromises();
  return mounted;
}

describe("CUST-02: a declaration with fifty goods", () => {
  beforeEach(() => void vi.restoreAllMocks());

  it("shows all rows, flags in words, and no column that nobody fills", async () => {
    const [goodsTable, boxTable] = (await page()).findAll(".entry-panel table");
    expect(goodsTable!.findAll("tbody tr")).toHaveLength(50);
    expect(goodsTable!.findAll("th").map((each) => each.text())).toEqual(["项号", "商品名称"]);
    expect(boxTable!.findAll("td").map((each) => each.text())).toEqual(["OOLU0259262", "是", "COSU7000010", "否"]);
  });

  it("a house bill's number opens its entry, whatever signs it has (INSP-09)", async () => {
    const bill = "SITG/1*H01";
    vi.spyOn(api, "registers").mockResolvedValue([declaration]);
    vi.spyOn(api, "entries").mockResolvedValue({ total: 1, page: 1, size: 20, items: [{ ...entry, key: bill }] });
    const server = serve({ "GET /api/registers/declaration/SITG%2F1*H01": { ...entry, key: bill } });
    const router = makeRouter();
    await router.push("/registers/declaration");
    const mounted = mount(RegisterPage, { props: { kind: "declaration", entry: bill }, global: { plugins: [router] } });
    await flushPromises();
    expect(server.asked.map((one) => one.path)).toEqual(["/api/registers/declaration/SITG%2F1*H01"]);
    await mounted.get("tbody a").trigger("click");
    await flushPromises();
    expect(router.currentRoute.value.params).toMatchObject({ kind: "declaration", entry: bill });
  });

  it("takes the place of the list and gives it back", async () => {
    const mounted = await page();
    const button = mounted.findAll(".panel-head button").find((each) => each.text() === "放大")!;
    await button.trigger("click");
    expect(mounted.classes()).toContain("whole");
    expect([button.text(), button.attributes("aria-pressed")]).toEqual(["还原", "true"]);
    await button.trigger("click");
    expect(mounted.classes()).not.toContain("whole");
  });
});
