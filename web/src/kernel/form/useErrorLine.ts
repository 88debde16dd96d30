import { computed } from "vue";
import type { Notice, Violation } from "@/kernel/api/types";
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
 * was left last, else the first in reading order; and how many others there are. What is said of the field at which the
 * user is comes before what is wrong elsewhere.
 */
export function useErrorLine(fields: FormFields, violations: Violations) {
  const paths = computed(() => {
    const wrong = [...violations.atFields.keys()];
    const inForm = fields.fields.value.map((field) => field.name).filter((name) => wrong.includes(name));
    const all = [...inForm, ...wrong.filter((path) => !inForm.includes(path))];
    const doubtful = (path: string): number => (violations.at(path)?.level === "warning" ? 1 : 0);
    return all.toSorted((one, other) => doubtful(one) - doubtful(other)); // what refuses comes first
  });

  /** The place that the user is at, or has just left. */
  const near = (): string[] => [fields.focused.value?.name ?? "", fields.left.value[0] ?? ""];
  const saidAt = (path: string): Notice | null => (violations.at(path) ? null : fields.notices.at(path));

  /** All that is said of what may be typed: of a form that is only looked at, nothing any more. */
  const standing = (): Notice[] =>
    fields.fields.value.flatMap((field) => (fields.locked(field) ? [] : (fields.notices.at(field.name) ?? [])));

  /** What is said there, where nothing is wrong; with nothing wrong anywhere, what is said of any field. */
  const notice = computed<Notice | null>(() => {
    const place = near().find((path) => violations.at(path) || fields.notices.at(path));
    if (place !== undefined) return saidAt(place);
    return paths.value.length ? null : (standing()[0] ?? null);
  });

  const wrong = computed<WrongField | null>(() => {
    if (notice.value) return null;
    const wanted = [fields.focused.value?.name ?? "", ...fields.left.value, ...paths.value];
    const path = wanted.find((one) => violations.at(one));
    return path === undefined ? null : described(path, violations.at(path)!);
  });

  /** A message that names its field already needs no label before it. */
  function described(path: string, violation: Violation): WrongField {
    const label = fields.labelOf(path);
    return { path, label: violation.message.includes(label) ? "" : label, violation };
  }

  /** All that is wrong, to be listed in full. */
  const all = computed<Violation[]>(() => paths.value.map((path) => ({ ...violations.at(path)!, path })));
  const others = computed(() => Math.max(0, paths.value.length - 1));
  return { wrong, all, others, notice };
}
