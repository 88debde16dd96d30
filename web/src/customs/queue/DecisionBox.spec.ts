import { mount } from "@vue/test-utils";
import { describe, expect, it, vi } from "vitest";
import { Problem } from "@/kernel/api/problem";
import { api, type Detail } from "../api";
import DecisionBox from "./DecisionBox.vue";

const detail = {
  id: 7,
  customs_no: "223320261121000001",
  decisions: [
    { name: "approve", title: "同意", needs_remark: false },
    { name: "refuse", title: "不同意", needs_remark: true },
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

  it("sends the remark with the refusal", async () => {
    const decide = vi.spyOn(api, "decide").mockResolvedValue(detail);
    const box = mount(DecisionBox, { props: { detail } });
    await box.get("textarea").setValue("材料不全");
    await box.findAll("button")[1]?.trigger("click");
    expect(decide).toHaveBeenCalledWith(7, "refuse", "材料不全");
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
});
