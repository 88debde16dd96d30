import { afterEach, expect, it, vi } from "vitest";
import { call } from "./client";
import { Problem } from "./problem";

afterEach(() => vi.useRealTimers());

const never = (_: string, init: RequestInit) =>
  new Promise<Response>((_, reject) => init.signal!.addEventListener("abort", () => reject(new DOMException("x", "AbortError"))));

it("a request without an answer ends after its time, and says that nobody knows whether it was done (UI-16)", async () => {
  vi.useFakeTimers();
  vi.stubGlobal("fetch", never);
  const asked = call("GET", "/x", { seconds: 5 }).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(5000);
  const problem = (await asked) as Problem;
  expect([problem.slug, problem.message]).toEqual(["timeout", expect.stringContaining("服务器在 5 秒内没有答复")]);
});

it("a request that the page itself gave up is no problem to be told", async () => {
  vi.stubGlobal("fetch", never);
  const giveUp = new AbortController();
  const asked = call("GET", "/x", { signal: giveUp.signal }).catch((error: unknown) => error);
  giveUp.abort();
  expect(await asked).toBeInstanceOf(DOMException);
});

it("a refusal is one line with what to do and its basis; what the message says already is not said twice (UI-16)", () => {
  const line = (detail: string) => new Problem(404, { detail, advice: "请刷新列表", clause: "系统规则 1" }).line;
  expect(line("没有这个企业；请刷新列表")).toBe("没有这个企业；请刷新列表（依据：系统规则 1）");
  expect(line("没有这个企业")).toBe("没有这个企业。怎么办：请刷新列表（依据：系统规则 1）");
});
