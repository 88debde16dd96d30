import { computed, ref, watch } from "vue";
import { lineOf } from "@/kernel/api/problem";
import { getReminders } from "@/kernel/api/reminders";
import type { Reminder } from "@/kernel/api/types";
import { businessHour } from "@/kernel/clock/businessClock";
import { useLive } from "./useLive";

/** What of the company's documents has its term soon; fresh with every change of one, and as the business time goes on. */
export function useReminders() {
  const items = ref<Reminder[]>([]);
  const total = ref(0);
  const trouble = ref("");

  useLive({ concerns: ({ kind }) => kind !== "created", look, active: ref(true), waiting: computed(() => true) });
  watch(businessHour, () => void told());
  void told();

  async function look(): Promise<void> {
    const found = await getReminders();
    items.value = found.items;
    total.value = found.total;
    trouble.value = "";
  }

  async function told(): Promise<void> {
    await look().catch((error: unknown) => (trouble.value = lineOf(error)));
  }

  return { items, total, trouble, retry: told };
}
