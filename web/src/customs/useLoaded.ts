import { ref, type Ref } from "vue";
import { lineOf, Problem } from "@/kernel/api/problem";
import type { Violation } from "@/kernel/api/types";

export interface Loaded<T> {
  value: Ref<T | null>;
  trouble: Ref<string>;
  /** What was wrong with what was asked, value by value. */
  violations: Ref<Violation[]>;
  load: () => Promise<void>;
}

/** Something fetched again and again: the newest answer counts, a failure keeps what is shown and says why. */
export function useLoaded<T>(fetch: () => Promise<T>): Loaded<T> {
  const value = ref(null) as Ref<T | null>;
  const trouble = ref("");
  const violations = ref<Violation[]>([]);
  let latest = 0;

  async function load(): Promise<void> {
    const mine = ++latest;
    try {
      const found = await fetch();
      if (mine !== latest) return;
      value.value = found;
      trouble.value = "";
      violations.value = [];
    } catch (error) {
      if (mine !== latest) return;
      trouble.value = lineOf(error);
      violations.value = error instanceof Problem ? error.violations : [];
    }
  }

  return { value, trouble, violations, load };
}
