import { computed } from "vue";
import type { Violation } from "@/kernel/api/types";
import type { FormFields } from "./useFields";
import type { Violations } from "./useViolations";

/** A wrong place of the form. */
export interface WrongField {
  path: string;
  /** To be written before the message; "" where the message says it. */
  label: string;
  violation: Violation;
}

/**
 * The one error that is written out at the bottom of the form: that of the focused field, else of the wrong field that
 * was left last, else the first in reading order; and how many others there are.
 */
export function useErrorLine(fields: FormFields, violations: Violations) {
  const paths = computed(() => {
    const wrong = [...violations.atFields.keys()];
    const inForm = fields.fields.value.map((field) => field.name).filter((name) => wrong.includes(name));
    const all = [...inForm, ...wrong.filter((path) => !inForm.includes(path))];
    const doubtful = (path: string): number => (violations.at(path)?.level === "warning" ? 1 : 0);
    return all.toSorted((one, other) => doubtful(one) - doubtful(other)); // what refuses comes first
  });

  const wrong = computed<WrongField | null>(() => {
    const wanted = [fields.focused.value?.name ?? "", ...fields.left.value, ...paths.value];
    const path = wanted.find((one) => violations.at(one));
    return path === undefined ? null : described(path, violations.at(path)!);
  });

  /** A message that names its field already needs no label before it. */
  function described(path: string, violation: Violation): WrongField {
    const label = fields.labelOf(path);
    return { path, label: violation.message.includes(label) ? "" : label, violation };
  }

  const others = computed(() => Math.max(0, paths.value.length - 1));
  return { wrong, others };
}
