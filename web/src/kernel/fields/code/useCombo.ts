import { computed, ref, watch } from "vue";
import type { CodeItem } from "@/kernel/api/types";
import type { CodeSource } from "./source";

export const shownAs = (item: CodeItem): string => (item.name === item.code ? item.code : `${item.code} ${item.name}`);

export interface ComboEvents {
  /** The field's code has changed; "" when nothing is chosen. */
  chosen(code: string): void;
  /** The field was left with text that names no entry. */
  unknown(text: string): void;
}

/**
 * The state of a code field (UI-04): what is typed, what is offered, what is highlighted, what is chosen.
 * The field shows code and name; its value is the code.
 */
export function useCombo(source: () => CodeSource, value: () => string, events: ComboEvents) {
  const text = ref("");
  const open = ref(false);
  const items = ref<CodeItem[]>([]);
  const highlighted = ref(0);
  const trouble = ref("");
  const chosen = ref<CodeItem | null>(null);
  let asked = 0;

  const typed = computed(() => (chosen.value && text.value === shownAs(chosen.value) ? "" : text.value.trim()));

  watch([value, source], showValue, { immediate: true });

  async function showValue(): Promise<void> {
    const code = value();
    if (code === (chosen.value?.code ?? "") && (code || typed.value)) return;
    const item = code ? await source().find(code).catch(() => null) : null;
    if (code !== value()) return;
    chosen.value = code ? (item ?? { code, name: code }) : null;
    text.value = chosen.value ? shownAs(chosen.value) : "";
  }

  async function narrow(): Promise<void> {
    const turn = ++asked;
    try {
      const found = await source().search(typed.value);
      if (turn !== asked) return;
      items.value = found;
      trouble.value = "";
    } catch {
      if (turn === asked) trouble.value = "代码表暂时取不到，请稍后再试";
    }
    highlighted.value = Math.max(0, items.value.findIndex((item) => item.code === value()));
  }

  function show(): Promise<void> {
    open.value = true;
    return narrow();
  }

  /** The user typed: the choice is gone, the list opens and narrows. */
  function type(now: string): void {
    text.value = now;
    forgetChoice();
    if (now.trim() === "") hide();
    else void show();
  }

  function take(item: CodeItem): void {
    chosen.value = item;
    text.value = shownAs(item);
    hide();
    if (item.code !== value()) events.chosen(item.code);
  }

  function clear(): void {
    text.value = "";
    forgetChoice();
  }

  function move(step: number): void {
    const count = items.value.length;
    if (count) highlighted.value = (highlighted.value + step + count) % count;
  }

  function hide(): void {
    open.value = false;
    asked += 1;
  }

  /** The field is left: text that is exactly a code or a name is taken, other text is refused. */
  async function leave(): Promise<void> {
    hide();
    const wanted = typed.value;
    if (!wanted) return;
    const found = await source().search(wanted).catch(() => [] as CodeItem[]);
    if (typed.value !== wanted) return;
    const item = found.find((one) => one.code.toUpperCase() === wanted.toUpperCase() || one.name === wanted);
    if (item) take(item);
    else events.unknown(wanted);
  }

  function forgetChoice(): void {
    chosen.value = null;
    if (value() !== "") events.chosen("");
  }

  return { text, open, items, highlighted, trouble, chosen, show, type, take, clear, move, hide, leave };
}
