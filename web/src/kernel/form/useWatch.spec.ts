import { effectScope, nextTick, ref } from "vue";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { useWatch } from "./useWatch";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("a tab left and shown again while an answer is on its way is looked at once in two seconds, not twice (UI-14)", async () => {
  const wanted = ref(true);
  const answers: (() => void)[] = [];
  const look = vi.fn(() => new Promise<void>((resolve) => answers.push(resolve)));
  const scope = effectScope();
  scope.run(() => useWatch(wanted, look));
  await vi.advanceTimersByTimeAsync(2000);
  wanted.value = false;
  await nextTick();
  wanted.value = true;
  await nextTick();
  answers[0]!();
  await vi.advanceTimersByTimeAsync(2000);
  expect(look).toHaveBeenCalledTimes(2);
  scope.stop();
  answers[1]!();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(look).toHaveBeenCalledTimes(2);
});
