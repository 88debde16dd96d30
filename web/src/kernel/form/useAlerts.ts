import { nextTick, watch, type Ref } from "vue";
import type { View, Violation } from "@/kernel/api/types";
import { tell } from "@/kernel/dialogs/ask";

const keyOf = ({ path, rule, message }: Violation): string => JSON.stringify([path, rule, message]);

/** What is so grave that it is shown as a dialog too: when a form is opened, a field is left, or the server refuses (APPT-05). */
export function useAlerts(view: Ref<View | null>, active: Ref<boolean>) {
  const standing = new Set<string>(); // what a look-up said is shown once, as long as it stands
  const opened = new WeakSet<View>();

  /** Shows them all in one dialog; its end is the user's word that they are read. */
  async function show(found: Violation[]): Promise<void> {
    const alerts = found.filter((one) => one.alert);
    if (!alerts.length) return;
    await tell(alerts.map(({ message, advice, clause }) => ({ text: message, advice, clause })));
  }

  /** What a look-up found: only what was not said by the one before. */
  function looked(found: Violation[]): void {
    const alerts = found.filter((one) => one.alert);
    const fresh = alerts.filter((one) => !standing.has(keyOf(one)));
    standing.clear();
    for (const one of alerts) standing.add(keyOf(one));
    void show(fresh);
  }

  watch([view, active], ([now, inFront]) => {
    if (!now?.alerts.length || !inFront || opened.has(now)) return;
    opened.add(now);
    void nextTick(() => show(now.alerts.map((one) => ({ ...one, alert: true }))));
  }, { immediate: true });

  return { show, looked };
}
