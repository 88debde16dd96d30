import { describe, expect, it, vi } from "vitest";
import { effectScope } from "vue";
import { Problem } from "@/kernel/api/problem";
import { held } from "@/testing/server";
import type { Turn } from "./rows";
import { useList } from "./useList";

interface Box { id: number; free: boolean }

/** Seven rows on pages of three; what was asked is kept. */
function boxes(more: { across?: boolean; find?: (question: string) => Promise<never> } = {}) {
  const asked: [string, Turn][] = [];
  const taken = new Set([2]);
  const list = effectScope().run(() => useList<Box, string>({
    find: async (question, turn) => {
      asked.push([question, turn]);
      if (question === "bad") throw new Problem(422, { violations: [{ path: "day", rule: "r", message: "不对", advice: "", clause: "", source: "rule" }] });
      if (question === "away") throw new Problem(0, { detail: "连接不上服务器" });
      const ids = [1, 2, 3, 4, 5, 6, 7].slice((turn.page - 1) * turn.size, turn.page * turn.size);
      return { items: ids.map((id) => ({ id, free: !taken.has(id) })), total: 7, total_capped: false, page: turn.page, size: turn.size };
    },
    keyOf: (row) => String(row.id), tickable: (row) => row.free, order: "-id", ...more,
  }))!;
  list.page.size = 3;
  return { list, asked, taken };
}
const ids = (list: ReturnType<typeof boxes>["list"]) => list.rows.value.map((row) => row.id);

describe("a list of any rows (UI-07)", () => {
  it("asks from the first page, turns pages and orders of the same question", async () => {
    const { list, asked } = boxes();
    await list.search("all");
    await list.turnTo({ number: 3 });
    expect([ids(list), list.before.value]).toEqual([[7], 6]);
    await list.sortBy("id");
    expect(asked).toEqual([["all", { page: 1, size: 3, sort: "-id" }], ["all", { page: 3, size: 3, sort: "-id" }], ["all", { page: 1, size: 3, sort: "id" }]]);
  });

  it("before anything was asked neither pages nor orders are", async () => {
    const { list, asked } = boxes();
    await list.sortBy("id");
    await list.refresh();
    expect(asked).toEqual([]);
  });

  it("ticks live on across pages where they may, until something else is asked (PRNT-11)", async () => {
    const { list, taken } = boxes({ across: true });
    await list.search("all");
    list.tick(["1", "3"], true);
    await list.turnTo({ number: 2 });
    list.tick(["4"], true);
    taken.add(1);
    await list.turnTo({ number: 1 });
    expect([...list.ticked.value]).toEqual(["3", "4"]);
    await list.search("others");
    expect(list.ticked.value.size).toBe(0);
  });

  it("else only what is shown is ticked", async () => {
    const { list } = boxes();
    await list.search("all");
    list.tick(["1"], true);
    await list.turnTo({ number: 2 });
    expect(list.ticked.value.size).toBe(0);
  });

  it("UI-14: news that come while rows are fetched are looked at after them; until then any row may be meant", async () => {
    const waits: ReturnType<typeof held>[] = [];
    const list = effectScope().run(() => useList<Box, string>({
      find: () => (waits.push(held()), waits.at(-1)!.promise as Promise<never>), keyOf: (row) => String(row.id), tickable: () => false, order: "",
    }))!;
    const answer = (at: number, id: number) => waits[at]!.resolve({ items: [{ id, free: true }], total: 1, total_capped: false, page: 1, size: 20 });
    const searched = list.search("all");
    expect([list.mayHold("9"), waits.length]).toEqual([true, 1]);
    const looked = list.refresh();
    answer(0, 1);
    await searched;
    await vi.waitFor(() => expect(waits).toHaveLength(2));
    answer(1, 2);
    await looked;
    expect([ids(list), list.mayHold("9"), list.mayHold("2")]).toEqual([[2], false, true]);
    const [older, newer] = [list.refresh(), list.refresh()];
    answer(3, 4);
    await newer;
    answer(2, 3);
    await older;
    expect(ids(list)).toEqual([4]);
  });

  it("a question without an answer shows no rows of the one before, nor is anything handed out as its answer; turned pages stay, and fresh rows take the failure away", async () => {
    let away = false;
    const find = async (_: string, turn: Turn) => {
      if (away) throw new Problem(0, { detail: "连接不上服务器" });
      return { items: [{ id: turn.page, free: true }], total: 50, total_capped: false, page: turn.page, size: 20 };
    };
    const one = effectScope().run(() => useList<Box, string>({ find, keyOf: (row) => String(row.id), tickable: () => false, order: "-id" }))!;
    expect(one.answered.value).toBeNull();
    await one.search("one");
    expect(one.answered.value).toEqual({ question: "one", sort: "-id" });
    away = true;
    await one.turnTo({ number: 2 });
    expect([ids(one), one.failed.value]).toEqual([[1], expect.stringContaining("连接不上服务器")]);
    away = false;
    await one.refresh();
    expect([ids(one), one.failed.value]).toEqual([[2], ""]);
    away = true;
    await one.search("two");
    expect([ids(one), one.result.value, one.answered.value, one.failed.value]).toEqual([[], null, null, expect.stringContaining("连接不上服务器")]);
    away = false;
    await one.fetchPage();
    expect(one.answered.value?.question).toBe("two");
  });

  it("what was refused before it was asked leaves nothing to be sorted or turned: the question before is not asked again", async () => {
    const { list, asked } = boxes();
    await list.search("all");
    list.refuse([{ path: "day", rule: "r", message: "不对", advice: "", clause: "", source: "field" }]);
    await list.sortBy("id");
    expect([asked.length, list.refused.value.length, list.result.value]).toEqual([1, 1, null]);
  });

  it("a refusal marks its conditions and leaves no rows; no answer says so and can be asked again", async () => {
    const { list, asked } = boxes();
    await list.search("all");
    await list.search("bad");
    expect([list.refused.value.map((one) => one.path), ids(list), list.result.value]).toEqual([["day"], [], null]);
    await list.search("away");
    expect(list.failed.value).toContain("连接不上服务器");
    await list.fetchPage();
    expect(asked.map(([question]) => question)).toEqual(["all", "bad", "away", "away"]);
  });
});
