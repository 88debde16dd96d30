import { computed, ref, watch } from "vue";
import type { QueryColumn } from "@/kernel/api/types";

/** Which columns of a list are shown; remembered in this browser for each user and type (UI-07). */
export function useColumns(columns: () => QueryColumn[], key: () => string) {
  const hidden = ref<string[]>([]);
  watch(key, () => (hidden.value = remembered(key())), { immediate: true });

  const shown = computed(() => columns().filter((column) => !hidden.value.includes(column.name)));

  /** Shows or hides a column; the last one stays. */
  function toggle(name: string): void {
    const without = hidden.value.filter((one) => one !== name);
    if (without.length === hidden.value.length && shown.value.length === 1) return;
    hidden.value = without.length < hidden.value.length ? without : [...hidden.value, name];
    localStorage.setItem(key(), JSON.stringify(hidden.value));
  }

  return { shown, hidden, toggle };
}

function remembered(key: string): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(stored) ? stored.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}
