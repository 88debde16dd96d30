import { flushPromises, mount } from "@vue/test-utils";
import { describe, expect, it, vi } from "vitest";
import { Problem } from "@/kernel/api/problem";
import { asked } from "@/kernel/dialogs/ask";
import { api, type Detail } from "../api";
import DecisionBox from "./DecisionBox.vue";

const detail = {
  id: 7,
  customs_no: "223320261121000001",
  decisions: [
    { name: "approve", title: "同意", needs_remark: false, question: "", confirms: "", why_not: "" },
    { name: "refuse", title: "不同意", needs_remark: true, question: "确定不同意吗？", confirms: "", why_not: "" },
  ],
} as unknown as Detail;

describe("CUST-03: the officer's decision", () => {
  it("does not send a refusal without a remark, and says so", async () => {
    const decide = vi.spyOn(api, "decide");
    const box = mount(DecisionBox, { props: { detail } });
    await box.findAll("button")[1]?.trigger("click");
    expect(decide).not.toHaveBeenCalled();
    expect(box.get("[role=alert]").text()).toBe("不同意时必须填写审核意见");
  });

  it("is not cut where its remark is too long: that is told while it is typed, and nothing is sent", async () => {
    const decide = vi.spyOn(api, "decide");
    const box = mount(DecisionBox, { props: { detail } });
    const area = box.get("textarea");
    expect(area.attributes("maxlength")).toBeUndefined();
    await area.setValue("𠮷".repeat(501));
    expect(box.get("[role=alert]").text()).toBe("审核意见至多 500 个字符，现为 501 个，请精简");
    await box.findAll("button")[1]?.trigger("click");
    expect([asked.value, decide.mock.calls]).toEqual([null, []]);
    await area.setValue("𠮷".repeat(500));
    expect(box.get("[role=alert]").text()).toBe("");
  });

  it("asks before what cannot be taken back, and sends the remark with it", async () => {
    const decide = vi.spyOn(api, "decide").mockResolvedValue(detail);
    const box = mount(DecisionBox, { props: { detail } });
    await box.get("textarea").setValue("材料不全");
    await box.findAll("button")[1]?.trigger("click");
    expect(asked.value).toMatchObject({ text: "确定不同意吗？", destructive: true });
    asked.value?.answer(false);
    await flushPromises();
    expect(decide).not.toHaveBeenCalled();
    await box.findAll("button")[1]?.trigger("click");
    asked.value?.answer(true);
    await flushPromises();
    expect(decide).toHaveBeenCalledWith(7, "refuse", "材料不全", "");
    await vi.waitFor(() => expect(box.emitted("decided")).toHaveLength(1));
  });

  it("shows why the server refused and keeps the remark", async () => {
    vi.spyOn(api, "decide").mockRejectedValue(new Problem(409, { detail: "该申请已经审核" }));
    const box = mount(DecisionBox, { props: { detail } });
    await box.get("textarea").setValue("同意");
    await box.findAll("button")[0]?.trigger("click");
    await vi.waitFor(() => expect(box.get("[role=alert]").text()).toBe("该申请已经审核"));
    expect(box.get("textarea").element.value).toBe("同意");
  });

  it("shows what it confirms besides, and sends what was shown (0023, 5)", async () => {
    const decide = vi.spyOn(api, "decide").mockResolvedValue(detail);
    const decisions = [{ name: "unlock", title: "解除锁定", needs_remark: false, question: "", confirms: "地磅重量 40000 千克", why_not: "" }];
    const box = mount(DecisionBox, { props: { detail: { ...detail, decisions } } });
    expect(box.text()).toContain("「解除锁定」即确认：地磅重量 40000 千克");
    await box.get(".decision-buttons button").trigger("click");
    await flushPromises();
    expect(decide).toHaveBeenCalledWith(7, "unlock", "", "地磅重量 40000 千克");
  });

  it("keeps back what is hindered, and says why", async () => {
    const decide = vi.spyOn(api, "decide");
    const decisions = [{ name: "accept", title: "同意变更", needs_remark: false, question: "", confirms: "", why_not: "该车次为「已办结」" }];
    const box = mount(DecisionBox, { props: { detail: { ...detail, decisions } } });
    expect(box.text()).toContain("不能「同意变更」：该车次为「已办结」");
    const [first] = box.findAll(".decision-buttons button");
    expect(first!.attributes("aria-disabled")).toBe("true");
    await box.get("button.link").trigger("click");
    expect(box.get("textarea").element.value).toBe("该车次为「已办结」");
    await first!.trigger("click");
    expect(decide).not.toHaveBeenCalled();
  });
});
