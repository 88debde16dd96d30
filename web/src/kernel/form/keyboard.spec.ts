import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isShortcut, moveByKey } from "./keyboard";

const focused = (): string | undefined => (document.activeElement as HTMLElement).dataset.field;

function press(key: string, more: KeyboardEventInit = {}): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
  document.activeElement!.dispatchEvent(event);
  return event;
}

beforeEach(() => {
  document.body.innerHTML = `
    <form>
      <section data-area><input data-field="a" /><input data-field="grey" readonly /><input data-field="b" /></section>
      <section data-area><input data-field="grey2" readonly /></section>
      <section data-area><input data-field="c" /></section>
    </form>`;
  const form = document.querySelector("form")!;
  form.addEventListener("keydown", (event) => moveByKey(event, form));
  document.querySelector<HTMLElement>("[data-field=a]")!.focus();
});
afterEach(() => (document.body.innerHTML = ""));

describe("moving through a form (UI-03)", () => {
  it("Enter goes to the next field that can be typed in, Shift+Enter back", () => {
    press("Enter");
    expect(focused()).toBe("b");
    press("Enter");
    expect(focused()).toBe("c");
    press("Enter", { shiftKey: true });
    expect(focused()).toBe("b");
  });

  it("Enter in the last field leaves it all the same, and the focus stays", () => {
    let left = 0;
    document.querySelector<HTMLElement>("[data-field=c]")!.focus();
    document.activeElement!.addEventListener("blur", () => (left += 1));
    press("Enter");
    expect([focused(), left]).toEqual(["c", 1]);
  });

  it("Ctrl+End goes to the next area that has a field to type in", () => {
    press("End", { ctrlKey: true });
    expect(focused()).toBe("c");
  });

  it("End alone and keys of an input method stay the field's own", () => {
    expect(press("End").defaultPrevented).toBe(false);
    expect(press("Enter", { isComposing: true }).defaultPrevented).toBe(false);
    expect(focused()).toBe("a");
  });
});

describe("shortcuts", () => {
  const key = (more: KeyboardEventInit): KeyboardEvent => new KeyboardEvent("keydown", more);

  it("Alt+S is Alt and S, whatever the keyboard makes of it, and nothing more", () => {
    expect(isShortcut(key({ key: "s", code: "KeyS", altKey: true }), "Alt+S")).toBe(true);
    expect(isShortcut(key({ key: "ß", code: "KeyS", altKey: true }), "Alt+S")).toBe(true);
    expect(isShortcut(key({ key: "s", code: "KeyS" }), "Alt+S")).toBe(false);
    expect(isShortcut(key({ key: "s", code: "KeyS", altKey: true, ctrlKey: true }), "Alt+S")).toBe(false);
    expect(isShortcut(key({ key: "r", code: "KeyR", altKey: true }), "Alt+S")).toBe(false);
    expect(isShortcut(key({ key: "s", code: "KeyS", altKey: true, isComposing: true }), "Alt+S")).toBe(false);
  });
});
