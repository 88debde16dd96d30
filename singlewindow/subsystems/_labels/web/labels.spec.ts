import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Session } from "@/kernel/api/types";
import { enter, forget } from "@/kernel/session";
import { canonical } from "@/kernel/signing/canonical";
import { base64url, sha256 } from "@/kernel/signing/digest";
import { signing } from "@/kernel/signing/sign";
import ParcelsPage from "./ParcelsPage.vue";

const parcels = ["P1", "P2"].map((number) => ({ number, arrived_on: "2026-11-05", weight: "2.5" }));
const asked: string[] = [];

async function prepared(body: string): Promise<object> {
  const { numbers, card_no: card } = JSON.parse(body) as { numbers: string[]; card_no: string };
  const content = { numbers };
  const statement = { type: "_labels", action: "order", card, content_sha256: await sha256(canonical(content)), nonce: "n" };
  return { token: "t", statement, signing_input: `${base64url('{"alg":"ES256"}')}.${base64url(canonical(statement))}`, content, warnings: [] };
}

async function answer(url: string, init?: RequestInit): Promise<Response> {
  asked.push(`${init?.method ?? "GET"} ${url.split("?")[0]}`);
  const json = (body: unknown): Response => new Response(JSON.stringify(body), { status: 200 });
  if (url.includes("/parcels")) return json({ total: 2, total_capped: false, page: 1, size: 20, items: parcels });
  if (url.endsWith("/prepare")) return json(await prepared(String(init?.body)));
  return json({ id: 7, ordered_at: "2026-11-05T00:00:00Z", state: init?.method === "POST" ? "queued" : "done", total: 1, ready: init?.method === "POST" ? 0 : 1 });
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("fetch", vi.fn(answer));
  enter({ account: { username: "a" }, bound_card: "893", level: "card", rights: {}, csrf: "x" } as unknown as Session);
});
afterEach(() => {
  asked.length = 0;
  forget();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("UI-17, PORT-08: parcels are found on the chapter's own page, ordered with the card, and fetched when they are ready", async () => {
  const page = mount(ParcelsPage);
  await page.get("form").trigger("submit");
  await flushPromises();
  expect(page.findAll("tbody tr")).toHaveLength(2);
  await page.get("[aria-label='选择 P2']").setValue(true);
  await page.findAll("button").find((one) => one.text() === "申请标签")!.trigger("click");
  const given = await signing.value!.prepare("893");
  await signing.value!.submit({ prepared: given, signature: "s", certificate: "c" });
  signing.value!.finish(true);
  await flushPromises();
  expect(page.get(".busy").text()).toBe("申请 7：标签 0 / 1");
  await vi.advanceTimersByTimeAsync(700);
  expect(page.get(".busy").text()).toBe("申请 7：标签 1 / 1");
  expect(page.get("a").attributes("href")).toBe("/api/_labels/orders/7/labels/P2");
  await vi.advanceTimersByTimeAsync(5000);
  expect(asked.filter((one) => one === "GET /api/_labels/orders/7")).toHaveLength(1);
});
