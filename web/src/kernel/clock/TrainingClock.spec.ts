import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import TrainingClock from "./TrainingClock.vue";

const answer = vi.hoisted(() => vi.fn());
vi.mock("@/kernel/api/client", () => ({ call: answer }));

describe("训练时钟", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is not there in real time, and appears when the clock was moved", async () => {
    answer.mockResolvedValue({ now: "2026-11-25T20:00:00+08:00", real: true, frozen: false });
    const banner = mount(TrainingClock, { props: { url: "/api/clock" } });
    await flushPromises();
    expect(banner.find("[role=status]").exists()).toBe(false);
    answer.mockResolvedValue({ now: "2026-12-24T09:30:00+08:00", real: false, frozen: true });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(banner.get("[role=status]").text()).toBe("训练时钟 2026-12-24 09:30（已停走）");
    answer.mockRejectedValue(new Error("away"));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(banner.find("[role=status]").exists()).toBe(true);
    banner.unmount();
  });
});
