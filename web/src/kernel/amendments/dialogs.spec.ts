import { mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { field, parcel } from "@/testing/definition";
import { held, serve } from "@/testing/server";
import AsksDialog from "./AsksDialog.vue";
import FieldDialog from "./FieldDialog.vue";

const country = field("country", "国别", { kind: "code", codes: "countries" });
const dialogs = {
  修改内容: () => mount(FieldDialog, { props: { field: country, before: "", day: "", content: {} }, attachTo: document.body }),
  申请原因: () => mount(AsksDialog, { props: { action: parcel.actions[0]!, fields: [country], content: {} }, attachTo: document.body }),
};

let wrapper: VueWrapper;
beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  wrapper.unmount();
  vi.useRealTimers();
});

it.each(Object.keys(dialogs) as (keyof typeof dialogs)[])("%s: 确定 waits for a code, and refuses where it is still looked up, so that it is not left out (UI-01)", async (name) => {
  const answer = held();
  serve({ "GET /api/codes/countries": answer.promise });
  wrapper = dialogs[name]() as unknown as VueWrapper;
  const box = wrapper.get<HTMLInputElement>("[data-field=country]");
  const given = () => [...(wrapper.emitted("change") ?? []), ...(wrapper.emitted("answer") ?? [])].map(([value]) => value).filter((value) => !(value instanceof Event));
  const confirm = () => wrapper.findAll("button").find((one) => one.text() === "确定")!.trigger("click");
  await box.setValue("美国");
  await box.trigger("blur");
  await confirm();
  await vi.advanceTimersByTimeAsync(2500);
  expect([given(), wrapper.get(".error-text[role=alert]").text()]).toEqual([[], expect.stringContaining("「美国」还在查找")]);
  await confirm();
  answer.resolve({ table: "countries", items: [{ code: "502", name: "美国" }] });
  await vi.advanceTimersByTimeAsync(100);
  expect(given()).toEqual([name === "修改内容" ? "502" : { country: "502" }]);
});

it.each(Object.keys(dialogs) as (keyof typeof dialogs)[])("%s: Enter in the open list takes the entry, the next Enter confirms (UI-03)", async (name) => {
  serve({ "GET /api/codes/countries": { table: "countries", items: [{ code: "502", name: "美国" }] } });
  wrapper = dialogs[name]() as unknown as VueWrapper;
  const box = wrapper.get<HTMLInputElement>("[data-field=country]");
  const given = () => wrapper.emitted(name === "修改内容" ? "change" : "answer")?.filter(([value]) => !(value instanceof Event)) ?? [];
  await box.setValue("美");
  await vi.advanceTimersByTimeAsync(100);
  await box.trigger("keydown", { key: "Enter" });
  await vi.advanceTimersByTimeAsync(100);
  expect([box.element.value, given()]).toEqual(["502 美国", []]);
  await box.trigger("keydown", { key: "Enter" });
  await vi.advanceTimersByTimeAsync(100);
  expect(given()).toHaveLength(1);
});
