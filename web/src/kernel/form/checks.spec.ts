import { describe, expect, it } from "vitest";
import { field } from "@/testing/definition";
import type { Variant } from "@/kernel/api/types";
import type { Values } from "@/kernel/conditions";
import hints from "../../../../singlewindow/kernel/definition/hints.cases.json";
import cases from "../../../../singlewindow/kernel/definition/variants.cases.json";
import { checkField, closedCodes, spoken } from "./checks";

interface Case {
  name: string;
  variants: Variant[];
  values: Values;
  header?: Values;
  label: string;
  hint: string;
}

describe("variants of a field (GATE-03): the case file that the server runs too", () => {
  it.each(cases as unknown as Case[])("$name", ({ variants, values, header, label, hint }) => {
    expect(spoken(field("voyage_no", "航次号", { hint: "必填", variants }), values, header)).toMatchObject({ label, hint });
  });

  it("what is wrong with the field is said with the label and hint that it has now", () => {
    const variants: Variant[] = [{ when: { op: "eq", field: "header.transport", value: "4" }, label: "货物运输批次号", hint: "公路运输时必填" }];
    const voyage = field("voyage_no", "航次号", { required: true, variants });
    expect(checkField(voyage, {}, { transport: "4" })).toMatchObject({ message: "「货物运输批次号」为必填项", advice: "请填写：公路运输时必填" });
    expect(checkField({ ...voyage, hint: "必填，须与舱单信息相符" }, {}, { transport: "2" })).toMatchObject({ message: "「航次号」为必填项", advice: "请填写：须与舱单信息相符" });
  });

  it.each(hints)("what to do about an empty box with the hint $hint (UI-16): the case file that the server runs too", ({ hint, advice }) => {
    expect(checkField(field("voyage_no", "航次号", { required: true, hint }), {})).toMatchObject({ message: "「航次号」为必填项", advice });
  });
});

describe("a code that is narrowed (CONS-02)", () => {
  const nature = field("nature", "货物性质", { kind: "code", hint: "07 关区可选 3", narrowed: { 3: { op: "starts", field: "district", value: "07" } } });

  it("an entry counts only under its condition, and the others always", () => {
    expect(checkField(nature, { nature: "3", district: "5301" })).toMatchObject({
      rule: "field.narrowed", message: "「货物性质」在当前填写的内容下不能选代码 3", advice: "07 关区可选 3",
    });
    expect(checkField(nature, { nature: "3", district: "0708" })).toBeNull();
    expect(checkField(nature, { nature: "1", district: "5301" })).toBeNull();
    expect([closedCodes(nature, { district: "5301" }), closedCodes(nature, { district: "0708" })]).toEqual([["3"], []]);
  });
});
