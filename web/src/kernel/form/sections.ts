/** How a form is divided: sections with their fields, line tables and kinds of files, then what stands in none. */
import type { Content, Definition, Section, View } from "@/kernel/api/types";

/** The line tables that no section names. */
export function looseTables({ sections, lines }: Definition): string[] {
  const placed = new Set(sections.flatMap((section) => section.tables));
  return lines.map((one) => one.name).filter((name) => !placed.has(name));
}

/** The categories of attachments that no section names. */
export function looseCategories({ sections, attachments }: Definition): string[] {
  const placed = new Set(sections.flatMap((section) => section.attachments));
  return (attachments?.categories ?? []).map((one) => one.code).filter((code) => !placed.has(code));
}

/**
 * Whether a section is there: in its states, and wherever something is filled in or uploaded under it.
 * @param content what stands in the boxes: what was typed and is not stored is seen as long as it is there
 */
export function isShown(section: Section, { status, attachments }: View, content: Content): boolean {
  if (!section.states.length || section.states.includes(status.code)) return true;
  const filled = [...section.fields.map((field) => field.name), ...section.tables].some((name) => content[name]?.length);
  return filled || attachments.some((file) => section.attachments.includes(file.category));
}

/** The names of all places of a form that a violation can name, in reading order; files as `attachments/CODE`. */
export function placesOf(definition: Definition): string[] {
  const inSections = definition.sections.flatMap((section) => [
    ...section.fields.map((field) => field.name), ...section.tables, ...section.attachments.map(fileName),
  ]);
  return [...inSections, ...looseTables(definition), ...looseCategories(definition).map(fileName), "attachments"];
}

/** The name under which the files of a category may be changed: attachments/2. */
export const fileName = (code: string): string => `attachments/${code}`;
