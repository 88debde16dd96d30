import type { Content, Definition, Field } from "@/kernel/api/types";
import { canonical } from "@/kernel/signing/canonical";

/** All fields of a form, in reading order. */
export const fieldsOf = (definition: Definition): Field[] => definition.sections.flatMap((section) => section.fields);

/** What the user may have typed: the content without grey fields, which only the server fills in. */
export function typedOf(definition: Definition, content: Content): Content {
  const grey = new Set(fieldsOf(definition).filter((field) => field.entry === "system").map((field) => field.name));
  return Object.fromEntries(Object.entries(content).filter(([name, value]) => !grey.has(name) && value !== ""));
}

/** Two contents are the same for the user when nothing typed differs. */
export const sameTyped = (definition: Definition, one: Content, other: Content): boolean =>
  canonical(typedOf(definition, one)) === canonical(typedOf(definition, other));

/**
 * What the server answered, except where the user typed on while it was under way.
 * @param sent what was sent, `now` what stands in the form, `answered` what came back
 */
export function keepTypedOn(sent: Content, now: Content, answered: Content): Content {
  const kept: Content = { ...answered };
  for (const [name, value] of Object.entries(now)) {
    if (canonical(value) !== canonical(sent[name] ?? "")) kept[name] = value;
  }
  return kept;
}
