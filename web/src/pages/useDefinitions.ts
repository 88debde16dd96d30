import { onMounted, ref, shallowRef } from "vue";
import { getDefinition } from "@/kernel/api/documents";
import { lineOf } from "@/kernel/api/problem";
import type { Definition } from "@/kernel/api/types";

/** The definitions that a page over several types needs, asked for once it stands; `load` asks again after a failure. */
export function useDefinitions(types: string[]) {
  const definitions = shallowRef<Definition[]>([]);
  const trouble = ref("");

  async function load(): Promise<void> {
    trouble.value = "";
    try {
      definitions.value = await Promise.all(types.map(getDefinition));
    } catch (error) {
      trouble.value = lineOf(error);
    }
  }

  onMounted(load);
  return { definitions, trouble, load };
}
