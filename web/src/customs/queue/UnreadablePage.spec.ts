import { flushPromises, mount } from "@vue/test-utils";
import { expect, it } from "vitest";
import { held, refusal, Reply, serve } from "@/testing/server";
import UnreadablePage from "./UnreadablePage.vue";

const message = { id: 7, message_id: "m-7", sender: "portal", received_at: "2026-11-28T09:00:00+08:00", problem: "密钥未知" };

it("CUST-03: a message is tried again, once for each click, and what is refused is said", async () => {
  let listed = [message];
  const { asked } = serve({
    "GET /api/unreadable": () => listed,
    "POST /api/unreadable/7/again": () => {
      if (!listed.length) return refusal(409, "not-in-this-state", "该报文已重试或已能处理，请刷新查看");
      listed = [];
      return new Reply(204, null);
    },
  });
  const page = mount(UnreadablePage);
  await flushPromises();
  const button = page.get("button[aria-label='重试 m-7']");
  await button.trigger("click");
  await flushPromises();
  expect(asked.filter((one) => one.method === "POST").map((one) => one.path)).toEqual(["/api/unreadable/7/again"]);
  expect(page.text()).toContain("没有异常报文");
  page.unmount();
});

it("CUST-03: while one message is tried again another can be: no click is dropped without a word", async () => {
  const first = held();
  const { asked } = serve({
    "GET /api/unreadable": [message, { ...message, id: 8, message_id: "m-8" }], "POST /api/unreadable/7/again": first.promise, "POST /api/unreadable/8/again": new Reply(204, null),
  });
  const page = mount(UnreadablePage);
  await flushPromises();
  const button = (number: string) => page.get<HTMLButtonElement>(`button[aria-label='重试 ${number}']`);
  await button("m-7").trigger("click");
  expect([button("m-7").element.disabled, button("m-8").element.disabled]).toEqual([true, false]);
  await button("m-8").trigger("click");
  await flushPromises();
  expect(asked.filter((one) => one.method === "POST").map((one) => one.path)).toEqual(["/api/unreadable/7/again", "/api/unreadable/8/again"]);
  expect([button("m-7").element.disabled, button("m-8").element.disabled]).toEqual([true, false]);
  first.resolve(new Reply(204, null));
  await flushPromises();
  expect(button("m-7").element.disabled).toBe(false);
  page.unmount();
});
