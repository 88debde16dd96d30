import { afterEach, expect, it, vi } from "vitest";
import { call, fetchFile } from "./client";
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

it("several values of a condition are sent under one name; empty ones are not sent", async () => {
  const addresses: string[] = [];
  vi.stubGlobal("fetch", async (address: string) => (addresses.push(address), new Response("{}")));
  await call("GET", "/x", { query: { number: ["1", "2"], state: "", page: 3, other: undefined } });
  await call("GET", "/x", { query: { number: [] } });
  expect(addresses).toEqual(["/x?number=1&number=2&page=3", "/x"]);
});

it("a file comes under the name that the server gives it", async () => {
  const named = async (disposition: string): Promise<string> => {
    vi.stubGlobal("fetch", async () => new Response("x", { headers: { "Content-Disposition": disposition } }));
    return (await fetchFile("POST", "/x", { body: {} })).name;
  };
  expect(await named("attachment; filename*=UTF-8''%E6%8A%A5%E5%85%B3%E5%8D%95.zip")).toBe("报关单.zip");
  expect(await named('inline; filename="data.csv"')).toBe("data.csv");
  expect(await named("inline")).toBe("");
});
