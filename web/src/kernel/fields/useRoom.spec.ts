import { mount } from "@vue/test-utils";
import { afterEach, describe, expect, it, vi } from "vitest";
import { defineComponent, h, nextTick, ref } from "vue";
import { useRoom } from "./useRoom";

const rect = (top: number, bottom: number): DOMRect => ({ top, bottom }) as DOMRect;
afterEach(() => vi.restoreAllMocks());

/** A list of a height under a box, in an area of the page. */
async function opened(area: DOMRect, box: DOMRect, height: number, part = "div.work-scroll"): Promise<string> {
  const [tag, name] = part.split(".") as [string, string];
  vi.spyOn(HTMLElement.prototype, "getBoundingClientRect").mockImplementation(function (this: HTMLElement) {
    return this.className === name ? area : box;
  });
  vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(height);
  const List = defineComponent(() => {
    const list = ref<HTMLElement>();
    const { above } = useRoom(list);
    return () => h(tag, { class: name }, h("span", h("ul", { ref: list, class: { above: above.value } })));
  });
  const wrapper = mount(List);
  await nextTick();
  const { className, style } = (wrapper.vm.$el as HTMLElement).querySelector("ul")!;
  const where = [className || "below", style.position, style.maxHeight].filter(Boolean).join(" ");
  wrapper.unmount();
  return where;
}

describe("where a list opens (UI-13)", () => {
  it("below its box, as long as there is room in the part that scrolls, or no more above", async () => {
    expect(await opened(rect(120, 690), rect(200, 228), 252)).toBe("below");
    expect(await opened(rect(120, 330), rect(140, 168), 252)).toBe("below");
  });

  it("above it near the lower edge: the goods of an appointment", async () => {
    expect(await opened(rect(120, 690), rect(640, 668), 252)).toBe("above");
    expect(await opened(rect(120, 690), rect(640, 668), 20)).toBe("below");
  });

  it("over a dialog that is smaller than the list, no higher than the window has room", async () => {
    vi.spyOn(window, "innerHeight", "get").mockReturnValue(768);
    expect(await opened(rect(276, 494), rect(382, 410), 252, "dialog.dialog-body")).toBe("below fixed 252px");
    expect(await opened(rect(276, 494), rect(682, 710), 252, "dialog.dialog-body")).toBe("above fixed 252px");
    vi.spyOn(window, "innerHeight", "get").mockReturnValue(384);
    expect(await opened(rect(20, 364), rect(172, 200), 252, "dialog.dialog-body")).toBe("below fixed 180px");
  });
});
