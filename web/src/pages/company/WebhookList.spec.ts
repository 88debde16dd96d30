import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Delivery, Webhook } from "@/kernel/api/types";
import { asked as question } from "@/kernel/dialogs/ask";
import { Reply, serve, type Request } from "@/testing/server";
import DeliveryLog from "./DeliveryLog.vue";
import WebhookList from "./WebhookList.vue";

const hook: Webhook = {
  id: 3, name: "ERP", url: "https://erp.example.com/hook", applications: ["sample"], state: "ok", failing: 0, failed_since: null, gave_up_at: null,
  delivered_at: "2026-11-26T00:00:00Z", created_at: "2026-11-26T00:00:00Z", old_secret_until: null,
};
const delivery: Delivery = {
  id: 9, event_id: "evt_202600000000000001_2", kind: "event", title: "样例", type: "sample", number: "202600000000000001", event: "回执 海关接收成功", after: "4-abc",
  state: "waiting", tries: 2, made_at: "2026-11-26T00:00:00Z", last_at: "2026-11-26T00:00:10Z", next_at: "2026-11-26T00:00:40Z", status: 500, fault: "status",
  fault_name: "应答的状态码不是 2xx",
};
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=";
let asked: Request[];
let hooks: Webhook[];
let made: unknown;
let shown: VueWrapper;

beforeEach(() => {
  hooks = [hook];
  made = new Reply(201, { ...hook, secret: SECRET });
  ({ asked } = serve({
    "GET /api/webhooks": () => ({ items: hooks, most: 2, private: false, applications: [{ name: "sample", title: "样例应用" }] }),
    "POST /api/webhooks": () => made, "PUT /api/webhooks/3": hook, "DELETE /api/webhooks/3": new Reply(204, null),
    "POST /api/webhooks/3/secret": { ...hook, secret: SECRET, old_secret_until: "2026-11-27T00:00:00Z" },
    "POST /api/webhooks/3/test": new Reply(202, delivery), "POST /api/webhooks/3/replay": new Reply(202, { events: 5 }),
    "GET /api/webhooks/3/deliveries": { items: [delivery], more: true },
  }));
});
afterEach(() => {
  shown.unmount();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const open = async (): Promise<void> => {
  shown = mount(WebhookList, { props: { chosen: null }, attachTo: document.body });
  await flushPromises();
};
const press = async (text: string): Promise<void> => {
  await shown.findAll("button").filter((button) => button.text() === text).at(-1)!.trigger("click");
  await flushPromises();
};
const answer = async (yes: boolean): Promise<void> => {
  question.value!.answer(yes);
  await flushPromises();
};
const sent = (method: string): Request | undefined => asked.filter((one) => one.method === method).at(-1);

it("INTG-03: a new endpoint is asked for as it was filled in; its secret is shown once", async () => {
  await open();
  await press("新增");
  await shown.get("[data-field=name]").setValue("WMS");
  await shown.get("[data-field=url]").setValue(" https://wms.example.com/ ");
  await shown.get("[data-field=applications]").setValue(false);
  await shown.get("input[value=sample]").setValue(true);
  await shown.get("form").trigger("submit");
  await flushPromises();
  expect(sent("POST")!.body).toEqual({ name: "WMS", url: "https://wms.example.com/", applications: ["sample"] });
  expect((shown.get("[data-field=secret]").element as HTMLInputElement).value).toBe(SECRET);
  await press("已保存，关闭");
  expect(shown.html()).not.toContain(SECRET);
});

it("INTG-03: a refusal stands at its box and what was typed stays", async () => {
  const violation = { path: "url", rule: "webhook.url", message: "接收地址指向内部网络或本机", advice: "请填写公网可以访问的地址", clause: "", source: "rule" };
  made = new Reply(422, { detail: "", violations: [violation] });
  await open();
  await press("新增");
  await shown.get("[data-field=url]").setValue("https://10.0.0.1/");
  await shown.get("form").trigger("submit");
  await flushPromises();
  expect(shown.get(".box-row.wrong").text()).toContain("接收地址指向内部网络或本机，请填写公网可以访问的地址");
  expect((shown.get("[data-field=url]").element as HTMLInputElement).value).toBe("https://10.0.0.1/");
});

it("INTG-03: one that was given up says so in words; as many as may be leave no room for a new one", async () => {
  hooks = [{ ...hook, state: "failed", failing: 30, failed_since: "2026-11-26T00:00:00Z", gave_up_at: "2026-11-29T00:00:00Z" }, { ...hook, id: 4, name: "二" }];
  await open();
  expect(shown.get("[role=alert]").text()).toContain("3 天未能送达，已停止重试；自 2026-11-26 08:00:00 起连续 30 次未送达");
  expect(shown.get(".area-head .primary").attributes("disabled")).toBeDefined();
});

it("INTG-03: stopping, removing and a new secret ask first, and no means no", async () => {
  await open();
  for (const [word, method] of [["停用", "PUT"], ["删除", "DELETE"], ["更换密钥", "POST"]] as const) {
    await press(word);
    await answer(false);
    expect(sent(method)).toBeUndefined();
    await press(word);
    await answer(true);
    expect(sent(method)).toBeDefined();
  }
  expect(sent("PUT")!.body).toEqual({ name: "ERP", url: hook.url, applications: ["sample"], active: false });
  expect(shown.emitted("removed")).toEqual([[3]]);
  expect((shown.get("[data-field=secret]").element as HTMLInputElement).value).toBe(SECRET);
});

it.each([["24", { hours: 24 }], ["all", { after: "" }]])("INTG-03: a replay of %s", async (from, body) => {
  await open();
  await press("重放");
  await shown.get("[data-field=from]").setValue(from);
  await shown.get("form").trigger("submit");
  await flushPromises();
  expect(sent("POST")!.body).toEqual(body);
  expect(shown.emitted("chosen")).toHaveLength(1);
});

it("INTG-03: a replay after a cursor wants one", async () => {
  await open();
  await press("重放");
  await shown.get("[data-field=from]").setValue("cursor");
  await shown.get("form").trigger("submit");
  expect(sent("POST")).toBeUndefined();
  await shown.get("[data-field=after]").setValue(" 7-abc ");
  await shown.get("form").trigger("submit");
  await flushPromises();
  expect(sent("POST")!.body).toEqual({ after: "7-abc" });
});

it("INTG-03: the log tells each event with its last try and the next, looks again while any waits, and replays from one", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  shown = mount(DeliveryLog, { props: { webhook: hook }, attachTo: document.body });
  await flushPromises();
  const row = shown.get("tbody tr").text();
  for (const words of ["evt_202600000000000001_2", "样例", "回执 海关接收成功", "待重试", "HTTP 500", "11-26 08:00:10", "11-26 08:00:40"]) expect(row).toContain(words);
  vi.advanceTimersByTime(3000);
  await flushPromises();
  expect(asked).toHaveLength(2);
  await shown.get("select").setValue("given up");
  await flushPromises();
  expect(asked.at(-1)!.query).toMatchObject({ state: "given up" });
  await press("更早的记录");
  expect(asked.at(-1)!.query).toMatchObject({ before: "9" });
  await shown.get("[aria-label='从此重放 evt_202600000000000001_2']").trigger("click");
  await answer(true);
  expect(sent("POST")!.body).toEqual({ after: "4-abc" });
});
