import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { nextTick } from "vue";
import { isShortcut, moveByKey } from "./keyboard";

const focused = (): string | undefined => (document.activeElement as HTMLElement).dataset.field;

async function press(key: string, more: KeyboardEventInit = {}): Promise<KeyboardEvent> {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
  document.activeElement!.dispatchEvent(event);
  await nextTick();
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
  it("Enter goes to the next field that can be typed in, Shift+Enter back", async () => {
    await press("Enter");
    expect(focused()).toBe("b");
    await press("Enter");
    expect(focused()).toBe("c");
    await press("Enter", { shiftKey: true });
    expect(focused()).toBe("b");
  });

  it("Enter in the last field leaves it all the same, and the focus stays", async () => {
    let left = 0;
    document.querySelector<HTMLElement>("[data-field=c]")!.focus();
    document.activeElement!.addEventListener("blur", () => (left += 1));
    await press("Enter");
    expect([focused(), left]).toEqual(["c", 1]);
  });

  it("Enter in the last field goes on once what it looked up has opened others, unless typing went on (CONS-04)", async () => {
    const [last, grey] = [document.createElement("input"), document.createElement("input")];
    last.dataset.field = "last";
    grey.dataset.field = "goods";
    document.querySelector("form")!.append(last, grey);
    for (const typed of ["", "1"]) {
      grey.readOnly = true;
      last.focus();
      await press("Enter");
      last.value += typed;
      grey.readOnly = false;
      await new Promise((go) => setTimeout(go, 60));
      expect(focused()).toBe(typed ? "last" : "goods");
    }
  });

  it("Enter goes into a grey field that the key itself opened", async () => {
    const [a, grey] = document.querySelectorAll<HTMLInputElement>("[data-field]");
    a!.addEventListener("keydown", () => void nextTick(() => (grey!.readOnly = false)));
    await press("Enter");
    expect(focused()).toBe("grey");
  });

  it("Enter goes back to a grey field that a code opened which was still being looked up, unless typing went on", async () => {
    for (const typed of ["", "x"]) {
      const [a, grey, b] = document.querySelectorAll<HTMLInputElement>("[data-field]");
      a!.focus();
      a!.ariaBusy = "true";
      await press("Enter");
      expect(focused()).toBe("b");
      b!.value = typed;
      grey!.readOnly = false;
      a!.ariaBusy = "false";
      await vi.waitFor(() => expect(focused()).toBe(typed ? "b" : "grey"));
      await new Promise((go) => setTimeout(go, 50));
      expect(focused()).toBe(typed ? "b" : "grey");
      grey!.readOnly = true;
      b!.value = "";
    }
  });

  it("Enter goes on from a field that the code disabled which was still being looked up (PORT-08)", async () => {
    const [a, , b] = document.querySelectorAll<HTMLInputElement>("[data-field]");
    [a!.ariaBusy, b!.value] = ["true", "1 率"];
    await press("Enter");
    expect(focused()).toBe("b");
    [b!.readOnly, b!.value] = [true, ""];
    a!.ariaBusy = "false";
    await vi.waitFor(() => expect(focused()).toBe("c"));
  });

  it("Ctrl+End goes to the next area that has a field to type in", async () => {
    await press("End", { ctrlKey: true });
    expect(focused()).toBe("c");
  });

  it("End alone and keys of an input method stay the field's own", async () => {
    expect((await press("End")).defaultPrevented).toBe(false);
    expect((await press("Enter", { isComposing: true })).defaultPrevented).toBe(false);
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
