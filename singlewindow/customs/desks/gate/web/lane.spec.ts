import { flushPromises, mount } from "@vue/test-utils";
import { describe, expect, it, vi } from "vitest";
import { api, type Detail } from "@/customs/api";
import { Problem } from "@/kernel/api/problem";
import { gate, type Lane, type Passage } from "./api";
import LaneForm from "./LaneForm.vue";
import PassageVerdict from "./PassageVerdict.vue";

const lane: Lane = {
  number: "CNSZX530101WI01", name: "进场 1 号通道", district: "5301", direction: "I", enabled: true, tolerance: "3", keys: [],
};
const passage: Passage = {
  id: 1, at: "2026-11-26T02:00:00Z", by: "关正", media: "车牌号 粤B10001", gross: "36000", result: "M", result_name: "待人工确认",
  reason: "超出允许误差", confirms: "地磅重量 36000 千克", theoretical: "33000", difference: "3000", tolerance: "3", session_id: null, trip_number: "2026", submission_id: 7,
};
const link = { global: { stubs: { RouterLink: true } } };

function form(direction: "I" | "E" = "I"): ReturnType<typeof mount<typeof LaneForm>> {
  return mount(LaneForm, { props: { lanes: [lane], lane: { ...lane, direction } }, attachTo: document.body });
}

describe("CUST-03: a vehicle at the lane", () => {
  it("is not judged without its key, without weight as it comes in, or with a weight that is none", async () => {
    const arrive = vi.spyOn(gate, "arrive");
    const page = form();
    await page.get("form").trigger("submit");
    expect(page.get("[role=alert]").text()).toBe("请录入车牌号");
    await page.get("#key").setValue("粤B10001");
    await page.get("form").trigger("submit");
    expect(page.get("[role=alert]").text()).toBe("进场须过磅，请录入地磅重量");
    expect(document.activeElement?.id).toBe("gross");
    await page.get("#gross").setValue("33,000");
    await page.get("form").trigger("submit");
    expect(page.get("[role=alert]").text()).toContain("应为千克数");
    expect(arrive).not.toHaveBeenCalled();
    page.unmount();
  });

  it("leaves without a weight, and the next one is typed over it", async () => {
    const arrive = vi.spyOn(gate, "arrive").mockResolvedValue(passage);
    const page = form("E");
    await page.get("#medium").setValue("IC");
    await page.get("#key").setValue("001");
    await page.get("form").trigger("submit");
    await flushPromises();
    expect(arrive).toHaveBeenCalledWith(lane.number, "IC", "001", "");
    expect(page.emitted("judged")).toEqual([[passage]]);
    expect(document.activeElement?.id).toBe("key");
    page.unmount();
  });

  it("the weight of one vehicle never counts for the next: it goes with its answer, and so does the answer", async () => {
    const arrive = vi.spyOn(gate, "arrive").mockClear().mockResolvedValue(passage);
    const page = form();
    await page.get("#key").setValue("粤B10001");
    await page.get("#gross").setValue("36000");
    await page.get("form").trigger("submit");
    await flushPromises();
    await page.get("#key").setValue("粤B10002");
    await page.get("form").trigger("submit");
    expect(page.get("[role=alert]").text()).toBe("进场须过磅，请录入地磅重量");
    expect([arrive.mock.calls.length, page.emitted("came")!.length]).toEqual([1, 2]);
    page.unmount();
  });

  it("keeps what was typed when customs cannot be reached", async () => {
    vi.spyOn(gate, "arrive").mockRejectedValue(new Problem(503, { detail: "数据库暂时无法连接" }));
    const page = form();
    await page.get("#key").setValue("粤B10001");
    await page.get("#gross").setValue("33000");
    await page.get("form").trigger("submit");
    await flushPromises();
    expect(page.get("[role=alert]").text()).toBe("数据库暂时无法连接");
    expect(page.get<HTMLInputElement>("#gross").element.value).toBe("33000");
    page.unmount();
  });
});

describe("CUST-03: the answer", () => {
  it("lets an officer confirm the weight of a vehicle that waits, once", async () => {
    const decide = vi.spyOn(api, "decide").mockResolvedValue({} as Detail);
    const box = mount(PassageVerdict, { props: { passage, lane }, ...link });
    await box.get("button").trigger("click");
    await flushPromises();
    expect(decide).toHaveBeenCalledWith(7, "unlock", "人工确认地磅重量 36000 千克", "地磅重量 36000 千克");
    expect(box.text()).toContain("已解除锁定，请重新过磅");
    expect(box.get("button").attributes("disabled")).toBeDefined();
    await box.setProps({ passage: { ...passage, id: 2 } });
    expect(box.get("button").attributes("disabled")).toBeUndefined();
  });

  it("offers nothing to unlock where nobody waits", () => {
    const box = mount(PassageVerdict, { props: { passage: { ...passage, result: "N", submission_id: null }, lane }, ...link });
    expect(box.find("button").exists()).toBe(false);
  });
});
