import { computed, watch, type Ref } from "vue";
import { said } from "@/kernel/api/problem";
import { useLoaded } from "../useLoaded";
import { usePolling } from "../usePolling";

const EVERY = 5000; // milliseconds between two looks at the same page

/** A list that is searched page by page and looked at again and again: `conditions` are those of its filters. */
export function useSearch<T>(conditions: { page: number; size: number; district: string }, fetch: () => Promise<T>) {
  const { value: found, trouble: refused, violations, load } = useLoaded(fetch);
  usePolling(load, EVERY);

  /** What is wrong with 关区: it stands at its box, and not above the list too. */
  const wrongDistrict = computed(() => {
    const wrong = violations.value.find((one) => one.path === "district");
    return wrong ? said(wrong) : "";
  });
  const trouble = computed(() => (wrongDistrict.value ? "" : refused.value));

  /** Searches anew, from the first page. */
  function search(): void {
    conditions.page = 1;
    void load();
  }

  watch(() => [conditions.page, conditions.size], load);
  return { found: found as Ref<T | null>, trouble, wrongDistrict, search };
}
