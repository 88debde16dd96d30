import type { QueryCondition } from "@/kernel/api/types";

const CHOSEN = "按空格键从列表中选择，或录入代码、名称、拼音首字母后回车";

/** The red hint of a box that is no condition of the type: 单据类型, 统计维度. */
export const chosenHint = { label: "", hint: CHOSEN };

/** The red hint of a condition: how its box is filled in (UI-02). */
export function hintOf({ kind, label, max_days: most, paired }: QueryCondition): { label: string; hint: string } {
  if (kind === "own") return { label, hint: `${label}为本企业的海关编码，不需录入` };
  if (kind === "text") return { label, hint: `请录入完整的${label}` };
  if (kind !== "span") return { label, hint: CHOSEN };
  const bounds = [most ? `最多 ${most} 天` : "", paired ? "起止日期须同时填写" : ""].filter(Boolean);
  return { label, hint: ["请录入日期，如 20261128，或从日历中选择，起止日期均包含在内", ...bounds].join("；") };
}
