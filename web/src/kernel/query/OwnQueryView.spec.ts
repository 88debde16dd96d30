import { flushPromises, mount } from "@vue/test-utils";
import { defineComponent, h, ref } from "vue";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { refusal, serve } from "@/testing/server";
import { call } from "@/kernel/api/client";
import type { ListAnswer } from "@/kernel/list/rows";
import type { Box } from "./boxes";
import OwnQueryView from "./OwnQueryView.vue";
import { useOwnQuery } from "./useOwnQuery";

interface Parcel { number: string }
const BOXES: Box[] = [
  { name: "kind", label: "种类", kind: "choice", choices: [{ code: "1", name: "信件" }, { code: "2", name: "包裹" }], yellow: true, first: () => "2", hint: "必选" },
  { name: "sent", label: "寄出日期", kind: "span", first: () => ["2026-11-01", "2026-11-09"], hint: "起止日期" },
  { name: "country", label: "国别", kind: "code", codes: "countries", hint: "选填" },
  { name: "number", label: "编号", kind: "text", hint: "选填，18 位" },
];
const Parcels = defineComponent(() => {
  const root = ref<HTMLElement>();
  const keyOf = (row: Parcel): string => row.number;
  const { list, state, search } = useOwnQuery<Parcel, ListAnswer<Parcel>>({
    boxes: () => BOXES, clause: "样例 9", find: (question, turn) => call("GET", "/api/parcels", { query: { ...question, ...turn } }), keyOf, tickable: () => false, order: "number",
  }, root);
  const view = OwnQueryView as unknown as Parameters<typeof h>[0];
  return () => h("div", { ref: root }, h(view as string, { name: "parcels", boxes: BOXES, state, list, columns: [{ name: "number", label: "编号", sortable: true }], keyOf, onSearch: search },
    { cell: ({ row }: { row: Parcel }) => row.number } as never));
});

let wrapper: ReturnType<typeof mount>;
beforeEach(() => void vi.useFakeTimers({ now: new Date("2026-11-09T09:00:00+08:00"), toFake: ["Date"] }));
afterEach(() => {
  wrapper.unmount();
  vi.useRealTimers();
});
async function open(answer: unknown) {
  const server = serve({
    "GET /api/clock": { now: "2026-11-09T09:00:00+08:00", real: true, frozen: false }, "GET /api/parcels": answer, "GET /api/codes/countries": { table: "countries", items: [] },
  });
  wrapper = mount(Parcels, { attachTo: document.body });
  await flushPromises();
  return () => server.asked.filter((one) => one.path === "/api/parcels").map((one) => one.query);
}
const field = (name: string) => wrapper.get<HTMLInputElement>(`[data-field=${name}]`);
async function press(word: string): Promise<void> {
  await wrapper.findAll("button").find((one) => one.text() === word)!.trigger("click");
  await flushPromises();
}
const page = { items: [{ number: "A1" }], total: 1, total_capped: false, page: 1, size: 20 };

it("UI-07, UI-09: boxes begin as declared and are asked by their names, a choice by its code; 重置 keeps the choice that must be made", async () => {
  const asked = await open(page);
  expect(document.activeElement).toBe(field("kind").element);
  expect(["kind", "sent_from", "sent_to"].map((name) => field(name).element.value)).toEqual(["包裹", "2026-11-01", "2026-11-09"]);
  await field("number").setValue("  7 ");
  await press("查询");
  expect(asked()).toEqual([{ kind: "2", sent_from: "2026-11-01", sent_to: "2026-11-09", number: "7", page: "1", size: "20", sort: "number" }]);
  expect(wrapper.get("tbody").text()).toBe("1A1");
  await press("重置");
  expect(["kind", "sent_from", "number"].map((name) => field(name).element.value)).toEqual(["包裹", "", ""]);
  expect(wrapper.find("tbody tr").exists()).toBe(false);
});

it("UI-01, UI-16: what names no entry is not asked for, and the refusal stands at its box until it is typed anew", async () => {
  const asked = await open(page);
  await field("country").setValue("火星");
  await field("country").trigger("blur");
  await flushPromises();
  await press("查询");
  expect([asked().length, wrapper.get(".list-state").text(), document.activeElement]).toEqual([0, expect.stringContaining("没有「火星」这一项"), field("country").element]);
  expect(wrapper.get(".condition.wrong").text()).toContain("国别");
});

it("UI-01, UI-07: 查询 waits for what is still looked up, so that no condition is left out", async () => {
  const asked = await open(page);
  let answer: (found: unknown) => void = () => {};
  const late = new Promise((resolve) => (answer = resolve));
  const server = serve({ "GET /api/parcels": page, "GET /api/codes/countries": late });
  await field("country").setValue("美国");
  await field("country").trigger("blur");
  await press("查询");
  expect(new Set(server.asked.map((one) => one.path))).toEqual(new Set(["/api/codes/countries"]));
  answer({ table: "countries", items: [{ code: "502", name: "美国" }] });
  await vi.waitFor(() => expect(server.asked.at(-1)!.query.country).toBe("502"));
  expect(asked()).toEqual([]);
});

it("UI-02, UI-16: the server's refusal stands at its box with the focus; the box has its red hint", async () => {
  const violation = { path: "sent_to", rule: "query.span", message: "止早于起", advice: "请更正", clause: "样例 9", source: "rule" };
  await open(refusal(422, "rules", "x", { violations: [violation] }));
  await press("查询");
  expect([wrapper.get(".condition.wrong").text(), document.activeElement]).toEqual([expect.stringContaining("寄出日期"), field("sent_to").element]);
  expect(wrapper.get(".hint-line").text()).toContain("起止日期");
});
