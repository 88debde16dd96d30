import { shallowRef } from "vue";
import type { Definition } from "@/kernel/api/types";

export interface Preview {
  prints: Pick<Definition["prints"][number], "name" | "title">[];
  /** The PDF of one of the prints. */
  file(name: string, signal: AbortSignal): Promise<Blob>;
  /** The name under which a print of that title is kept. */
  called(title: string): string;
  /** Where keeping the file is an act of its own, which the server records; else the previewed file itself is kept. */
  keep?: () => void;
  /** Why it can be neither printed nor kept now; "" where it can. */
  whyNot?: () => string;
  /** Whether the form holds what is not stored: the print lacks it, and the dialog says so. */
  unsaved: boolean;
}

/** The papers on which a document of that status can be printed. */
export const printsIn = ({ prints }: Definition, status: string): Definition["prints"] =>
  prints.filter(({ states }) => !states.length || states.includes(status));

export const previewed = shallowRef<Preview | null>(null);

/** Shows what would be printed; from there it is printed or kept as a file. */
export function preview(wanted: Preview): void {
  previewed.value = wanted;
}
