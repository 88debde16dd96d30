import { mount } from "@vue/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { reactive } from "vue";
import DaySpan from "./DaySpan.vue";

beforeEach(() => void vi.useFakeTimers({ now: new Date("2026-11-26T09:00:00+08:00"), toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

function span(quick: boolean) {
  const values = reactive<Record<string, string>>({ applied_from: "2026-11-26", applied_to: "2026-11-26" });
  const wrapper = mount(DaySpan, {
    props: { name: "applied", label: "申请日期", values, quick, onSet: (name: string, value: string) => void (values[name] = value) },
  });
  return { wrapper, values };
}

it("one press fills in both days and shows which span stands there (PRNT-01, PRNT-04)", async () => {
  const { wrapper, values } = span(true);
  const buttons = wrapper.findAll(".quick-day");
  const pressed = () => buttons.filter((one) => one.attributes("aria-pressed") === "true").map((one) => one.text());
  expect(buttons.map((one) => one.text())).toEqual(["当天", "本周", "本月", "三个月"]);
  expect(pressed()).toEqual(["当天"]);
  await buttons[3]!.trigger("click");
  expect(values).toEqual({ applied_from: "2026-08-26", applied_to: "2026-11-26" });
  expect(pressed()).toEqual(["三个月"]);
  await wrapper.get("[data-field=applied_from]").setValue("2026-10-01");
  expect(pressed()).toEqual([]);
});

it("is without them where nobody asked for them", () => {
  expect(span(false).wrapper.find(".quick-days").exists()).toBe(false);
});

it.each([
  ["20261101", "2026-11-01"], ["２０２６－１１－０１", "2026-11-01"], ["2026/11/1", "2026-11-01"], ["2026年1月5日", "2026-01-05"], ["2026-02-30", "2026-02-30"], ["昨天", "昨天"],
])("a day that is typed as %s stands as %s once the box is left", async (typed, stands) => {
  const { wrapper, values } = span(false);
  await wrapper.get("[data-field=applied_from]").setValue(typed);
  await wrapper.get("[data-field=applied_from]").trigger("blur");
  expect(values.applied_from).toBe(stands);
  const real = /^2026-(11-01|01-05)$/.test(stands); // the browser warns of any other value on the console (UI-13)
  expect(wrapper.get("input[type=date]").attributes("value") ?? "").toBe(real ? stands : "");
});
