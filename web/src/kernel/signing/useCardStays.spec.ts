import { afterEach, describe, expect, it, vi } from "vitest";
import { effectScope, nextTick, ref, shallowRef, type EffectScope } from "vue";
import { CardProblem } from "@/kernel/card/problem";
import { useCardStays } from "./useCardStays";

const card = shallowRef<object | null>(null);
const trouble = shallowRef<CardProblem | null>(null);
const used = vi.hoisted(() => ({ times: 0 }));
vi.mock("./useCard", () => ({ useCard: () => (used.times += 1, { card, trouble, reading: ref(false), read: () => {} }) }));

let scope: EffectScope;
afterEach(() => scope.stop());
const stays = (wanted: boolean) => (scope = effectScope()).run(() => useCardStays(wanted))!;

describe("the card stays in the reader (PORT-05)", () => {
  it("elsewhere nothing is asked of the reader, and nothing waits", async () => {
    used.times = 0;
    expect(await stays(false).back()).toBe(true);
    expect(used.times).toBe(0);
  });

  it("pulled out, a message appears; 暂存 waits and goes on by itself when the bound card is back", async () => {
    [card.value, trouble.value] = [null, new CardProblem("no-card", "读卡器中没有卡。", "请插入卡后重试。")];
    const it = stays(true);
    expect(it.trouble.value).toBe("读卡器中没有卡。请插入卡后重试。");
    const went = vi.fn();
    void it.back().then(went);
    await nextTick();
    expect([went.mock.calls.length, it.waiting.value]).toEqual([0, true]);
    [card.value, trouble.value] = [{ number: "8930L0000A011" }, null];
    await vi.waitFor(() => expect(went).toHaveBeenCalledWith(true));
    expect([it.waiting.value, it.trouble.value]).toEqual([false, ""]);
  });

  it("whatever waits goes on, not only what came last", async () => {
    card.value = null;
    const it = stays(true);
    const went = Promise.all([it.back(), it.back()]);
    card.value = { number: "8930L0000A011" };
    expect(await went).toEqual([true, true]);
    expect(it.waiting.value).toBe(false);
  });

  it("the user can give the waiting up", async () => {
    card.value = null;
    const it = stays(true);
    const waits = it.back();
    it.giveUp();
    expect(await waits).toBe(false);
  });
});
