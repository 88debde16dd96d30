import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { learnClock } from "@/kernel/clock/businessClock";
import { serve } from "@/testing/server";
import { monthsLater, weeksAround } from "./days";
import MomentControl from "./MomentControl.vue";

let unmount = (): void => {};
beforeEach(async () => {
  vi.useFakeTimers({ now: new Date("2026-11-26T09:00:00+08:00"), toFake: ["Date"] });
  serve({ "GET /api/clock": { now: "2026-12-30T23:30:00Z", real: false, frozen: true } }); // 31 December in China
  await learnClock();
});
afterEach(async () => {
  unmount();
  vi.useRealTimers();
  serve({ "GET /api/clock": { now: "2026-12-30T23:30:00Z", real: true, frozen: false } });
  await learnClock(); // others read the computer's own
});

async function moment(modelValue = "", locked = false) {
  const wrapper = mount(MomentControl, {
    props: { modelValue, locked, "onUpdate:modelValue": (value: string) => wrapper.setProps({ modelValue: value }) }, attachTo: document.body,
  });
  unmount = () => wrapper.unmount();
  const input = wrapper.get("input");
  const press = async (...keys: string[]) => {
    for (const key of keys) await input.trigger("keydown", { key });
    await flushPromises();
  };
  const cell = (day: string) => wrapper.get(`td[aria-label$=" ${day}"]`);
  const chosen = () => wrapper.findAll("[aria-selected=true]").map((one) => one.attributes("aria-label")?.slice(-10) ?? one.text());
  return { wrapper, input, press, cell, chosen, value: () => wrapper.props("modelValue") };
}

describe("the box of a moment (APPT-02, UI-03)", () => {
  it("↓ opens at the business day of today; arrows and Enter choose the day, then the time", async () => {
    const { press, chosen, value, wrapper } = await moment();
    await press("ArrowDown");
    expect(chosen()).toEqual(["2026-12-31", "09:00"]);
    expect(wrapper.get("td.today").attributes("aria-label")).toBe("31 2026-12-31");
    await press("ArrowRight", "ArrowRight", "ArrowDown");
    expect(chosen()).toEqual(["2027-01-09", "09:00"]);
    await press("Enter", "ArrowDown", "ArrowDown", "ArrowDown", "Enter");
    expect(value()).toBe("2027-01-09 10:30");
    expect(wrapper.find(".moment-panel").exists()).toBe(false);
  });

  it("opens at what stands in the box; Escape leaves it as it is, the left arrow goes back to the days", async () => {
    const { press, chosen, value, wrapper } = await moment("2028022918");
    await press("ArrowDown");
    expect(chosen()).toEqual(["2028-02-29", "18:00"]);
    await press("Enter", "ArrowLeft", "PageDown");
    expect(chosen()).toEqual(["2028-03-29", "18:00"]);
    await press("Escape");
    expect([value(), wrapper.find(".moment-panel").exists()]).toEqual(["2028022918", false]);
  });

  it("is chosen by pointer; a month is turned to", async () => {
    const { wrapper, cell, value } = await moment("2026-11-28 10:00");
    await wrapper.get("button.combo-open").trigger("mousedown");
    await flushPromises();
    await wrapper.get("button[aria-label=下个月]").trigger("click");
    await cell("2026-12-05").trigger("click");
    await wrapper.findAll("[role=option]").find((one) => one.text() === "18:30")!.trigger("click");
    expect(value()).toBe("2026-12-05 18:30");
  });

  it("Space opens in an empty box alone, where it is no part of what is typed; a grey box opens nothing", async () => {
    const empty = await moment();
    await empty.press(" ");
    expect(empty.wrapper.find(".moment-panel").exists()).toBe(true);
    await empty.input.setValue("2026-11-28");
    expect(empty.wrapper.find(".moment-panel").exists()).toBe(false);
    await empty.press(" ");
    expect(empty.wrapper.find(".moment-panel").exists()).toBe(false);
    empty.wrapper.unmount();
    const grey = await moment("", true);
    await grey.press("ArrowDown", " ");
    expect(grey.wrapper.find(".moment-panel").exists()).toBe(false);
  });

  it("Enter with the panel shut is the form's: the next box", async () => {
    const { input } = await moment("2026-11-28 10:00");
    const enter = new KeyboardEvent("keydown", { key: "Enter", cancelable: true, bubbles: true });
    input.element.dispatchEvent(enter);
    expect(enter.defaultPrevented).toBe(false);
  });
});

describe("days of a month", () => {
  it("a month that lacks the day has its last; weeks begin on Monday", () => {
    expect(monthsLater("2026-01-31", 1)).toBe("2026-02-28");
    expect(monthsLater("2026-12-31", 2)).toBe("2027-02-28");
    expect(monthsLater("2026-03-31", -1)).toBe("2026-02-28");
    expect(weeksAround("2026-11-28")[0]).toEqual(["2026-10-26", "2026-10-27", "2026-10-28", "2026-10-29", "2026-10-30", "2026-10-31", "2026-11-01"]);
  });
});
