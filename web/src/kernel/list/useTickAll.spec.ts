import { flushPromises } from "@vue/test-utils";
import { expect, it } from "vitest";
import { pageByPage, useTickAll, type All } from "./useTickAll";
import { useList, type ListSource } from "./useList";

const source: ListSource<number, string, { items: number[]; total: number; total_capped: boolean; page: number; size: number }> = {
  find: (_, { page, size }) => Promise.resolve({ items: Array.from({ length: 250 }, (__, at) => at + 1).slice((page - 1) * size, page * size), total: 250, total_capped: false, page, size }),
  keyOf: String, tickable: (row) => row % 2 === 0, order: "", across: true,
};

/** A list that answers 甲, where 勾选全部 waits for what the test answers. */
async function listed() {
  const answers: { good(all: All): void; bad(why: Error): void }[] = [];
  const list = useList(source);
  const { collecting, tickAll } = useTickAll(list, () => new Promise((good, bad) => answers.push({ good, bad })));
  await list.search("甲");
  void tickAll();
  return { list, collecting, tickAll, answers };
}
/** Of which words of these tests the page says any; other tests share the window. */
const said = (): string[] => ["只勾选了一部分", "未能勾选全部：网络不通"].filter((words) => document.body.textContent?.includes(words));

it("PRNT-11, CONS-13: what comes when another question was asked ticks nothing and says nothing, whether answer or failure", async () => {
  for (const late of ["answer", "failure"]) {
    const { list, collecting, tickAll, answers } = await listed();
    expect(collecting.value).toBe(true);
    await list.search("乙");
    expect(collecting.value).toBe(false);
    void tickAll(); // the newer question is collected for itself
    expect([answers.length, collecting.value]).toEqual([2, true]);
    if (late === "answer") answers[0]!.good({ keys: ["1"], words: "只勾选了一部分" });
    else answers[0]!.bad(new Error("网络不通"));
    await flushPromises();
    expect([list.ticked.value.size, collecting.value, said()]).toEqual([0, true, []]);
    answers[1]!.good({ keys: ["7"], words: "" });
    await flushPromises();
    expect([[...list.ticked.value], collecting.value]).toEqual([["7"], false]);
  }
});

it("a failure says so, and it can be tried again", async () => {
  const { list, tickAll, answers } = await listed();
  answers[0]!.bad(new Error("网络不通"));
  await flushPromises();
  expect([list.ticked.value.size, said()]).toEqual([0, ["未能勾选全部：网络不通"]]);
  void tickAll();
  expect(answers).toHaveLength(2);
});

it("page by page: what can be ticked, at most so many, with words where there are more", async () => {
  const found = await pageByPage(source, 1000, "太多")("甲", "");
  expect([found.keys.length, found.keys.at(-1), found.words]).toEqual([125, "250", ""]);
  const capped: typeof source = { ...source, find: async (question, turn) => ({ ...(await source.find(question, turn)), total: 200, total_capped: true }) };
  expect(await pageByPage(capped, 100, "太多")("甲", "")).toMatchObject({ keys: { length: 100 }, words: "太多" }); // there are more than the server counts
  expect((await pageByPage(capped, 1000, "太多")("甲", "")).keys.at(-1)).toBe("250");
  expect(await pageByPage(source, 3, "太多")("甲", "")).toEqual({ keys: ["2", "4", "6"], words: "太多" });
});
