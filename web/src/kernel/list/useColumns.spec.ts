import { flushPromises } from "@vue/test-utils";
import { afterEach, expect, it } from "vitest";
import { effectScope } from "vue";
import { session } from "@/kernel/session";
import { parcel } from "@/testing/definition";
import { refusal, serve, type Request } from "@/testing/server";
import { useColumns } from "./useColumns";

const address = "/api/preferences/columns.sample.parcel";
afterEach(() => (session.value = null));

/** A user who opens the list, and what the server remembers of each. */
async function open(username: string, kept: Record<string, unknown>, atFirst: string[] = []) {
  session.value = { account: { username } } as never;
  serve({
    [`GET ${address}`]: { value: kept[username] ?? null },
    [`PUT ${address}`]: (request: Request) => {
      kept[username] = (request.body as { value: unknown }).value;
      return refusal(204, "", "");
    },
  });
  const columns = effectScope().run(() => useColumns(() => parcel.query.columns, () => "sample.parcel", () => atFirst))!;
  await flushPromises();
  return { ...columns, names: () => columns.shown.value.map((column) => column.name) };
}

it("hidden columns are remembered for each user on the server (UI-07)", async () => {
  const kept: Record<string, unknown> = { wang: ["district"] };
  const wang = await open("wang", kept);
  expect(wang.names()).toEqual(["number", "status"]);
  wang.toggle("status");
  await flushPromises();
  expect(kept.wang).toEqual(["district", "status"]);
  expect((await open("zhao", kept)).names()).toEqual(["number", "status", "district"]);
  expect((await open("wang", kept)).names()).toEqual(["number"]);
});

it("the last column stays; what no list of names is hides nothing", async () => {
  const li = await open("li", { li: { odd: true } });
  expect(li.names()).toHaveLength(3);
  for (const name of ["number", "status", "district"]) li.toggle(name);
  expect(li.names()).toEqual(["district"]);
});

it("a list with many columns shows some at first; who arranged them sees what they arranged (UI-07)", async () => {
  const kept: Record<string, unknown> = {};
  const sun = await open("sun", kept, ["district"]);
  expect(sun.names()).toEqual(["number", "status"]);
  sun.toggle("district");
  await flushPromises();
  expect(kept.sun).toEqual([]);
  expect((await open("chen", { chen: [] }, ["district"])).names()).toEqual(["number", "status", "district"]);
});
