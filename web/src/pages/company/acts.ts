import { setActive, setRole, unbindCard } from "@/kernel/api/people";
import type { CompanyAccount } from "@/kernel/api/types";
import { ask } from "@/kernel/dialogs/ask";
import { bind } from "@/pages/people/bindCard";

export type ActName = "role" | "active" | "password" | "bind" | "unbind";

export interface ShownAct {
  name: ActName;
  title: string;
  /** Asks where it must be asked and does it; false when the user said no. `company` is the customs code. */
  run(company: string): Promise<boolean>;
}

/** What the list offers for an account, in its present state's words. */
export function acts(account: CompanyAccount): ShownAct[] {
  return [role(account), active(account), { name: "password", title: "重置密码", run: async () => true }, card(account)];
}

function role({ id, username, role: now }: CompanyAccount): ShownAct {
  const [next, title] = now === "operator" ? (["administrator", "设为企业管理员"] as const) : (["operator", "设为操作员"] as const);
  const text = `将账号 ${username} ${title}？${next === "administrator" ? "该账号将可以管理本企业全部账号。" : ""}`;
  return { name: "role", title, run: async () => (await ask(text, { title })) && !!(await setRole(id, next)) };
}

function active({ id, username, active: on }: CompanyAccount): ShownAct {
  if (!on) return { name: "active", title: "启用", run: async () => !!(await setActive(id, true)) };
  const text = `停用后账号 ${username} 立即退出登录，且不能再登录。是否停用？`;
  const run = async (): Promise<boolean> =>
    (await ask(text, { title: "停用账号", yes: "停用", destructive: true })) && !!(await setActive(id, false));
  return { name: "active", title: "停用", run };
}

function card(account: CompanyAccount): ShownAct {
  const { id, username, display_name: displayName, card_no: bound } = account;
  if (!bound) return { name: "bind", title: "绑定卡", run: (company) => bind({ id, username, displayName, company }) };
  const text = `解绑后账号 ${username} 不能暂存、申报和查询，用卡 ${bound} 的登录立即退出。是否解绑？`;
  const run = async (): Promise<boolean> =>
    (await ask(text, { title: "解绑卡", yes: "解绑", destructive: true })) && !!(await unbindCard(id));
  return { name: "unbind", title: "解绑卡", run };
}
