import type { ActionDefinition, Allowed } from "@/kernel/api/types";

/** A button of the bar: one action, or several of one label, of which the document's status permits now this, now that. */
export interface Button {
  /** That of its first action. */
  name: string;
  label: string;
  style: ActionDefinition["style"];
  shortcut: string;
  actions: ActionDefinition[];
}

/** The buttons of these actions: one for each label, where the first action of that label stands. */
export function buttonsOf(actions: ActionDefinition[]): Button[] {
  const labels = [...new Set(actions.map((one) => one.label))];
  return labels.map((label) => {
    const together = actions.filter((one) => one.label === label);
    const { name, style } = together[0]!;
    return { name, label, style, shortcut: together.find((one) => one.shortcut)?.shortcut ?? "", actions: together };
  });
}

/** Whether a button does anything now; where it does not, why not says the first action that is for such a status. */
export function allowedOf(button: Button, status: string, may: (name: string) => Allowed): Allowed {
  const done = button.actions.find((one) => may(one.name).allowed);
  const fits = button.actions.find((one) => one.states.includes(status));
  return may((done ?? fits ?? button.actions[0]!).name);
}
