import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { call } from "@/kernel/api/client";
import { serve } from "@/testing/server";
import { ATTENDED_FOR } from "./attended";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** What a request says of whether anybody is there. */
async function said(): Promise<string | null> {
  const { asked } = serve({ "GET /api/news": {} });
  await call("GET", "/api/news");
  return asked[0]!.headers.get("X-Unattended");
}

it("PORT-07: a page that nobody has touched for a minute says so; a key or the mouse ends that", async () => {
  window.dispatchEvent(new Event("pointerdown"));
  expect(await said()).toBeNull();
  await vi.advanceTimersByTimeAsync(ATTENDED_FOR + 1);
  expect(await said()).toBe("1");
  window.dispatchEvent(new Event("keydown"));
  expect(await said()).toBeNull();
});
