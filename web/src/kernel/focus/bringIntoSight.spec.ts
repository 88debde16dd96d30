import { expect, it, vi } from "vitest";
import { bringIntoSight } from "./bringIntoSight";

it.each([[true, 1], [false, 0]])("what a key gives the focus to is brought into sight, what a pointer pressed stays (UI-13): %s", (byKey, times) => {
  const button = document.createElement("button");
  const shown = (button.scrollIntoView = vi.fn());
  button.matches = (selector) => byKey && selector === ":focus-visible";
  button.addEventListener("focusin", bringIntoSight);
  button.dispatchEvent(new FocusEvent("focusin"));
  expect(shown).toHaveBeenCalledTimes(times);
});
