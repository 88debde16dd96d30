import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from "vue";
import { lineOf } from "@/kernel/api/problem";
import { businessNow } from "@/kernel/clock/businessClock";
import { sayRefused } from "@/kernel/dialogs/say";
import { getApplication, resumeApplication, stopApplication } from "../api";
import type { Application } from "../shapes";

const EVERY = 1000; // milliseconds between two looks, so that what changes is seen within two seconds (UI-14)
/** Applications that are looked at at once: an account may have five under way, its colleagues have theirs. */
const MOST = 10;

export const goesOn = ({ state }: Application): boolean => state === "queued" || state === "running";
/** Its month ends for all of it together, also for what nothing was done with yet (PRNT-08). */
export const isOver = ({ expires_at: end }: Application): boolean => end !== null && Date.parse(end) <= businessNow().valueOf();
export const hasStopped = ({ state }: Application): boolean => state === "stopped" || state === "failed";
export const mayResume = (one: Application): boolean => hasStopped(one) && !isOver(one);
export const isDone = ({ state }: Application): boolean => state === "done";

const DONE = 2;
const RANKS = [0, 1, DONE];
/** What goes on, or is not known yet, stands before what has stopped, and that before what is done. */
const rankOf = (one: Application | undefined): number => (!one || goesOn(one) ? 0 : isDone(one) ? DONE : 1);

/**
 * How far applications are, looked at while the tab is in front.
 * @param moved an application has come further, or its state is another one
 */
export function useProgress(active: Ref<boolean>, moved: () => void) {
  const wanted = shallowRef<string[]>([]);
  const known = shallowRef(new Map<string, Application>());
  const trouble = ref("");
  const busy = ref(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let over = false;

  /** Of those that are wanted, as many as are looked at: what goes on or is not known yet first, what is done last. */
  const followed = computed(() => RANKS.flatMap((rank) => wanted.value.filter((number) => rankOf(known.value.get(number)) === rank)).slice(0, MOST));
  const applications = computed(() => followed.value.flatMap((number) => known.value.get(number) ?? []));
  const waiting = computed(() => followed.value.filter((number) => !known.value.has(number) || goesOn(known.value.get(number)!)));

  /** Looks at these applications, also at those that were stopped, which others may have resumed. */
  function follow(numbers: string[]): void {
    wanted.value = [...new Set(numbers)];
    void look(followed.value.filter((number) => rankOf(known.value.get(number)) !== DONE));
  }

  const add = (number: string): void => follow([number, ...wanted.value]);
  const leave = (number: string): void => void (wanted.value = wanted.value.filter((one) => one !== number));

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
    const news = waiting.value.some((number) => !known.value.has(number)); // they have the place of those that turned out to be done
    if (waiting.value.length && !over) timer = setTimeout(() => void look(), trouble.value ? 4 * EVERY : news ? 0 : EVERY);
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
