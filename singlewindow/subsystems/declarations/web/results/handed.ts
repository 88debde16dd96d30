import { shallowRef } from "vue";
import type { Kind } from "../shapes";

/** The application whose results are to be shown, until the page takes it up. */
export const handed = shallowRef<{ kind: Kind; number: string } | null>(null);

/** Hands an application from the page where it was made to the one that shows its results. */
export function hand(application: { kind: Kind; number: string }): void {
  handed.value = application;
}
