import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { CompanyAccount } from "@/kernel/api/types";
import { asked } from "@/kernel/dialogs/ask";
import { acts, type ActName } from "./acts";

const account: CompanyAccount = {
  id: 7, username: "wutao", display_name: "吴涛", role: "operator", active: true, must_change_password: false,
  card_no: "8930L0000D022", card_kind: "操作员卡", created_at: "2026-11-25T00:00:00Z", last_login_at: null, actions: {},
};
const titles = (change: Partial<CompanyAccount>): string[] => acts({ ...account, ...change }).map((act) => act.title);
const run = (name: ActName, change: Partial<CompanyAccount> = {}): Promise<boolean> =>
  acts({ ...account, ...change }).find((act) => act.name === name)!.run("3122940004");
const sent = vi.fn<typeof fetch>(async () => new Response(JSON.stringify(account)));

beforeEach(() => vi.stubGlobal("fetch", sent.mockClear()));
afterEach(() => vi.unstubAllGlobals());

it("PORT-09: names what can be done by the account's present state", () => {
  expect(titles({})).toEqual(["设为企业管理员", "停用", "重置密码", "解绑卡"]);
  expect(titles({ role: "administrator", active: false, card_no: null })).toEqual(["设为操作员", "启用", "重置密码", "绑定卡"]);
});

it.each([["active", "停用"], ["unbind", "解绑"], ["role", "设为企业管理员"]] as const)("PORT-09: %s asks first, and no means no", async (name, word) => {
  const done = run(name);
  expect(asked.value?.text).toContain("wutao");
  expect(asked.value?.text).toContain(word);
  asked.value!.answer(false);
  expect(await done).toBe(false);
  expect(sent).not.toHaveBeenCalled();
});

it("PORT-09: unbinding and deactivating put the focus on the button that leaves all as it is", () => {
  void run("unbind");
  expect(asked.value?.destructive).toBe(true);
  void run("active");
  expect(asked.value?.destructive).toBe(true);
  asked.value!.answer(false);
});

it("PORT-09: activates without a question, for this account", async () => {
  expect(await run("active", { active: false })).toBe(true);
  expect(sent.mock.calls[0]?.[0]).toBe("/api/company/accounts/7/active");
});
