import type { ApiToken } from "@/kernel/api/types";

/** What a token may; each includes the one before it. */
export const rightNames: Record<ApiToken["right"], string> = { read: "查询", draft: "暂存", submit: "申报" };
export const rightHints: Record<ApiToken["right"], string> = {
  read: "查看单据、回执、统计，下载打印件",
  draft: "查询，以及暂存、删除、上传附件、批量导入",
  submit: "暂存，以及申报、变更等须卡签名的办理",
};

/** A token's state in words; one whose account is closed is worth nothing meanwhile. */
export function stateOf({ state, account_active: active }: ApiToken): string {
  if (state === "revoked") return "已停用";
  if (state === "expired") return "已过期";
  return active ? "在用" : "账号停用";
}
