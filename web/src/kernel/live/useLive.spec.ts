import { effectScope, nextTick, ref } from "vue";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Problem, unreachable } from "@/kernel/api/problem";
import { change, Source, standInForStreams } from "@/testing/live";
import { beginLive, endLive } from "./stream";
import { useHearing, useLive } from "./useLive";

let scope = effectScope();
const active = ref(true);
const waiting = ref(false);

beforeEach(() => {
  vi.useFakeTimers();
  standInForStreams();
  active.value = true;
  waiting.value = false;
  scope = effectScope();
});
afterEach(() => {
  scope.stop();
  endLive();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function watching(look: () => Promise<void>): Source {
  scope.run(() => useLive({ concerns: (one) => one.number === "1", look, active, waiting }));
  beginLive("wang");
  return Source.all[0]!;
}

it("looks at once when a change concerns it, and only then; many at once cost two looks (UI-14)", async () => {
  const look = vi.fn(async () => undefined);
  const source = watching(look);
  source.send("change", change({ number: "2" }));
  expect(look).not.toHaveBeenCalled();
  for (let i = 0; i < 20; i += 1) source.send("change", change());
  expect(look).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(5000);
  expect(look).toHaveBeenCalledTimes(2);
});

it("what changed while it was not in front is looked at when it comes to the front", async () => {
  const look = vi.fn(async () => undefined);
  const source = watching(look);
  active.value = false;
  await nextTick();
  source.send("change", change());
  expect(look).not.toHaveBeenCalled();
  active.value = true;
  await nextTick();
  expect(look).toHaveBeenCalledTimes(1);
});

it("without the stream it looks slowly while an answer may come, and not beside the stream", async () => {
  const look = vi.fn(async () => undefined);
  const source = watching(look);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(look).not.toHaveBeenCalled();
  waiting.value = true;
  await vi.advanceTimersByTimeAsync(20_000);
  expect(look).toHaveBeenCalledTimes(2);
  source.send("beat");
  await vi.advanceTimersByTimeAsync(20_000);
  expect(look).toHaveBeenCalledTimes(2);
});

it("a look that failed because the server was away is made once more; a refusal is not", async () => {
  const look = vi.fn(async () => Promise.reject(unreachable()));
  const source = watching(look);
  source.send("change", change());
  await vi.advanceTimersByTimeAsync(9000);
  expect(look).toHaveBeenCalledTimes(1);
  look.mockImplementation(async () => Promise.reject(new Problem(404, {})));
  await vi.advanceTimersByTimeAsync(30_000);
  expect(look).toHaveBeenCalledTimes(2);
});

it("what came while it was fetched is looked at as soon as it is shown, once; of another one nothing (UI-14)", async () => {
  const heard = ["1", "2"].map((number) => scope.run(() => useHearing((one) => one.number === number))!);
  beginLive("wang");
  Source.all[0]!.send("change", change());
  const look = vi.fn(async () => undefined);
  for (const said of heard) scope.run(() => useLive({ concerns: (one) => one.number === "1", look, active, waiting, behind: said() }));
  expect(look).not.toHaveBeenCalled(); // whoever looks is not set up yet
  await vi.advanceTimersByTimeAsync(5000);
  expect(look).toHaveBeenCalledTimes(1);
});

it("what came while it was fetched in the background is looked at when it comes to the front", async () => {
  const look = vi.fn(async () => undefined);
  active.value = false;
  scope.run(() => useLive({ concerns: () => false, look, active, waiting, behind: true }));
  await vi.advanceTimersByTimeAsync(5000);
  expect(look).not.toHaveBeenCalled();
  active.value = true;
  await nextTick();
  expect(look).toHaveBeenCalledTimes(1);
});

it("what is gone looks no more", async () => {
  const look = vi.fn(async () => undefined);
  const source = watching(look);
  scope.stop();
  source.send("change", change());
  await vi.advanceTimersByTimeAsync(30_000);
  expect(look).not.toHaveBeenCalled();
});
