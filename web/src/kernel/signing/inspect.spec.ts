import { describe, expect, it } from "vitest";
import type { Content, Prepared, PreparedAct } from "@/kernel/api/types";
import { parcel, parcelWithGoods } from "@/testing/definition";
import { canonical } from "./canonical";
import { base64url, sha256 } from "./digest";
import { inspectAct, inspectAction, inspectChallenge, inspectStatement, inspectUpload, NotWhatIsShown, type Shown } from "./inspect";

const input = (statement: object): string => `${base64url('{"alg":"ES256"}')}.${base64url(canonical(statement))}`;

const shown: Shown = {
  type: "sample.parcel", number: "2026", action: "apply", card: "8930000012345", version: 3,
  content: { entry_no: "530120261234567890", contact: "王芳", note: "" },
  fields: parcel.sections.flatMap((section) => section.fields), lines: [],
  attachments: [{ category: "00000002", sha256: "ab" }],
};

async function prepared(content: Content, changes: object = {}): Promise<Prepared> {
  const statement = {
    type: "sample.parcel", number: "2026", action: "apply", card: "8930000012345", version: 3,
    content_sha256: await sha256(canonical(content)), attachments: [{ category: "00000002", sha256: "ab" }], nonce: "n", ...changes,
  };
  return { token: "t", statement, signing_input: input(statement), content, warnings: [] };
}

it("looks at every row: empty and disabled cells are not signed, the others as they are shown (PORT-08)", async () => {
  const goods = parcelWithGoods.lines;
  const content = { kind: "A", goods: [{ name: "苹果", weight: "2", mark: "x" }, { name: "梨", weight: "", mark: "" }] };
  const rows = { ...shown, content, fields: [], lines: goods };
  const signed: Content = { kind: "A", goods: [{ name: "苹果", weight: "2" }, { name: "梨" }] };
  await expect(inspectAction(await prepared(signed), rows)).resolves.toBeUndefined();
  const other: Content = { kind: "A", goods: [{ name: "苹果", weight: "20" }, { name: "梨" }] };
  await expect(inspectAction(await prepared(other), rows)).rejects.toThrow("录入内容");
});

const signed: Content = { entry_no: "530120261234567890", contact: "王芳" };

describe("what is signed is what is shown (PORT-08)", () => {
  it("accepts the shown content, empty values left out", async () => {
    await expect(inspectAction(await prepared(signed), shown)).resolves.toBeUndefined();
  });

  it("refuses a content that differs in one value, however well it is digested", async () => {
    await expect(inspectAction(await prepared({ ...signed, contact: "李四" }), shown)).rejects.toThrow(NotWhatIsShown);
  });

  it("refuses a content with more or with less than is shown", async () => {
    await expect(inspectAction(await prepared({ ...signed, secret: "x" }), shown)).rejects.toThrow("录入内容");
    await expect(inspectAction(await prepared({ contact: "王芳" }), shown)).rejects.toThrow("录入内容");
  });

  it("refuses a digest that is not the content's", async () => {
    await expect(inspectAction(await prepared(signed, { content_sha256: "0".repeat(64) }), shown)).rejects.toThrow("内容摘要");
  });

  it.each([{ number: "2027" }, { action: "delete" }, { type: "other" }, { card: "x" }, { version: 4 }])(
    "refuses another statement: %o", async (change) => {
      await expect(inspectAction(await prepared(signed, change), shown)).rejects.toThrow(NotWhatIsShown);
    });

  it("refuses other attachments", async () => {
    await expect(inspectAction(await prepared(signed, { attachments: [] }), shown)).rejects.toThrow("随附单据");
    const other = { attachments: [{ category: "00000001", sha256: "ab" }] };
    await expect(inspectAction(await prepared(signed, other), shown)).rejects.toThrow("随附单据");
  });

  it("refuses a signing input that is not the checked statement", async () => {
    const good = await prepared(signed);
    const forged = { ...good, signing_input: input({ ...good.statement, number: "2027" }) };
    await expect(inspectAction(forged, shown)).rejects.toThrow("签名原文");
  });

  it("leaves a disabled field's value out, and refuses it when the server signs it", async () => {
    const withDisabled = { ...shown, content: { ...shown.content, kind: "A", weight: "7" } };
    await expect(inspectAction(await prepared({ ...signed, kind: "A" }), withDisabled)).resolves.toBeUndefined();
    await expect(inspectAction(await prepared({ ...signed, kind: "A", weight: "7" }), withDisabled)).rejects.toThrow("录入内容");
  });
});

describe("an act of a chapter's own is what is shown (PORT-08)", () => {
  const act = { type: "sample", action: "order", card: "893", content: { numbers: ["2", "1"], sealed: false, note: "" } };
  const of = async (content: object, change: object = {}): Promise<PreparedAct> => {
    const statement = { type: "sample", action: "order", card: "893", content_sha256: await sha256(canonical(content)), nonce: "n", ...change };
    return { token: "t", statement, signing_input: input(statement), content: content as PreparedAct["content"], warnings: [] };
  };

  it("accepts exactly the shown content", async () => {
    await expect(inspectAct(await of(act.content), act)).resolves.toBeUndefined();
  });

  it.each([
    { ...act.content, sealed: true }, { ...act.content, numbers: ["1", "2"] }, { ...act.content, numbers: ["2"] }, { numbers: ["2", "1"], sealed: false },
    { ...act.content, more: "x" },
  ])("refuses another content: %o", async (content) => {
    await expect(inspectAct(await of(content), act)).rejects.toThrow("申请内容");
  });

  it.each([{ type: "other" }, { action: "cancel" }, { card: "894" }])("refuses another statement: %o", async (change) => {
    await expect(inspectAct(await of(act.content, change), act)).rejects.toThrow(NotWhatIsShown);
  });

  it("refuses a digest or a signing input of something else", async () => {
    await expect(inspectAct(await of(act.content, { content_sha256: "0".repeat(64) }), act)).rejects.toThrow("内容摘要");
    const good = await of(act.content);
    await expect(inspectAct({ ...good, signing_input: input({ ...good.statement, action: "x" }) }, act)).rejects.toThrow("签名原文");
  });
});

describe("uploads and log-in", () => {
  const upload = { category: "00000002", name: "a.pdf", size: 10, sha256: "ab", card_no: "893" };
  const of = (change: object) => {
    const statement = { draft: "2026", category: "00000002", name: "a.pdf", size: 10, sha256: "ab", card: "893", ...change };
    return { token: "t", statement, signing_input: input(statement), replaces: null };
  };

  it("an upload's statement names the chosen file", () => {
    expect(() => inspectUpload(of({}), "2026", upload)).not.toThrow();
    expect(() => inspectUpload(of({ sha256: "cd" }), "2026", upload)).toThrow(NotWhatIsShown);
    expect(() => inspectUpload(of({ draft: "2027" }), "2026", upload)).toThrow(NotWhatIsShown);
  });

  it("a log-in signs a challenge and nothing else (PORT-03)", () => {
    expect(() => inspectChallenge(input({ purpose: "login", nonce: "n" }))).not.toThrow();
    expect(() => inspectChallenge(input({ action: "apply", number: "2026" }))).toThrow(NotWhatIsShown);
  });

  it("a binding signs for this account, company and card (PORT-09)", () => {
    const expected = { purpose: "bind", company: "3122940004", username: "wutao", card: "8930L0000D022" };
    const check = (change: object) => () => inspectStatement(input({ ...expected, nonce: "n", ...change }), expected, "绑定卡");
    expect(check({})).not.toThrow();
    for (const change of [{ purpose: "login" }, { username: "other" }, { company: "4403110001" }, { card: "x" }]) {
      expect(check(change)).toThrow(NotWhatIsShown);
    }
  });
});
