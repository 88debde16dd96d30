import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from "vue";
import { lineOf } from "@/kernel/api/problem";
import { sayRefused } from "@/kernel/dialogs/say";
import { getApplication, resumeApplication, stopApplication } from "../api";
import type { Application } from "../shapes";

const EVERY = 1000; // milliseconds between two looks, so that what changes is seen within two seconds (UI-14)
const MOST = 3; // applications that are looked at at once

export const goesOn = ({ state }: Application): boolean => state === "queued" || state === "running";
export const mayResume = ({ state }: Application): boolean => state === "stopped" || state === "failed";
export const isDone = ({ state }: Application): boolean => state === "done";

/**
 * How far applications are, looked at while the tab is in front.
 * @param moved an application has come further, or its state is another one
 */
export function useProgress(active: Ref<boolean>, moved: () => void) {
  const followed = shallowRef<string[]>([]);
  const known = shallowRef(new Map<string, Application>());
  const trouble = ref("");
  const busy = ref(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let over = false;

  const applications = computed(() => followed.value.flatMap((number) => known.value.get(number) ?? []));
  const waiting = computed(() => followed.value.filter((number) => !known.value.has(number) || goesOn(known.value.get(number)!)));

  /** Looks at these applications, the first ones of them; also at those that were stopped, which others may have resumed. */
  function follow(numbers: string[]): void {
    followed.value = [...new Set(numbers)].slice(0, MOST);
    void look(followed.value);
  }

  const add = (number: string): void => follow([number, ...followed.value]);
  const leave = (number: string): void => void (followed.value = followed.value.filter((one) => one !== number));

  async function look(numbers = waiting.value): Promise<void> {
    clearTimeout(timer);
    if (!active.value || over) return;
    try {
      for (const found of await Promise.all(numbers.map(getApplication))) learn(found);
      trouble.value = "";
    } catch (error) {
      trouble.value = `进度暂时看不到：${lineOf(error)}`;
    }
    clearTimeout(timer);
    if (waiting.value.length && !over) timer = setTimeout(() => void look(), trouble.value ? 4 * EVERY : EVERY);
  }

  /** What has ended before the first look has come further too, since whoever follows it saw it waiting. */
  function learn(found: Application): void {
    const before = known.value.get(found.number);
    known.value = new Map(known.value).set(found.number, found);
    const further = before ? before.done !== found.done || before.failed !== found.failed || before.state !== found.state : !goesOn(found);
    if (further) moved();
  }

  async function change(work: Promise<Application>): Promise<void> {
    busy.value = true;
    try {
      learn(await work);
    } catch (error) {
      sayRefused(lineOf(error));
      void look(followed.value); // someone else was faster: what is shown is no longer so
    } finally {
      busy.value = false;
      void look();
    }
  }

  const stop = (number: string): Promise<void> => change(stopApplication(number));
  const resume = (number: string): Promise<void> => change(resumeApplication(number));

  watch(active, (now) => now && void look());
  onScopeDispose(() => {
    over = true;
    clearTimeout(timer);
  });
  return { applications, trouble, busy, follow, add, leave, stop, resume };
}
