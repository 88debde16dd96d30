import { flushPromises } from "@vue/test-utils";
import { afterEach, expect, it, vi } from "vitest";
import type { PreparedAct, Session } from "@/kernel/api/types";
import { enter, forget } from "@/kernel/session";
import { signAct, type Act } from "./act";
import { canonical } from "./canonical";
import { base64url, sha256 } from "./digest";
import { signing } from "./sign";

const content = { numbers: ["P1"], sealed: false };

async function prepared(change: object = {}): Promise<PreparedAct> {
  const statement = { type: "_labels", action: "order", card: "893", content_sha256: await sha256(canonical(content)), nonce: "n", ...change };
  return { token: "t", statement, signing_input: `${base64url('{"alg":"ES256"}')}.${base64url(canonical(statement))}`, content, warnings: [] };
}

const act = (more: Partial<Act<string>> = {}): Act<string> => ({
  title: "申请", facts: [{ label: "份数", value: "1" }], type: "_labels", action: "order", content,
  prepare: () => prepared(), perform: async ({ token, signature }) => `${token}/${signature}`, ...more,
});

afterEach(() => forget());

it("PORT-05, PORT-08: the bound card signs what was prepared, and the answer comes back", async () => {
  enter({ account: { username: "a" }, bound_card: "893", level: "card", rights: {}, csrf: "x" } as unknown as Session);
  const done = signAct(act());
  expect(signing.value).toMatchObject({ title: "申请", bound: "893", facts: [{ label: "份数", value: "1" }] });
  const given = await signing.value!.prepare("893");
  await signing.value!.submit({ prepared: given, signature: "s", certificate: "c" });
  signing.value!.finish(true);
  expect(await done).toBe("t/s");
});

it("PORT-08: what is not what the page shows never comes to the card", async () => {
  void signAct(act({ prepare: () => prepared({ action: "cancel" }) })).catch(() => undefined);
  await expect(signing.value!.prepare("893")).rejects.toThrow("已拒绝签名");
  signing.value!.finish(false);
  await flushPromises();
});

it("a cancelled dialog answers null, a refusal is thrown", async () => {
  const perform = vi.fn();
  const cancelled = signAct(act({ perform }));
  signing.value!.finish(false);
  expect(await cancelled).toBeNull();
  expect(perform).not.toHaveBeenCalled();
  const refused = signAct(act());
  signing.value!.fail(new Error("不予受理"));
  await expect(refused).rejects.toThrow("不予受理");
});
