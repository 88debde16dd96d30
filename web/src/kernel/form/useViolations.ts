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

  /** Takes over what the server refused: each at its field, all in the list. */
  function refuse(violations: Violation[]): void {
    refused.value = violations;
    for (const violation of [...violations].reverse()) if (violation.path) atFields.set(violation.path, violation);
  }

  /** The field was edited: what was said of it no longer counts. */
  function edited(path: string): void {
    atFields.delete(path);
    refused.value = refused.value.filter((one) => one.path !== path && !one.path.startsWith(`${path}/`));
  }

  function clear(): void {
    atFields.clear();
    refused.value = [];
  }

  return { at, atFields, refused, attachments, set, refuse, edited, clear };
}

export type Violations = ReturnType<typeof useViolations>;
