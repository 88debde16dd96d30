import { computed, ref } from "vue";
import { askBusinessNow } from "@/kernel/clock/businessClock";
import { day as dayOf } from "@/kernel/format";
import { canonical, isMoment } from "./canonical";
import { daysLater, monthsLater, TIMES, weeksAround } from "./days";

const USUAL = "09:00"; // where the list of times begins, as long as nothing is filled in

/**
 * The panel in which a day and a time are chosen: first the day, then the time. The keys stay in the box; the panel
 * shows where they are.
 */
export function useMomentPicker(value: () => string, taken: (moment: string) => void) {
  const open = ref(false);
  const stage = ref<"day" | "time">("day");
  const today = ref("");
  const day = ref("");
  const time = ref(0); // index in TIMES
  const weeks = computed(() => (day.value ? weeksAround(day.value) : []));

  /** Opens at what stands in the box, else at the business day of today. */
  async function show(): Promise<void> {
    today.value = dayOf(await askBusinessNow());
    const filled = canonical(value());
    const [at, clock = USUAL] = isMoment(filled) ? filled.split(" ") : [today.value];
    day.value = at!;
    time.value = Math.max(0, TIMES.findLastIndex((one) => one <= clock));
    stage.value = "day";
    open.value = true;
  }

  const hide = (): void => void (open.value = false);

  function chooseDay(chosen: string): void {
    day.value = chosen;
    stage.value = "time";
  }

  function chooseTime(index: number): void {
    hide();
    taken(`${day.value} ${TIMES[index]}`);
  }

  const go = (days: number): void => void (day.value = daysLater(day.value, days));
  const turn = (months: number): void => void (day.value = monthsLater(day.value, months));
  const step = (by: number): void => void (time.value = (time.value + by + TIMES.length) % TIMES.length);

  const KEYS: Record<"day" | "time", Record<string, () => void>> = {
    day: {
      ArrowLeft: () => go(-1), ArrowRight: () => go(1), ArrowUp: () => go(-7), ArrowDown: () => go(7),
      PageUp: () => turn(-1), PageDown: () => turn(1), Home: () => (day.value = today.value),
      Enter: () => chooseDay(day.value), Escape: hide,
    },
    time: {
      ArrowUp: () => step(-1), ArrowDown: () => step(1), PageUp: () => step(-4), PageDown: () => step(4),
      ArrowLeft: () => (stage.value = "day"), Enter: () => chooseTime(time.value), Escape: hide,
    },
  };

  /** Does what a key means in the open panel; answers whether it means anything there. */
  function press(key: string): boolean {
    const act = KEYS[stage.value][key];
    act?.();
    return act !== undefined;
  }

  return { open, stage, today, day, time, weeks, show, hide, chooseDay, chooseTime, turn, press };
}

export type MomentPicker = ReturnType<typeof useMomentPicker>;
