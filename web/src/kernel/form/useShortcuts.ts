import { onBeforeUnmount, type Ref } from "vue";
import { dialogOpen } from "@/kernel/dialogs/ask";
import { isShortcut } from "./keyboard";

/**
 * The keys of a page that is in front, wherever the focus is, and if it is nowhere; they rest while a dialog is open (UI-03).
 * @param keys what each key does now, written like "Alt+S"
 */
export function useShortcuts(active: Ref<boolean>, keys: () => Record<string, () => void>): void {
  function onKey(event: KeyboardEvent): void {
    if (!active.value || dialogOpen()) return;
    const pressed = Object.entries(keys()).find(([key]) => isShortcut(event, key));
    if (!pressed) return;
    event.preventDefault();
    pressed[1]();
  }

  window.addEventListener("keydown", onKey);
  onBeforeUnmount(() => window.removeEventListener("keydown", onKey));
}
