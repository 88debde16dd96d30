import { flushPromises, mount } from "@vue/test-utils";
import { describe, expect, it, vi } from "vitest";
import { api } from "@/customs/api";
import { asked } from "@/kernel/dialogs/ask";
import { consolidated, type DocumentRecord, type RecordPage } from "./api";
import RecordsPage from "./RecordsPage.vue";

const list = (id: number): DocumentRecord => ({
  id, submission_id: 100 + id, number: `20260000000000000${id}`, customs_no: "", company: "4403110001", company_name: "深圳",
  trader: "4403110001", district: "5169", nature_name: "进口一般贸易集报清单", basis: "X51692600001", state: "passed",
  state_name: "海关审批通过", valid_until: null, accepted_at: null, changed_at: "2026-11-26T02:00:00Z",
});
const found: RecordPage = {
  total: 2, total_capped: false, page: 1, size: 20, items: [list(1), list(2)],
  states: { passed: "海关审批通过" }, types: { "consolidated.list": "集报清单" },
  decisions: [
    { name: "entrust", title: "委托", needs_remark: false, question: "" },
    { name: "return", title: "退单", needs_remark: true, question: "确定退单吗？" },
  ],
};
const link = { global: { stubs: { RouterLink: { template: "<a><slot /></a>" } } } };

async function opened(): Promise<ReturnType<typeof mount<typeof RecordsPage>>> {
  vi.spyOn(consolidated, "records").mockResolvedValue(found);
  const page = mount(RecordsPage, link);
  await flushPromises();
  return page;
}

describe("CUST-03: one decision on many documents", () => {
  it("goes to all that are ticked, and what is left stays ticked with its reason", async () => {
    const decide = vi.spyOn(api, "decideAll").mockResolvedValue({
      decided: 1, not_decided: [{ id: 102, why_not: "该申请已由关正处理为「已委托」" }],
    });
    const page = await opened();
    const [entrust] = page.findAll(".row-change .button");
    expect(entrust!.attributes("disabled")).toBeDefined();
    await page.get("thead input").setValue(true);
    await entrust!.trigger("click");
    await flushPromises();
    expect(decide).toHaveBeenCalledWith([101, 102], "entrust", "");
    expect(page.get(".left").text()).toContain("202600000000000002 未办理：该申请已由关正处理为「已委托」");
    expect(page.findAll("tbody input").map((box) => (box.element as HTMLInputElement).checked)).toEqual([false, true]);
    await page.get("select").trigger("change");
    expect(page.find(".left").exists()).toBe(false);
    page.unmount();
  });

  it("is not sent without its remark, and asks before what cannot be taken back", async () => {
    const decide = vi.spyOn(api, "decideAll").mockClear().mockResolvedValue({ decided: 1, not_decided: [] });
    const page = await opened();
    await page.get("tbody input").setValue(true);
    const giveBack = page.findAll(".row-change .button")[1]!;
    await giveBack.trigger("click");
    expect(asked.value).toBeNull();
    await page.get("input.remark").setValue("不".repeat(501));
    await giveBack.trigger("click");
    expect([asked.value, page.get("#remark-long").text()]).toEqual([null, "审核意见至多 500 个字符，现为 501 个，请精简"]);
    await page.get("input.remark").setValue("与备案不符");
    await giveBack.trigger("click");
    expect(asked.value).toMatchObject({ text: "确定退单吗？", destructive: true });
    expect(decide).not.toHaveBeenCalled();
    asked.value?.answer(true);
    await flushPromises();
    expect(decide).toHaveBeenCalledWith([101], "return", "与备案不符");
    page.unmount();
  });
});
