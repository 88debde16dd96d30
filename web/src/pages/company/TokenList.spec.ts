import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { groups } from "@/app/applications";
import { asked as question } from "@/kernel/dialogs/ask";
import type { ApiToken } from "@/kernel/api/types";
import { Reply, serve, type Request } from "@/testing/server";
import TokenList from "./TokenList.vue";

const token: ApiToken = {
  id: 3, name: "ERP", shown: "swt_mP9x2KqA", username: "wangfang", display_name: "王芳", account_active: true, card_no: "8930L0000A011", card_kind: "操作员卡",
  right: "submit", chapters: ["sample"], last_day: "2027-02-24", state: "active", created_at: "2026-11-26T00:00:00Z", created_by: "陈南（chennan）",
  last_used_at: null, revoked_at: null, revoked_by: "",
};
const SECRET = "swt_mP9x2KqAxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
const account = { id: 7, username: "wangfang", display_name: "王芳", active: true, card_no: "8930L0000A011", card_kind: "操作员卡" };
let asked: Request[];
let made: unknown;
let list: VueWrapper;

beforeEach(async () => {
  const application = { name: "sample", title: "样例", menu: [], card_kind: null, card_stays: false };
  groups.value = [{ title: "组", groups: [], applications: [application, { ...application, name: "other", title: "另一个" }] }];
  made = new Reply(201, { token: SECRET, kept: token });
  ({ asked } = serve({
    "GET /api/tokens": { total: 1, page: 1, size: 50, usual_last_day: "2027-02-24", items: [token] },
    "GET /api/company/accounts": { total: 1, page: 1, size: 50, items: [account] },
    "POST /api/tokens": () => made, "DELETE /api/tokens/3": new Reply(204, null),
  }));
  list = mount(TokenList, { props: { chosen: null }, attachTo: document.body });
  await flushPromises();
});
afterEach(() => {
  list.unmount();
  groups.value = [];
  vi.unstubAllGlobals();
});

const press = async (text: string): Promise<void> => {
  await list.findAll("button").find((button) => button.text() === text)!.trigger("click");
  await flushPromises();
};
const fill = async (): Promise<void> => {
  await press("新建");
  await list.get("[data-field=name]").setValue("ERP");
  await list.get("[data-field=account_id]").setValue("7");
};

it("INTG-01: lists what a token may, for whom and how long, and never the token", () => {
  const row = list.get("tbody tr").text();
  for (const words of ["ERP", "swt_mP9x2KqA…", "王芳（wangfang）", "申报", "样例", "2027-02-24", "从未使用", "在用"]) expect(row).toContain(words);
});

it("INTG-01: a new token is asked for as it was chosen and shown once", async () => {
  await fill();
  await list.get("[data-field=chapters]").setValue(false);
  await list.get("input[value=other]").setValue(true);
  await list.get("input[value=draft]").setValue(true);
  await list.get("form").trigger("submit");
  await flushPromises();
  expect(asked.find(({ method }) => method === "POST")!.body).toEqual({ name: "ERP", account_id: 7, right: "draft", chapters: ["other"], last_day: "2027-02-24" });
  expect((list.get("[data-field=token]").element as HTMLInputElement).value).toBe(SECRET);
  list.get("dialog").element.dispatchEvent(new Event("cancel", { cancelable: true }));
  question.value!.answer(false);
  await flushPromises();
  expect(list.html()).toContain("只显示这一次");
  await press("已保存，关闭");
  expect(list.html()).not.toContain("只显示这一次");
});

it("INTG-01: what is wrong stands at its box, and what was typed stays", async () => {
  made = new Reply(422, { status: 422, detail: "", violations: [{ path: "last_day", message: "有效期最长 365 天", advice: "请重新选择日期", clause: "接口令牌规则" }] });
  await fill();
  await list.get("form").trigger("submit");
  await flushPromises();
  expect(list.get(".box-note.bad").text()).toContain("有效期最长 365 天");
  expect((list.get("[data-field=name]").element as HTMLInputElement).value).toBe("ERP");
});

it("INTG-01: all that is missing is named at once, without asking the server", async () => {
  await press("新建");
  await list.get("[data-field=chapters]").setValue(false);
  await list.get("[data-field=last_day]").setValue("2026-13-45");
  await list.get("form").trigger("submit");
  await flushPromises();
  expect(list.findAll(".box-note.bad").map((note) => note.text().slice(0, 4))).toEqual(["请填写名", "请选择代", "请至少选", "日期不正"]);
  expect(asked.some(({ method }) => method === "POST")).toBe(false);
});

it("INTG-01: 停用 asks first, and no means no", async () => {
  await press("停用");
  expect(question.value?.text).toContain("【ERP】");
  expect(question.value?.destructive).toBe(true);
  question.value!.answer(false);
  await flushPromises();
  expect(asked.some(({ method }) => method === "DELETE")).toBe(false);
  await press("停用");
  question.value!.answer(true);
  await flushPromises();
  expect(asked.some(({ method }) => method === "DELETE")).toBe(true);
});
