import { computed, nextTick, ref, watch } from "vue";
import type { CodeItem } from "@/kernel/api/types";
import { tooShort } from "@/kernel/form/checks";
import type { CodeSource } from "./source";

/** Whether the name says the code already (I-通关完成未反馈). */
export const saysCode = ({ code, name }: CodeItem): boolean => name === code || name.startsWith(`${code}-`);

export const shownAs = (item: CodeItem): string => (saysCode(item) ? item.name : `${item.code} ${item.name}`);

export interface ComboEvents {
  /** The field's code has changed; "" when nothing is chosen. */
  chosen(code: string): void;
  /** The field was left with text that names no entry; `unsure`: whether it does could not be found out. */
  unknown(text: string, unsure: boolean): void;
  /** An entry was taken: chosen from the list, or because the field was left with its code or name in it. */
  took?(item: CodeItem, fromList: boolean): void;
}

/**
 * The state of a code field (UI-04): what is typed, what is offered, what is highlighted, what is chosen.
 * The field shows code and name; its value is the code.
 * @param closed entries that are not offered
 * @param least how many digits must be there before Enter opens the list; 0: the list opens and narrows with every key
 */
export function useCombo(
  source: () => CodeSource, value: () => string, events: ComboEvents, least: () => number = () => 0, closed: () => string[] = () => [],
) {
  const text = ref("");
  const open = ref(false);
  const found = ref<CodeItem[]>([]);
  const marked = ref(""); // the code of the entry on which the arrows stand
  const trouble = ref("");
  const chosen = ref<CodeItem | null>(null);
  const narrowing = ref(false);
  const leaving = ref(false);
  let asked = 0;
  let refused = false; // the field was left with text that names no entry
  let entered = false; // Enter was pressed before the list had come

  /** What is closed may change while the list is open: the field before may be looked up a moment longer than this one. */
  const items = computed(() => found.value.filter(({ code }) => !closed().includes(code)));
  const highlighted = computed(() => Math.max(0, items.value.findIndex(({ code }) => code === marked.value)));
  /** What is typed is being looked up: the field's code is not known yet. */
  const busy = computed(() => narrowing.value || leaving.value);
  const typed = computed(() => (chosen.value && text.value === shownAs(chosen.value) ? "" : text.value.trim()));

  watch([value, source], () => showValue(), { immediate: true });
  watch(() => source().day, () => showValue(true)); // it was declared: its code means what it did on the document's own day

  async function showValue(anew = false): Promise<void> {
    const code = value();
    if (code === (chosen.value?.code ?? "") && (code ? !anew : typed.value)) return;
    const item = code ? await source().find(code).catch(() => null) : null;
    if (code !== value()) return;
    chosen.value = code ? (item ?? { code, name: code }) : null;
    text.value = chosen.value ? shownAs(chosen.value) : "";
  }

  async function narrow(): Promise<void> {
    const turn = ++asked;
    trouble.value = tooShort(typed.value, least());
    if (trouble.value) return void (found.value = []);
    narrowing.value = true;
    const answer = await source().search(typed.value).catch(() => null);
    if (turn !== asked) return;
    narrowing.value = false;
    found.value = (answer ?? []).filter(isMeant(typed.value));
    trouble.value = answer ? "" : "代码表暂时取不到，请稍后再试";
    marked.value = value();
    if (entered) takeEntered();
  }

  /**
   * Enter was pressed before the list came, and the field still has the focus: what Enter takes is taken now. Of a list that is
   * opened for some digits nobody has seen the entries yet: the code typed whole, or the only one.
   */
  function takeEntered(): void {
    entered = false;
    const first = least() && items.value.length > 1 ? undefined : items.value[0];
    const item = found.value.find(isNamed(typed.value)) ?? first;
    if (item) take(item);
  }

  /** Whether a text is exactly an entry's code or name. */
  function isNamed(wanted: string): (item: CodeItem) => boolean {
    return ({ code, name }) => code.toUpperCase() === wanted.toUpperCase() || name === wanted;
  }

  /** Digits for which a list is opened are the beginning of a code, not a part of a name. */
  function isMeant(digits: string): (item: CodeItem) => boolean {
    return least() && /^\d+$/.test(digits) ? (item) => item.code.startsWith(digits) : () => true;
  }

  function show(): Promise<void> {
    open.value = true;
    entered = false;
    return narrow();
  }

  /** The user typed: the choice is gone, the list opens and narrows. */
  function type(now: string): void {
    text.value = now;
    forgetChoice();
    if (now.trim() === "" || (least() && !open.value)) hide();
    else void show();
  }

  function take(item: CodeItem, fromList = true): void {
    chosen.value = item;
    text.value = shownAs(item);
    hide();
    if (item.code === value()) return;
    events.chosen(item.code);
    events.took?.(item, fromList);
  }

  /**
   * Enter: takes the highlighted entry; when the list is still that of an older text, what was seen before of exactly that code
   * or name, else the first of the new one, when it comes or the field is left. Who types all day knows the codes: no key waits for the list then.
   */
  function enter(): void {
    const seen = narrowing.value ? source().seen?.(typed.value) : undefined;
    const item = seen ?? items.value[highlighted.value];
    if (narrowing.value && (!seen || closed().includes(seen.code))) entered = true;
    else if (item) take(item);
  }

  function clear(): void {
    text.value = "";
    forgetChoice();
  }

  /** The box is closed: what was half typed is gone. */
  function drop(): void {
    hide();
    text.value = chosen.value ? shownAs(chosen.value) : "";
    [refused, entered] = [false, false];
  }

  function move(step: number): void {
    const count = items.value.length;
    if (count) marked.value = items.value[(highlighted.value + step + count) % count]!.code;
  }

  function hide(): void {
    open.value = false;
    narrowing.value = false;
    asked += 1;
  }

  /** The field is left: text that is exactly a code or a name is taken, other text is refused. */
  async function leave(): Promise<void> {
    hide();
    const wanted = typed.value;
    const first = entered ? 0 : -1;
    entered = false;
    if (!wanted) return keep();
    leaving.value = true;
    const named = tooShort(wanted, least()) ? [] : await source().search(wanted).catch(() => null);
    leaving.value = false;
    if (typed.value !== wanted) return;
    const item = named?.find(isNamed(wanted)) ?? named?.filter(({ code }) => !closed().includes(code))[first];
    if (item) take(item, false);
    else {
      refused = true;
      events.unknown(wanted, named === null);
    }
  }

  /** Emptied, but its value stays (单据类型, without which there is no page): it is shown again. */
  async function keep(): Promise<void> {
    await nextTick();
    if (!chosen.value && !typed.value) await showValue();
  }

  function forgetChoice(): void {
    chosen.value = null;
    if (value() !== "" || refused) events.chosen(""); // what was said of refused text no longer counts
    refused = false;
  }

  return { text, typed, open, items, highlighted, trouble, chosen, busy, show, type, take, enter, clear, drop, move, hide, leave };
}
