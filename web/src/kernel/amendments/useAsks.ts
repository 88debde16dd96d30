import { computed, shallowRef } from "vue";
import { holds } from "@/kernel/conditions";
import { fieldsOf } from "@/kernel/form/content";
import type { OpenDocument } from "@/kernel/form/useDocument";

/** What an amendment asks for, in a dialog: at each 暂存, and at 申报 where something obligatory is still missing (CONS-12). */
export function useAsks(document: OpenDocument) {
  const open = shallowRef<((answered: boolean) => void) | null>(null);
  const action = computed(() => document.amending.value);
  const fields = computed(() => fieldsOf(document.definition.value!).filter((field) => action.value?.asks.includes(field.name)));

  const missing = (): boolean => fields.value.some((field) => holds(field.required, document.content.value) && !document.content.value[field.name]);

  /**
   * Asks, and answers whether to go on.
   * @param again also where nothing is missing
   */
  function ask(again: boolean): Promise<boolean> {
    if (!fields.value.length || !(again || missing())) return Promise.resolve(true);
    open.value?.(false);
    return new Promise((resolve) => (open.value = resolve));
  }

  function answer(values: Record<string, string> | null): void {
    if (values) for (const [name, value] of Object.entries(values)) document.content.value[name] = value;
    open.value?.(values !== null);
    open.value = null;
  }

  return { open, action, fields, ask, answer };
}
