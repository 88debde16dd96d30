import { ref, type Ref } from "vue";
import { lineOf } from "@/kernel/api/problem";
import { sayDone, sayRefused } from "@/kernel/dialogs/say";

/** Make a change of a register: say what came of it, then `after` (also after a refusal: what is shown is stale). */
export function useChange(after: () => void): { busy: Ref<boolean>; change: (work: () => Promise<unknown>) => Promise<void> } {
  const busy = ref(false);

  async function change(work: () => Promise<unknown>): Promise<void> {
    busy.value = true;
    try {
      await work();
      sayDone("已保存，变更将发布至单一窗口");
    } catch (error) {
      sayRefused(lineOf(error));
    } finally {
      busy.value = false;
      after();
    }
  }

  return { busy, change };
}
