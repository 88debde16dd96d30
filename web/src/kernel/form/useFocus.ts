import { nextTick, type Ref } from "vue";
import type { Tables } from "@/kernel/lines/useTables";
import { focusField, focusGrey, focusUpload } from "./keyboard";
import type { Violations } from "./useViolations";

/** Where the focus goes in a form: to the first box, to what is wrong, to a place that a message names. */
export function useFocus(form: Ref<HTMLElement | undefined>, tables: Tables, violations: Violations) {
  function firstField(): void {
    form.value?.querySelector<HTMLElement>("[data-field]:not([readonly])")?.focus();
  }

  /** The first place that was refused and can be corrected. */
  async function showFirst(): Promise<void> {
    const refused = violations.refused.value.map((one) => one.path);
    for (const path of refused.length ? refused : [...violations.atFields.keys()]) if (await reveal(path)) return;
  }

  /** Puts the focus where this place can be corrected, if the form has such a place. */
  async function reveal(path: string): Promise<boolean> {
    const box = await tables.boxOf(path);
    await nextTick();
    return focusField(form.value, box);
  }

  /** Shows a place that a message names; a grey box gets the focus too, so that its hint is read. */
  async function showPath(path: string): Promise<void> {
    const [kind, code] = path.split("/");
    if (kind === "attachments" && focusUpload(form.value, code)) return;
    const name = kind === "attachments" ? "attachment_category" : path;
    if (!(await reveal(name))) focusGrey(form.value, await tables.boxOf(name));
  }

  return { firstField, showFirst, showPath };
}
