/** A type's definition as the form of an amendment has it: what it alters may be typed, what it asks for stands there. */
import type { ActionDefinition, Definition, Field, Lines } from "@/kernel/api/types";

/**
 * @param action the action whose form it is; null for the document's own, where nothing is typed that amendments ask for
 */
export function definitionFor(definition: Definition, action: ActionDefinition | null): Definition {
  const asked = new Set(definition.actions.flatMap((one) => one.asks));
  if (!asked.size && !action) return definition;
  const there = (field: Field): boolean => !asked.has(field.name) || !!action?.asks.includes(field.name);
  const sections = definition.sections.map((section) => ({ ...section, fields: section.fields.filter(there).map((field) => opened(field, action)) }));
  return {
    ...definition,
    sections: sections.filter((section, at) => section.fields.length || !definition.sections[at]!.fields.length || section.tables.length || section.attachments.length),
    lines: action ? definition.lines.map(withFlag) : definition.lines,
  };
}

/** A grey field that the action alters is typed like any other. */
function opened(field: Field, action: ActionDefinition | null): Field {
  const isAltered = field.source === "content" && field.entry === "system" && action?.alters?.includes(field.name);
  return isAltered ? { ...field, entry: field.required ? "required" : "optional" } : field;
}

/** The flag of a row in force counts as typed: it is set by its button. */
function withFlag(lines: Lines): Lines {
  if (!lines.kept) return lines;
  const { flag } = lines.kept;
  return { ...lines, fields: lines.fields.map((field) => (field.name === flag ? { ...field, entry: "optional" as const } : field)) };
}
