import { useRouter } from "vue-router";
import { ask } from "@/kernel/dialogs/ask";
import { activeTab, closeTabs, type Tab } from "./tabs";
import { titleOf } from "./titles";

/** Closes tabs and shows the one that is then in front; where something typed would be lost, it asks first (UI-05). */
export function useClosing(): (closing: Tab[]) => Promise<void> {
  const router = useRouter();
  return async (closing) => {
    const names = closing.filter((tab) => tab.unsaved).map((tab) => `「${titleOf(tab)}」`).join("、");
    const text = `${names}中的内容尚未暂存，关闭后将丢失，是否关闭？`;
    if (names && !(await ask(text, { title: "关闭选项卡", yes: "关闭", destructive: true }))) return;
    const application = activeTab.value?.application ?? closing[0]?.application;
    await router.replace(closeTabs(closing) ?? `/app/${application}`);
  };
}
