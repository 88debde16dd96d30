import { describe, expect, it } from "vitest";
import cases from "../../../singlewindow/kernel/definition/conditions.cases.json";
import { holds, type Condition, type Values } from "./conditions";

interface Case {
  name: string;
  condition: Condition | boolean;
  values: Values;
  header?: Values;
  expect: boolean;
}

describe("conditions: the case file that the server's interpreter runs too", () => {
  it.each(cases as Case[])("$name", ({ condition, values, header, expect: expected }) => {
    expect(holds(condition, values, header)).toBe(expected);
  });

  it("an operator that nobody knows is a mistake, not false", () => {
    expect(() => holds({ op: "like" } as unknown as Condition, {})).toThrow("unknown condition");
  });
});
