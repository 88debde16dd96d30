import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { change, Source, standInForStreams } from "@/testing/live";
import { beginLive, endLive, live, onNews, type News } from "./stream";

let heard: News[] = [];
let deaf = (): void => {};
beforeEach(() => {
  vi.useFakeTimers();
  standInForStreams();
  heard = [];
  deaf = onNews((news) => heard.push(news));
});
afterEach(() => {
  endLive();
  deaf();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the stream (UI-14)", () => {
  it("is there with its first word; what may have changed before is looked at once", () => {
    beginLive("wang");
    expect(live.value).toBe(false);
    Source.all[0]!.send("hello");
    expect([live.value, heard]).toEqual([true, ["anything"]]);
    Source.all[0]!.send("change", change());
    expect(heard[1]).toEqual(change());
  });

  it("that falls silent is opened anew where it broke off; pages know meanwhile", () => {
    beginLive("wang");
    Source.all[0]!.send("hello", {}, "7");
    Source.all[0]!.send("beat", {}, "8");
    vi.advanceTimersByTime(36_000);
    expect([live.value, Source.all[0]!.readyState]).toEqual([false, Source.CLOSED]);
    vi.advanceTimersByTime(15_000);
    expect(Source.all.map((one) => one.address)).toEqual(["/api/events/stream", "/api/events/stream?cursor=8"]);
    Source.all[1]!.send("hello", {}, "9");
    expect([live.value, heard]).toEqual([true, ["anything"]]);
  });

  it("that was refused is tried again after a while; one that the browser mends itself is left to it", () => {
    beginLive("wang");
    Source.all[0]!.fail(0);
    vi.advanceTimersByTime(20_000);
    expect(Source.all).toHaveLength(1);
    Source.all[0]!.fail(Source.CLOSED);
    vi.advanceTimersByTime(15_000);
    expect(Source.all).toHaveLength(2);
  });

  it("says when the session is over: whoever looks then learns it; too much missed is looked at anew", () => {
    beginLive("wang");
    Source.all[0]!.send("hello");
    Source.all[0]!.send("resync");
    Source.all[0]!.send("end");
    expect([heard, live.value]).toEqual([["anything", "anything", "anything"], false]);
    endLive();
    vi.advanceTimersByTime(60_000);
    expect(Source.all).toHaveLength(1);
  });

  it("is one for all tabs of a browser: the others hear what the one that holds it passes on", async () => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
    standInForStreams({ request: () => new Promise(() => undefined) }); // another tab has the lock
    beginLive("wang");
    expect(Source.all).toHaveLength(0);
    const otherTab = new BroadcastChannel("live/wang");
    otherTab.postMessage({ live: true, change: change() });
    await vi.waitFor(() => expect(heard).toEqual([change()]));
    expect(live.value).toBe(true);
    otherTab.close();
  });
});
