import { shallowRef } from "vue";
import type { Definition } from "@/kernel/api/types";

export interface Preview {
  type: string;
  number: string;
  prints: Definition["prints"];
  /** Whether the form holds what is not stored: the print lacks it, and the dialog says so. */
  unsaved: boolean;
}

export const previewed = shallowRef<Preview | null>(null);

/** Shows what would be printed; from there it is printed or kept as a file. */
export function preview(wanted: Preview): void {
  previewed.value = wanted;
}
