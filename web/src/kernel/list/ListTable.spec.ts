import { mount } from "@vue/test-utils";
import { expect, it } from "vitest";
import { h, type Component } from "vue";
import ListTable from "./ListTable.vue";
import type { ListColumn } from "./rows";

interface Box { id: number; free: boolean }
const columns: ListColumn[] = [{ name: "id", label: "编号", sortable: true }, { name: "free", label: "空闲", sortable: false }];
const rows: Box[] = [{ id: 1, free: true }, { id: 2, free: false }, { id: 3, free: true }];

function table(more: object = {}) {
  return mount(ListTable as Component, {
    props: {
      columns, rows, keyOf: (row: Box) => String(row.id), before: 20, sort: "-id", ticked: new Set(["1"]),
      mayTick: (row: Box) => ({ allowed: row.free, why: row.free ? "" : "已占用" }), ...more,
    },
    slots: {
      cell: ({ row, column }: { row: Box; column: ListColumn }) => String(row[column.name as keyof Box]),
      acts: ({ row }: { row: Box }) => h("button", { class: "link" }, `办理 ${row.id}`),
    },
  });
}

it("draws rows of any kind, with 序号 over the pages, the order and what each row offers (UI-07)", () => {
  const wrapper = table();
  expect(wrapper.findAll("thead th").map((one) => one.attributes("aria-sort"))).toEqual([undefined, undefined, "descending", undefined, undefined]);
  expect(wrapper.findAll("tbody tr").map((one) => one.findAll("td").slice(1).map((cell) => cell.text()))).toEqual([
    ["21", "1", "true", "办理 1"], ["22", "2", "false", "办理 2"], ["23", "3", "true", "办理 3"],
  ]);
});

it("the head box ticks what may be ticked; a row that may not says why (UI-07)", async () => {
  const wrapper = table();
  const boxes = wrapper.findAll<HTMLInputElement>("tbody input");
  expect(boxes.map((one) => [one.element.checked, one.element.disabled, one.attributes("title")])).toEqual([
    [true, false, undefined], [false, true, "已占用"], [false, false, undefined],
  ]);
  await wrapper.get("thead input").setValue(true);
  await boxes[0]!.setValue(false);
  expect(wrapper.emitted("tick")).toEqual([[["1", "3"], true], [["1"], false]]);
});

it("is without ticks where nothing can be ticked", () => {
  expect(table({ mayTick: null }).find("input").exists()).toBe(false);
});
