import { mount, type VueWrapper } from "@vue/test-utils";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Component } from "vue";
import ChangeTable from "./ChangeTable.vue";
import ContentValue from "./ContentValue.vue";
import DecisionHistory from "./DecisionHistory.vue";
import ReceiptList from "./ReceiptList.vue";

const LINES = "第一行\n第二行";
const at = "2026-11-26T02:00:00Z";
const style = document.createElement("style");
let shown: VueWrapper;

function show(component: Component, props: object): CSSStyleDeclaration {
  shown = mount(component, { props: props as Record<string, unknown>, attachTo: document.body });
  const holder = shown.findAll("td, span").filter((one) => one.element.textContent === LINES).at(-1)!;
  return getComputedStyle(holder.element);
}

beforeEach(() => {
  const sheets = ["app/styles/theme.css", "app/styles/controls.css", "customs/customs.css"];
  style.textContent = sheets.map((sheet) => readFileSync(join(import.meta.dirname, "../..", sheet), "utf8")).join("\n");
  document.head.append(style);
});
afterEach(() => {
  shown.unmount();
  style.remove();
});

describe("CUST-03: what was typed in several lines is shown in several lines", () => {
  it.each<[string, Component, object]>([
    ["a field", ContentValue, { label: "事由说明", value: LINES }],
    ["a cell of a row", ContentValue, { label: "货物", value: [{ 备注: LINES }] }],
    ["a change", ChangeTable, { changes: [{ label: "事由说明", before: null, after: LINES }] }],
    ["a remark", DecisionHistory, { history: [{ title: "不同意", remark: LINES, from_state: "", to_state: "", at, by: "" }] }],
    ["a receipt", ReceiptList, { receipts: [{ seq: 1, code: "REFUSED", text: LINES, at, delivery: "sent", sent_at: at, problem: "" }] }],
  ])("%s", (_, component, props) => {
    expect(show(component, props).whiteSpace).toBe("pre-wrap");
  });
});

it("CUST-03: rows wider than their place are scrolled there, by keyboard too; 已送达 is not broken in two", () => {
  shown = mount({ components: { ContentValue }, template: '<div class="submission"><ContentValue label="货物" :value="[{ 备注: 1 }]" /></div>' }, { attachTo: document.body });
  const table = shown.get("[role=group]");
  expect([table.attributes("aria-label"), table.attributes("tabindex"), getComputedStyle(table.element).overflowX]).toEqual(["货物", "0", "auto"]);
  shown.unmount();
  show(ReceiptList, { receipts: [{ seq: 1, code: "", text: LINES, at, delivery: "sent", sent_at: at, problem: "" }] });
  const sent = shown.findAll("td").find((one) => one.text() === "已送达")!;
  expect(getComputedStyle(sent.element).whiteSpace).toBe("nowrap");
});
