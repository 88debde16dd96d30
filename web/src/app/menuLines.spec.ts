import { expect, it } from "vitest";
import type { MenuItem } from "@/kernel/api/types";
import { linesUnder } from "./menuLines";

const line = (title: string, under = ""): MenuItem => ({ title, page: "query", types: ["x"], name: "", under, amends: "", preset: {} });

it("UI-17: 预约申请; 预约查询 → two lines beneath it; what stands apart is apart", () => {
  const menu = [line("预约申请"), line("预约通关查询", "预约查询"), line("口岸工作时间查询", "预约查询"), line("其他")];
  expect(linesUnder(menu).map((part) => [part.under, part.lines.map((each) => each.title)])).toEqual([
    ["", ["预约申请"]],
    ["预约查询", ["预约通关查询", "口岸工作时间查询"]],
    ["", ["其他"]],
  ]);
  expect(linesUnder([])).toEqual([]);
});
