import { onScopeDispose, ref, shallowRef } from "vue";
import { lineOf } from "@/kernel/api/problem";
import { sayRefused } from "@/kernel/dialogs/say";
import { signAct } from "@/kernel/signing/act";
import { getOrder, placeOrder, prepareOrder, type Order } from "./api";

const LOOK_MS = 700;

/** The order of this page: signed with the card, then looked at until its labels are made. */
export function useOrder() {
  const order = shallowRef<Order | null>(null);
  const ordered = ref<string[]>([]);
  let timer: ReturnType<typeof setTimeout> | undefined;
  onScopeDispose(() => clearTimeout(timer));

  async function place(numbers: string[]): Promise<void> {
    if (!numbers.length) return sayRefused("请先勾选要申请标签的包裹");
    try {
      const placed = await signAct({
        title: "申请标签", facts: [{ label: "包裹", value: `${numbers.length} 个` }], type: "_labels", action: "order",
        content: { numbers }, prepare: (card) => prepareOrder(numbers, card), perform: placeOrder,
      });
      if (!placed) return;
      [order.value, ordered.value] = [placed, numbers];
      look();
    } catch (error) {
      sayRefused(lineOf(error));
    }
  }

  function look(): void {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      order.value = await getOrder(order.value!.id).catch(() => order.value);
      if (order.value!.state === "queued" || order.value!.state === "running") look();
    }, LOOK_MS);
  }

  return { order, ordered, place };
}
