// @vitest-environment node
import { execFileSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { components } from "./api/schema";
import { holds, type Condition, type Values } from "./conditions";

type Definition = components["schemas"]["Definition"];
type Field = components["schemas"]["FieldView"];

interface Case {
  field: string;
  values: Values;
  header?: Values;
  expect: "required" | "optional" | "disabled";
}

const root = fileURLToPath(new URL("../../../", import.meta.url));
const files = globSync("singlewindow/subsystems/*/conditions.cases.json", { cwd: root });
const printed = execFileSync(".venv/bin/python", ["-m", "tools.definitions"], { cwd: root, encoding: "utf8" });
const definitions = JSON.parse(printed) as Record<string, Definition>;

/** A field of the header by its name, or of a line table as table/field. */
function fieldOf(type: string, path: string): Field {
  const [name, cell] = path.split("/");
  const definition = definitions[type]!;
  const fields = cell
    ? definition.lines.find((lines) => lines.name === name)!.fields
    : definition.sections.flatMap((section) => section.fields);
  return fields.find((field) => field.name === (cell ?? name))!;
}

function stateOf(field: Field, values: Values, header?: Values): Case["expect"] {
  if (holds(field.disabled as Condition | boolean, values, header)) return "disabled";
  return holds(field.required as Condition | boolean, values, header) ? "required" : "optional";
}

describe("the states of the chapters' conditional fields, as the server's interpreter sees them too", () => {
  it("there is at least one case file", () => {
    expect(files.length).toBeGreaterThan(0);
  });

  describe.each(files)("%s", (file) => {
    const { type, cases } = JSON.parse(readFileSync(root + file, "utf8")) as { type: string; cases: Case[] };

    it.each(cases.map((each) => [JSON.stringify(each), each] as const))("%s", (_, each) => {
      expect(stateOf(fieldOf(type, each.field), each.values, each.header)).toBe(each.expect);
    });
  });
});
