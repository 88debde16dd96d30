import { ref, type Ref } from "vue";
import { lineOf } from "@/kernel/api/problem";

export interface Loaded<T> {
  value: Ref<T | null>;
  trouble: Ref<string>;
  load: () => Promise<void>;
}

/** Something fetched again and again: the newest answer counts, a failure keeps what is shown and says why. */
export function useLoaded<T>(fetch: () => Promise<T>): Loaded<T> {
  const value = ref(null) as Ref<T | null>;
  const trouble = ref("");
  let latest = 0;

  async function load(): Promise<void> {
    const mine = ++latest;
    try {
      const found = await fetch();
      if (mine !== latest) return;
      value.value = found;
      trouble.value = "";
    } catch (error) {
      if (mine === latest) trouble.value = lineOf(error);
    }
  }

  return { value, trouble, load };
}
