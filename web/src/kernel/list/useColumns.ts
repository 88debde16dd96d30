import { computed, ref, watch } from "vue";
import { getPreference, setPreference } from "@/kernel/api/preferences";
import { lineOf } from "@/kernel/api/problem";
import { sayRefused } from "@/kernel/dialogs/say";
import { session } from "@/kernel/session";
import type { ListColumn } from "./rows";

const known = new Map<string, string[]>(); // by account and type: what this page has learned or said
let saying: Promise<void> = Promise.resolve();

/**
 * Which columns of a list are shown; remembered for each user on the server (UI-07).
 * @param type the document type whose list it is, or another name for the list
 * @param atFirst the columns that a user who arranged nothing does not see
 */
export function useColumns<Column extends ListColumn>(columns: () => Column[], type: () => string, atFirst: () => string[] = () => []) {
  const hidden = ref<string[]>([]);
  const mine = (): string => `${session.value?.account.username}/${type()}`;
  const key = (): string => `columns.${type()}`;

  const shown = computed(() => columns().filter((column) => !hidden.value.includes(column.name)));

  watch(type, async () => {
    const place = mine();
    hidden.value = known.get(place) ?? atFirst();
    if (known.has(place) || !session.value) return;
    const found = await getPreference(key()).catch(() => null); // all columns then, which hides nothing
    if (place !== mine() || known.has(place)) return;
    hidden.value = Array.isArray(found) ? found.filter((one) => typeof one === "string") : atFirst();
    known.set(place, hidden.value);
  }, { immediate: true });

  /** Shows or hides a column; the last one stays. */
  function toggle(name: string): void {
    const without = hidden.value.filter((one) => one !== name);
    if (without.length === hidden.value.length && shown.value.length === 1) return;
    hidden.value = without.length < hidden.value.length ? without : [...hidden.value, name];
    known.set(mine(), hidden.value);
    remember(key(), hidden.value);
  }

  return { shown, hidden, toggle };
}

/** One after the other: the last word counts on the server too. */
function remember(key: string, hidden: string[]): void {
  saying = saying.then(() => setPreference(key, hidden)).catch((error: unknown) => sayRefused(`显示列未能保存：${lineOf(error)}`));
}
