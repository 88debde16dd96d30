/** What the server answers, for the specs of both pages. */
import { flushPromises, type VueWrapper } from "@vue/test-utils";
import { canonical } from "@/kernel/signing/canonical";
import { base64url, sha256 } from "@/kernel/signing/digest";
import { signing } from "@/kernel/signing/sign";
import type { Request } from "@/testing/server";
import type { Application, Closed, Result } from "./shapes";

export const numberOf = (at: number): string => `4201202610000${String(at).padStart(5, "0")}`;

export const closed = (at: number): Closed => ({
  number: numberOf(at), ie_flag: "I", ie_name: "进口", pre_entry_no: "", declared_at: "2026-11-20T10:00:00+08:00", closed_at: "2026-11-25T09:30:00+08:00",
  district: "5301", district_name: "皇岗海关", declarant_name: "深圳报关行", consignee_name: "深圳进出口公司", trade_mode: "0110", trade_mode_name: "一般贸易",
  bill_no: "COSU6123456789", packages: "12", gross_weight: "350.5",
});

const yes = { allowed: true, why: "" };
const no = (why: string) => ({ allowed: false, why });

export const result = (id: number, more: Partial<Result> = {}): Result => ({
  id, application: "ZZDY2026112600000001", number: numberOf(id), kind: "print", sealed: true, state: "1", state_name: "有签章已生成", why: "",
  applied_at: "2026-11-26T09:00:00+08:00", applied_by: "陈南", expires_at: "2026-12-27T00:00:00+08:00", expired: false,
  may: { export: yes, print: yes, log: yes }, ...more,
});

/** A result of which nothing can be had. */
export const grey = (id: number, state: string, name: string, why: string, more: Partial<Result> = {}): Result =>
  result(id, { state, state_name: name, may: { export: no(why), print: no(why), log: no(why) }, ...more });

export const application = (more: Partial<Application> = {}): Application => ({
  number: "ZZDY2026112600000001", kind: "print", sealed: true, applied_at: "2026-11-26T09:00:00+08:00", total: 100, done: 40, failed: 0,
  state: "running", state_name: "进行中", message: "", stopping: false, applied_by: "陈南", expires_at: null, ...more,
});

/** The server's answer to what is to be signed. */
export async function prepared({ body }: Pick<Request, "body">) {
  const { card_no: card, ...content } = body as Record<string, unknown>;
  const statement = { type: "declarations", action: "apply", card, content_sha256: await sha256(canonical(content)), nonce: "n" };
  return { token: "t", statement, signing_input: `${base64url('{"alg":"ES256"}')}.${base64url(canonical(statement))}`, content, warnings: [] };
}

/** The user enters the PIN: what the signing dialog does, without it. */
export async function sign(card = "893"): Promise<void> {
  const request = signing.value!;
  try {
    const given = await request.prepare(card);
    await request.submit({ prepared: given, signature: "s", certificate: "c" });
    request.finish(true);
  } catch (error) {
    request.fail(error);
  }
  await flushPromises();
}

/** Presses a button by its words or its name for screen readers. */
export async function press(wrapper: VueWrapper, word: string): Promise<void> {
  const button = wrapper.findAll("button").find((one) => one.text() === word || one.attributes("aria-label") === word);
  if (!button) throw new Error(`no button ${word}`);
  await button.trigger("click");
  await flushPromises();
}
