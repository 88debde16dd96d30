import { flushPromises, mount } from "@vue/test-utils";
import { expect, it } from "vitest";
import { serve } from "@/testing/server";
import ReceiptsPanel from "./ReceiptsPanel.vue";

const receipt = (submission: number, action: string) => ({
  at: "2026-11-26T02:00:00Z", code: "10", code_name: "海关审核通过", text: "海关入库成功", submission, action, seq: 1, superseded: false,
});

async function heads(...items: object[]): Promise<string[]> {
  serve({ "GET /api/documents/sample.parcel/1/receipts": { items } });
  const wrapper = mount(ReceiptsPanel, { props: { type: "sample.parcel", number: "1", waiting: false } });
  await flushPromises();
  const texts = [...wrapper.findAll("th"), ...wrapper.findAll("tbody tr:first-child td")].map((one) => one.text());
  wrapper.unmount();
  return texts;
}

it("PORT-08: a receipt is shown in the lines in which the officer wrote it", async () => {
  serve({ "GET /api/documents/sample.parcel/1/receipts": { items: [{ ...receipt(1, "申报"), text: "不同意：一\n二" }] } });
  const wrapper = mount(ReceiptsPanel, { props: { type: "sample.parcel", number: "1", waiting: false } });
  await flushPromises();
  expect(wrapper.get("td .said").element.textContent).toBe("不同意：一\n二");
  wrapper.unmount();
});

it("GATE-08: once a change was declared, each receipt says what it answers; before, there is nothing to tell apart", async () => {
  expect(await heads(receipt(1, "申报"))).toHaveLength(6);
  expect(await heads(receipt(2, "变更"), receipt(1, "申报"))).toEqual(["时间", "申报事项", "代码", "内容", "2026-11-26 10:00:00", "变更", "10 海关审核通过", "海关入库成功"]);
});
