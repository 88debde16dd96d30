import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ref } from "vue";
import type { Violation } from "@/kernel/api/types";
import { useUnknown } from "./useUnknown";

const root = ref<HTMLElement>();
const refused = ref<Violation[]>([]);
const box = (name: string): HTMLInputElement => root.value!.querySelector(`[data-field=${name}]`)!;

beforeEach(() => {
  vi.useFakeTimers();
  root.value = document.body.appendChild(document.createElement("div"));
  root.value.innerHTML = `<input data-field="country" value="美国 " /><input data-field="port" value="火星" />`;
});
afterEach(() => {
  vi.useRealTimers();
  root.value!.remove();
});

/** What is answered within these milliseconds, in one line for each box; "" while it waits. */
async function settled(unknown: ReturnType<typeof useUnknown>, milliseconds: number): Promise<string[] | ""> {
  let lines: string[] | "" = "";
  void unknown.settle().then((found) => (lines = (refused.value = found).map((one) => `${one.path} ${one.message}。${one.advice}`)));
  await vi.advanceTimersByTimeAsync(milliseconds);
  return lines;
}

it("UI-01, UI-07: a code that is still looked up after two seconds keeps from asking, at its box; it is never left out", async () => {
  const unknown = useUnknown(root, refused, "样例 9");
  box("country").setAttribute("aria-busy", "true");
  expect(await settled(unknown, 1000)).toBe("");
  expect(await settled(unknown, 2500)).toEqual(["country 「美国」还在查找。请稍候，再点击「查询」"]);
  expect(document.activeElement).toBe(box("country"));
  unknown.note("country", "美国", false);
  expect(refused.value.map((one) => one.message)).toEqual(["没有「美国」这一项"]); // once it is known, at once
  unknown.forgive("country");
  box("country").setAttribute("aria-busy", "false");
  expect(await settled(unknown, 100)).toEqual([]);
});

it("UI-04, UI-16: text that names no entry is told from text that could not be looked up, as long as its box is there", async () => {
  const unknown = useUnknown(root, refused, "样例 9", "开始统计");
  unknown.note("country", "美国", true);
  unknown.note("port", "火星", false);
  const lines = ["country 代码表暂时取不到，「美国」未能核对。请检查网络，稍后再点击「开始统计」", "port 没有「火星」这一项。按空格键从列表中选择，或清除后再开始统计"];
  expect(await settled(unknown, 100)).toEqual(lines);
  box("port").remove();
  expect(await settled(unknown, 100)).toEqual(lines.slice(0, 1));
  unknown.forgive("country");
  expect(await settled(unknown, 100)).toEqual([]);
});
