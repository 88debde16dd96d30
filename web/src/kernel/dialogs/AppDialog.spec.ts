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

it("gives the focus to its first box, so that Enter does not close what was just opened", () => {
  wrapper = mount(AppDialog, {
    props: { title: "添加操作员" }, attachTo: document.body,
    slots: { default: "<input readonly tabindex='-1' /><input name='username' />", buttons: "<button>添加</button>" },
  });
  expect((document.activeElement as HTMLInputElement).name).toBe("username");
});

it("leaves the focus where a part asks for it", () => {
  const ask = { mounted: (element: HTMLElement) => element.focus() };
  wrapper = mount(AppDialog, {
    props: { title: "删除" }, attachTo: document.body, global: { directives: { ask } },
    slots: { default: "<input />", buttons: "<button autofocus v-ask>取消</button>" },
  });
  expect(document.activeElement?.textContent).toBe("取消");
});
