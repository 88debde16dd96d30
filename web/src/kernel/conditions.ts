/**
 * Conditions are data (required-when, disabled-when); the server has the same interpreter in Python and is the judge.
 * Both run `singlewindow/kernel/definition/conditions.cases.json` in their tests.
 */
export type Condition =
  | { op: "eq" | "ne" | "starts"; field: string; value: string }
  | { op: "in"; field: string; values: string[] }
  | { op: "filled"; field: string }
  | { op: "all" | "any"; of: Condition[] }
  | { op: "not"; of: Condition };

/** Field values by name; anything that is not text (rows, say) counts as missing, and missing is "". */
export type Values = Record<string, unknown>;

/**
 * Whether `condition` holds.
 * @param values the form's fields, or a row's when `header` is given
 * @param header the header's fields, which a row's condition names `header.x`
 */
export function holds(condition: Condition | boolean, values: Values, header: Values = {}): boolean {
  if (typeof condition === "boolean") return condition;
  switch (condition.op) {
    case "all":
      return condition.of.every((one) => holds(one, values, header));
    case "any":
      return condition.of.some((one) => holds(one, values, header));
    case "not":
      return !holds(condition.of, values, header);
    case "in":
      return condition.values.includes(valueOf(condition.field, values, header));
    case "filled":
      return valueOf(condition.field, values, header) !== "";
    case "eq":
      return valueOf(condition.field, values, header) === condition.value;
    case "ne":
      return valueOf(condition.field, values, header) !== condition.value;
    case "starts":
      return valueOf(condition.field, values, header).startsWith(condition.value);
    default:
      throw new Error(`unknown condition ${JSON.stringify(condition)}`);
  }
}

function valueOf(field: string, values: Values, header: Values): string {
  const value = field.startsWith("header.") ? header[field.slice("header.".length)] : values[field];
  return typeof value === "string" ? value : "";
}
