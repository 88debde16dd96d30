import { flushPromises, mount } from "@vue/test-utils";
import { describe, expect, it } from "vitest";
import { refusal, serve } from "@/testing/server";
import QueuePage from "./QueuePage.vue";

const wrong = { path: "district", rule: "queue.district", message: "关区「53x」不是关区代码", advice: "请填写 4 位数字（如 5301），或留空查询全部关区", clause: "", source: "rule" };
const empty = { total: 0, total_capped: false, page: 1, size: 20, items: [] };

describe("CUST-03: the queue's filter 关区", () => {
  it("is refused with words at its box and nowhere else, until it is right", async () => {
    serve({
      "GET /api/filters": { states: {}, types: {} },
      "GET /api/submissions": ({ query }: { query: Record<string, string> }) =>
        query.district === "53x" ? refusal(422, "rules", wrong.message, { violations: [wrong] }) : empty,
    });
    const page = mount(QueuePage, { global: { stubs: { ElPagination: true } } });
    await flushPromises();
    const box = page.get<HTMLInputElement>("label.district input");
    const search = async (district: string) => {
      await box.setValue(district);
      await page.get("form").trigger("submit");
      await flushPromises();
    };
    await search("53x");
    expect(page.findAll("[role=alert]").map((one) => one.text())).toEqual([`${wrong.message}，${wrong.advice}`]);
    expect(box.attributes("aria-describedby")).toBe(page.get("[role=alert]").attributes("id"));
    await search("5301");
    expect(page.findAll("[role=alert]")).toHaveLength(0);
    expect(box.attributes("aria-invalid")).toBeUndefined();
    page.unmount();
  });
});
