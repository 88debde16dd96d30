import { mount } from "@vue/test-utils";
import { afterEach, describe, expect, it, vi } from "vitest";
import { defineComponent, h, nextTick, ref } from "vue";
import { useRoom } from "./useRoom";

const rect = (top: number, bottom: number): DOMRect => ({ top, bottom }) as DOMRect;
afterEach(() => vi.restoreAllMocks());

/** A list of a height under a box, in an area of the page. */
async function opened(area: DOMRect, box: DOMRect, height: number): Promise<boolean> {
  vi.spyOn(HTMLElement.prototype, "getBoundingClientRect").mockImplementation(function (this: HTMLElement) {
    return this.className === "work-scroll" ? area : box;
  });
  vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(height);
  const List = defineComponent(() => {
    const list = ref<HTMLElement>();
    const { above } = useRoom(list);
    return () => h("div", { class: "work-scroll" }, h("span", h("ul", { ref: list, class: { above: above.value } })));
  });
  const wrapper = mount(List);
  await nextTick();
  const is = (wrapper.vm.$el as HTMLElement).querySelector("ul")!.className;
  wrapper.unmount();
  return is === "above";
}

describe("where a list opens (UI-13)", () => {
  it("below its box, as long as there is room in the part that scrolls, or no more above", async () => {
    expect(await opened(rect(120, 690), rect(200, 228), 252)).toBe(false);
    expect(await opened(rect(120, 330), rect(140, 168), 252)).toBe(false);
  });

  it("above it near the lower edge: the goods of an appointment", async () => {
    expect(await opened(rect(120, 690), rect(640, 668), 252)).toBe(true);
    expect(await opened(rect(120, 690), rect(640, 668), 20)).toBe(false);
  });
});
