import { reactive, toRaw, watch } from "vue";
import type { Field, Row } from "@/kernel/api/types";
import { tableSource } from "@/kernel/fields/code/source";
import { shownAs } from "@/kernel/fields/code/useCombo";

/**
 * What cells show: a code with its name, anything else as it is. Names come when they have been looked up; `known` says
 * how many there are and as of which day, and so whether a cell may look different now.
 * @param day as of which day the codes count; "": today
 */
export function useCodeNames(fields: Field[], rows: () => Row[], day: () => string = () => ""): { text: (field: Field, row: Row) => string; known: () => string } {
  const names = reactive(new Map<string, string>());
  const coded = fields.filter((field) => field.kind === "code" && field.codes);
  const asked = new Set<string>();

  const keyOf = (table: string, code: string): string => `${table}/${code}/${day()}`;

  function learn(table: string, code: string): void {
    const key = keyOf(table, code);
    if (!code || asked.has(key)) return;
    asked.add(key);
    tableSource(table, undefined, day()).find(code).then((item) => item && names.set(key, shownAs(item)), () => asked.delete(key));
  }

  watch([rows, day], ([now]) => {
    for (const field of coded) for (const row of toRaw(now)) learn(field.codes!, row[field.name] ?? "");
  }, { immediate: true });

  function text(field: Field, row: Row): string {
    const value = row[field.name] ?? "";
    return field.kind === "code" ? (names.get(keyOf(field.codes ?? "", value)) ?? value) : value;
  }

  return { text, known: () => `${names.size}/${day()}` };
}
