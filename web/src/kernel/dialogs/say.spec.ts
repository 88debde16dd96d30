import { ElMessage } from "element-plus";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { sayDone, sayRefused } from "./say";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  ElMessage.closeAll();
  vi.useRealTimers();
  document.body.innerHTML = "";
});
const open = (): string[] => [...document.querySelectorAll(".el-message")].filter((one) => (one as HTMLElement).style.display !== "none").map((one) => one.textContent!.trim());

it("one message at a time, so that the bar alone is covered", async () => {
  sayDone("暂存成功");
  sayRefused("请先查询");
  sayRefused("请先勾选");
  await vi.advanceTimersByTimeAsync(500);
  expect(open()).toEqual(["请先勾选"]);
});

it.each([["请先查询", 8000], ["请".repeat(100), 20_000]])("a refusal stays as long as it takes to read it, and not for good", async (text, milliseconds) => {
  sayRefused(text);
  await vi.advanceTimersByTimeAsync(milliseconds - 500);
  expect(open()).toEqual([text]);
  await vi.advanceTimersByTimeAsync(1500);
  expect(open()).toEqual([]);
});
