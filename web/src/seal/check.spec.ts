import { beforeAll, describe, expect, it } from "vitest";
import { checkSeal, keysOf } from "../../../singlewindow/kernel/http/seal_check/check.js";

const ES256 = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const NOW = new Date("2026-11-26T08:00:00Z");
const base64 = (data: Uint8Array): string => btoa(String.fromCharCode(...data));
const base64url = (data: Uint8Array): string => base64(data).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const encoded = (value: unknown): string => base64url(new TextEncoder().encode(JSON.stringify(value)));
const said = { t: "gate.trip", n: "202600000000000007", v: 3, f: { 车牌: "粤B12345" }, iat: 1795680000, exp: 1796284800 };

let pair: CryptoKeyPair;
let pem: string;
let text: string;

async function sealed(payload: unknown, header: unknown = { alg: "ES256" }): Promise<string> {
  const input = `${encoded(header)}.${encoded(payload)}`;
  const signature = await crypto.subtle.sign(ES256, pair.privateKey, new TextEncoder().encode(input));
  return `${input}.${base64url(new Uint8Array(signature))}`;
}

const pemOf = async (key: CryptoKey): Promise<string> =>
  `-----BEGIN PUBLIC KEY-----\n${base64(new Uint8Array(await crypto.subtle.exportKey("spki", key))).replace(/.{64}/g, "$&\n")}\n-----END PUBLIC KEY-----\n`;

beforeAll(async () => {
  pair = await crypto.subtle.generateKey(ES256, true, ["sign", "verify"]);
  pem = await pemOf(pair.publicKey);
  text = await sealed(said);
});

describe("the seal of a print, checked without network (GATE-09)", () => {
  it("says what was sealed, and whether its time is over", async () => {
    const keys = await keysOf(pem);
    const found = await checkSeal(` ${text}\n`, keys, NOW);
    expect(found).toEqual({
      verdict: "valid",
      said: { type: "gate.trip", number: said.n, version: 3, facts: [["车牌", "粤B12345"]], issued: new Date(said.iat * 1000), until: new Date(said.exp * 1000) },
    });
    expect((await checkSeal(text, keys, new Date(said.exp * 1000))).verdict).toBe("valid");
    expect((await checkSeal(text, keys, new Date(said.exp * 1000 + 1))).verdict).toBe("expired");
  });

  it("any changed character makes it forged, the last one's spare bits too", async () => {
    const keys = await keysOf(pem);
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const last = [...alphabet].map((other) => text.slice(0, -1) + other);
    const anywhere = [...text].map((old, at) => text.slice(0, at) + (old === "A" ? "B" : "A") + text.slice(at + 1));
    const forged = [...last, ...anywhere, text.slice(1), `${text}A`, `${text}=`, "", ".."].filter((one) => one !== text);
    for (const one of forged) expect((await checkSeal(one, keys, NOW)).verdict, one).toBe("forged");
    expect(forged.length).toBeGreaterThan(300);
  });

  it("another key, another header or no key is forged; of several keys one suffices", async () => {
    const other = await crypto.subtle.generateKey(ES256, true, ["sign", "verify"]);
    const strange = await pemOf(other.publicKey);
    expect((await checkSeal(text, await keysOf(strange), NOW)).verdict).toBe("forged");
    expect((await checkSeal(text, [], NOW)).verdict).toBe("forged");
    expect((await checkSeal(await sealed(said, { alg: "ES256", crit: ["x"] }), await keysOf(pem), NOW)).verdict).toBe("forged");
    expect((await checkSeal(text, await keysOf(strange + pem), NOW)).verdict).toBe("valid");
  });

  it("what is no key is left out", async () => {
    expect(await keysOf("x")).toEqual([]);
    expect(await keysOf("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----" + pem)).toHaveLength(1);
  });
});
