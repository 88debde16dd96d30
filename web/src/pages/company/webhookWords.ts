import type { Delivery, Webhook } from "@/kernel/api/types";
import { moment } from "@/kernel/format";

/** How an endpoint does, in a word. */
export const stateNames: Record<Webhook["state"], string> = { ok: "正常", retrying: "重试中", failed: "失败", stopped: "停用" };

/** The same in a sentence, for who wants to know more. */
export function stateWords({ state, failing, failed_since: since, gave_up_at: gaveUp }: Webhook): string {
  const failed = failing ? `自 ${moment(since)} 起连续 ${failing} 次未送达` : "";
  if (state === "failed") return `${moment(gaveUp)} 有事件 3 天未能送达，已停止重试${failed && `；${failed}`}。请检查接收地址，恢复后重放事件`;
  if (state === "stopped") return "停用期间的事件在启用后补发（保留 90 天）";
  return failed;
}

/** What became of a delivery, in a word; a test is tried once. */
export function deliveryName({ state, kind, tries }: Delivery): string {
  if (state === "delivered") return "已送达";
  if (state === "waiting") return tries ? "待重试" : "待推送";
  return kind === "test" ? "未送达" : "已停止重试";
}
