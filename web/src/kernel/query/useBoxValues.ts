import { computed, nextTick, reactive, ref, type Ref } from "vue";
import type { Violation } from "@/kernel/api/types";
import { askBusinessNow } from "@/kernel/clock/businessClock";
import { focusField } from "@/kernel/form/keyboard";
import type { Preset } from "@/kernel/preset";
import { namesOf, type Box } from "./boxes";
import { useUnknown } from "./useUnknown";

/** What is asked: the values by name, empty ones left out. */
export type Question = Record<string, string>;

/** What answers the question. */
interface Asked {
  refused: Ref<Violation[]>;
  refuse(violations: Violation[]): void;
  forget(): void;
}

/** The boxes of a query as they are filled in, what is wrong with them, and the hint of the one that has the focus. */
export function useBoxValues(boxes: () => Box[], clause: string, root: Ref<HTMLElement | undefined>, { refused, refuse, forget }: Asked) {
  const values = reactive<Record<string, string>>({});
  const unknown = useUnknown(root, refused, clause);
  const sheet = ref(0); // other boxes: nothing half-typed stays in them
  const focused = ref("");
  const hint = computed(() => boxes().find((box) => [box.name, ...namesOf(box)].includes(focused.value)) ?? null);

  /** As the page opens: what boxes begin with, of this preset or of their own, unless the user was faster than the server's clock. */
  async function begin(preset: Preset = {}): Promise<void> {
    const now = await askBusinessNow();
    for (const box of boxes()) if (namesOf(box).every((name) => values[name] === undefined)) fill(box, now, preset);
  }

  function fill(box: Box, now: Date, preset: Preset = {}): void {
    const names = namesOf(box);
    const first = names.some((name) => name in preset) ? names.map((name) => preset[name] ?? "") : [box.first?.(now) ?? ""].flat();
    names.forEach((name, at) => (values[name] = first[at] ?? ""));
  }

  /** 重置: clears all conditions and the answer; a choice that must be made keeps what it begins with. */
  function reset(): void {
    sheet.value += 1;
    forget();
    unknown.clear();
    for (const box of boxes()) {
      if (box.kind === "choice" && box.yellow) fill(box, new Date(0));
      else for (const name of namesOf(box)) values[name] = "";
    }
  }

  function set(name: string, value: string): void {
    values[name] = value;
    unknown.forgive(name);
    refused.value = refused.value.filter((one) => one.path !== name);
  }

  /** What is wrong with a box, as it was refused. */
  const at = (box: Box): Violation | null => refused.value.find((one) => [box.name, ...namesOf(box)].includes(one.path)) ?? null;

  /** The question as the boxes say it. */
  const question = (): Question =>
    Object.fromEntries(boxes().flatMap(namesOf).map((name) => [name, (values[name] ?? "").trim()]).filter(([, value]) => value)) as Question;

  /** What keeps the question from being asked. */
  async function wrong(): Promise<Violation[]> {
    const codes = await unknown.settle();
    const lacking = boxes().filter((box) => box.yellow).flatMap(namesOf).filter((name) => !values[name]?.trim() && !codes.some(({ path }) => path === name));
    return [...codes, ...lacking.map((path) => ({ path, rule: "field.required", message: `请填写「${labelOf(path)}」`, advice: "黄色的查询条件必须填写", clause, source: "field" as const }))];
  }

  const labelOf = (path: string): string => boxes().find((box) => namesOf(box).includes(path))!.label;

  /** Asks, unless something is wrong already; the first box that was refused gets the focus. */
  async function ask(search: (question: Question) => Promise<void>): Promise<void> {
    const found = await wrong();
    if (found.length) refuse(found);
    else await search(question());
    await nextTick();
    refused.value.some((one) => focusField(root.value, one.path));
  }

  /** A box got the focus, or lost it: its hint stands as long as it has it (UI-02). */
  function onFocus(event: FocusEvent): void {
    focused.value = event.type === "focusin" ? ((event.target as HTMLElement).dataset.field ?? "") : "";
  }

  return { values, unknown, sheet, hint, begin, reset, set, at, question, ask, onFocus };
}

export type BoxValues = ReturnType<typeof useBoxValues>;
