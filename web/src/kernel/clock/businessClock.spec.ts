import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { serve } from "@/testing/server";

beforeEach(() => {
  vi.resetModules();
  vi.useFakeTimers({ now: new Date("2026-11-26T09:00:00+08:00"), toFake: ["Date"] });
});
afterEach(() => void vi.useRealTimers());

const clock = () => import("./businessClock");

it("today is the business day, while the clock runs on and while it stands", async () => {
  const { askBusinessNow, businessNow, learnClock } = await clock();
  let answer = { now: "2026-12-24T09:30:00+08:00", real: false, frozen: false };
  const server = serve({ "GET /api/clock": () => answer });
  expect((await askBusinessNow()).toISOString()).toBe("2026-12-24T01:30:00.000Z");
  vi.setSystemTime(new Date("2026-11-26T09:10:00+08:00"));
  expect((await askBusinessNow()).toISOString()).toBe("2026-12-24T01:40:00.000Z");
  expect(server.asked).toHaveLength(1);
  answer = { ...answer, frozen: true };
  await learnClock();
  vi.setSystemTime(new Date("2026-11-26T11:00:00+08:00"));
  expect(businessNow().toISOString()).toBe("2026-12-24T01:30:00.000Z");
});

it("what is stamped in real time is told in business time, as long ago as it is", async () => {
  const { inBusinessTime, learnClock } = await clock();
  const stamped = "2026-11-26T08:58:00+08:00";
  expect(inBusinessTime(stamped)).toBe(stamped);
  serve({ "GET /api/clock": { now: "2026-12-24T09:30:00+08:00", real: false, frozen: false } });
  await learnClock();
  expect(inBusinessTime(stamped)).toBe("2026-12-24T01:28:00.000Z");
});

it("is the computer's own where the time is real or the server does not answer", async () => {
  const { askBusinessNow, businessNow, learnClock } = await clock();
  serve({});
  expect((await askBusinessNow()).toISOString()).toBe("2026-11-26T01:00:00.000Z");
  serve({ "GET /api/clock": { now: "2026-11-26T08:59:00+08:00", real: true, frozen: false } });
  await learnClock();
  expect(businessNow().toISOString()).toBe("2026-11-26T01:00:00.000Z");
});
