import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, expect, it } from "vitest";
import { h, nextTick, ref } from "vue";
import AppDialog from "./AppDialog.vue";
import { asked } from "./ask";
import { sayRefused } from "./say";

const said = (): Element => [...document.querySelectorAll(".el-message")].at(-1)!;
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

it("Escape and × ask before what was typed is lost, and say nothing where nothing was; a PIN is typed again (UI-05)", async () => {
  wrapper = mount(AppDialog, { props: { title: "修改内容" }, attachTo: document.body, slots: { default: "<input value='王芳' /><input type='password' />" } });
  const [name, pin] = wrapper.findAll("input");
  const ways = [
    () => wrapper.get("dialog").element.dispatchEvent(new Event("cancel", { cancelable: true })),
    () => wrapper.get(".dialog-close").trigger("click"),
    () => { // the second Escape: the browser closes it whatever is said
      wrapper.get("dialog").element.dispatchEvent(new Event("cancel"));
      wrapper.get("dialog").element.removeAttribute("open");
      wrapper.get("dialog").element.dispatchEvent(new Event("close"));
    },
  ];
  await name!.trigger("beforeinput"); // of an input method: no key goes down
  await pin!.setValue("88888888");
  for (const way of ways) await way();
  await nextTick();
  expect([wrapper.emitted("close")?.length, asked.value]).toEqual([3, null]);
  pin!.element.dispatchEvent(new Event("cancel", { bubbles: true, cancelable: true })); // a file chooser that was given up says so, too
  expect(wrapper.emitted("close")).toHaveLength(3);
  await name!.setValue("王");
  for (const way of ways) {
    await way();
    expect([wrapper.emitted("close")?.length, asked.value?.text]).toEqual([3, "录入的内容尚未确定，是否放弃？"]);
    expect(wrapper.get("dialog").element.open).toBe(true); // under the question
    asked.value!.answer(false);
    await flushPromises();
  }
  await ways[0]!();
  asked.value!.answer(true);
  await flushPromises();
  expect(wrapper.emitted("close")).toHaveLength(4);
});

it("what is said stands in the dialog on top, where it can be read and closed, and does not go with it (UI-16)", async () => {
  sayRefused("请先查询");
  const shown = ref(true);
  wrapper = mount(() => (shown.value ? h(AppDialog, { title: "模板" }) : null), { attachTo: document.body }) as never;
  const dialog = wrapper.get("dialog").element;
  expect(said().closest("dialog")).toBe(dialog);
  sayRefused("请先勾选");
  expect([said().closest("dialog"), said().textContent]).toEqual([dialog, "请先勾选"]);
  shown.value = false;
  await nextTick();
  expect([said().parentElement, said().textContent]).toEqual([document.body, "请先勾选"]);
});
