import { computed, reactive, ref } from "vue";
import type { Violation } from "@/kernel/api/types";

/**
 * What is wrong with a form: at its fields (by path), and, after a refusal by the server, as a list.
 * A field's violations go as soon as the field is edited.
 */
export function useViolations() {
  const atFields = reactive(new Map<string, Violation>());
  const refused = ref<Violation[]>([]);

  const at = (path: string): Violation | null => atFields.get(path) ?? null;
  const attachments = computed(() => refused.value.filter((one) => one.path.startsWith("attachments")));

  /** Puts (or takes away) what a field's own check says. */
  function set(path: string, violation: Violation | null): void {
    if (violation) atFields.set(path, violation);
    else atFields.delete(path);
  }

  /** Takes over what the server refused, or found doubtful: each at its field, all in the list. */
  function refuse(violations: Violation[]): void {
    refused.value = violations;
    for (const violation of [...violations].reverse()) if (violation.path) atFields.set(violation.path, violation);
  }

  /** The field was edited: what was said of it no longer counts. */
  function edited(path: string): void {
    atFields.delete(path);
    refused.value = refused.value.filter((one) => one.path !== path && !one.path.startsWith(`${path}/`));
  }

  /**
   * The rows of a table stand elsewhere now: what was said of them goes with them.
   * @param to the number (from 1) that row `number` has now; null when it is gone
   */
  function renumber(table: string, to: (number: number) => number | null): void {
    const moved = (path: string): string | null => {
      const [name, row, ...cell] = path.split("/");
      if (name !== table || row === undefined || row === "0") return path;
      const now = to(Number(row));
      return now === null ? null : [name, now, ...cell].join("/");
    };
    const before = [...atFields];
    atFields.clear();
    for (const [path, violation] of before) if (moved(path) !== null) atFields.set(moved(path)!, { ...violation, path: moved(path)! });
    refused.value = refused.value.flatMap((one) => (moved(one.path) === null ? [] : [{ ...one, path: moved(one.path)! }]));
  }

  /** The rows themselves have changed: what was said of the table as a whole no longer counts. */
  function rowsChanged(table: string): void {
    atFields.delete(table);
    refused.value = refused.value.filter((one) => one.path !== table);
  }

  /** The row of this path prefix was edited as a whole. */
  function forgetRow(prefix: string): void {
    for (const path of [...atFields.keys()]) if (path.startsWith(prefix)) atFields.delete(path);
    refused.value = refused.value.filter((one) => !one.path.startsWith(prefix));
  }

  function clear(): void {
    atFields.clear();
    refused.value = [];
  }

  return { at, atFields, refused, attachments, set, refuse, edited, renumber, rowsChanged, forgetRow, clear };
}

export type Violations = ReturnType<typeof useViolations>;
