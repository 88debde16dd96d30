import { mount } from "@vue/test-utils";
import { describe, expect, it } from "vitest";
import ChangeTable from "./ChangeTable.vue";

describe("CUST-03: what a change alters", () => {
  it("shows what stood there beside what shall; a row cell by cell", () => {
    const table = mount(ChangeTable, {
      props: {
        changes: [
          { label: "车辆重量", before: "8000", after: "9000" },
          { label: "备注", before: null, after: "急" },
          { label: "表体 原第 2 行", before: { 提单号: "B", 重量: "1" }, after: null },
        ],
      },
    });
    const cells = table.findAll(":scope > table > tbody > tr").map((row) => row.findAll(":scope > th, :scope > td").map((cell) => cell.text()));
    expect(cells).toEqual([
      ["车辆重量", "8000", "9000"],
      ["备注", "（无）", "急"],
      ["表体 原第 2 行", "提单号：B；重量：1", "（无）"],
    ]);
  });

  it("says so where nothing differs", () => {
    expect(mount(ChangeTable, { props: { changes: [] } }).text()).toContain("与现行内容相同");
  });
});
