import { describe, expect, it } from "vitest";
import { effectScope } from "vue";
import { Problem } from "@/kernel/api/problem";
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
