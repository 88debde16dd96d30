import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, expect, it } from "vitest";
import AppDialog from "./AppDialog.vue";

let wrapper: ReturnType<typeof mount<typeof AppDialog>>;
afterEach(() => wrapper.unmount());

it("comes back when the browser closes it (a second Escape) while its owner keeps it open", async () => {
  wrapper = mount(AppDialog, { props: { title: "申请" }, attachTo: document.body });
  const dialog = wrapper.get("dialog").element;
  dialog.removeAttribute("open");
  dialog.dispatchEvent(new Event("close"));
  await flushPromises();
  expect(wrapper.emitted("close")).toHaveLength(1);
  expect(dialog.open).toBe(true);
});
