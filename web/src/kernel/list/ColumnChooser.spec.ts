import { mount } from "@vue/test-utils";
import { afterEach, expect, it, vi } from "vitest";
import { parcel } from "@/testing/definition";
import ColumnChooser from "./ColumnChooser.vue";

let wrapper: ReturnType<typeof mount<typeof ColumnChooser>>;
afterEach(() => wrapper.unmount());

it("is worked by keyboard: opened, its first box has the focus; Escape closes it and goes back to the button (UI-07, UI-13)", async () => {
  wrapper = mount(ColumnChooser, { props: { columns: parcel.query.columns, hidden: [] }, attachTo: document.body, global: { stubs: { transition: false } } });
  const button = wrapper.get("button").element;
  button.focus();
  await wrapper.get("button").trigger("click");
  await vi.waitFor(() => expect(document.activeElement).toBe(wrapper.get("input").element));
  await wrapper.get("input").trigger("keydown", { key: "Escape" });
  expect(document.activeElement).toBe(button);
  await vi.waitFor(() => expect(wrapper.get(".column-choice").isVisible()).toBe(false));
});
