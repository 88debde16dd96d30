import { onMounted, ref, shallowRef } from "vue";
import { lineOf } from "@/kernel/api/problem";

/** A list that is read when the page opens, and again on demand; what was read stays while the next is read. */
export function useListing<T>(read: () => Promise<T>) {
  const found = shallowRef<T | null>(null);
  const trouble = ref("");
  let turn = 0;

  async function load(): Promise<void> {
    const mine = ++turn;
    try {
      const answer = await read();
      if (mine === turn) [found.value, trouble.value] = [answer, ""];
    } catch (error) {
      if (mine === turn) trouble.value = lineOf(error);
    }
  }

  onMounted(load);
  return { found, trouble, load };
}
