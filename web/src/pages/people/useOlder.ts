import { computed, onMounted, ref, shallowRef } from "vue";
import { lineOf } from "@/kernel/api/problem";

interface Part<T> {
  items: T[];
  more: boolean;
}

/**
 * A list whose newest entries come first, and older ones on demand.
 * @param read asks for entries older than this id
 */
export function useOlder<T extends { id: number }>(read: (before?: number) => Promise<Part<T>>) {
  const items = shallowRef<T[]>([]);
  const more = ref(false);
  const trouble = ref("");
  const ready = ref(false);
  const last = computed(() => items.value.at(-1)?.id);

  async function load(before?: number): Promise<void> {
    try {
      const part = await read(before);
      items.value = before === undefined ? part.items : [...items.value, ...part.items];
      more.value = part.more;
      ready.value = true;
      trouble.value = "";
    } catch (error) {
      trouble.value = lineOf(error);
    }
  }

  onMounted(() => load());
  return { items, more, trouble, ready, load: () => load(), older: () => load(last.value) };
}
