// @ts-check
/**
 * Verifies the seal of a print (singlewindow/contract/seals.py says what one is), with WebCrypto and without network.
 * This file is put into the page as it stands (`seal_routes.py`), and tested by web/src/seal/check.spec.ts.
 *
 * @typedef {{ number: string, type: string, version: number, facts: [string, string][], issued: Date, until: Date }} Said
 * @typedef {{ verdict: "valid" | "expired", said: Said } | { verdict: "forged" }} Found
 */

const SHAPE = /^([A-Za-z0-9_-]+\.([A-Za-z0-9_-]+))\.([A-Za-z0-9_-]{86})$/;
const HEADER = "eyJhbGciOiJFUzI1NiJ9"; // {"alg":"ES256"}: no other is understood
const ES256 = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** @param {string} text @returns {Uint8Array<ArrayBuffer>} */
const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

/** @param {string} text @returns {Uint8Array<ArrayBuffer> | null} null where a spare bit differs from what was printed */
function decoded(text) {
  const data = bytes(text.replaceAll("-", "+").replaceAll("_", "/"));
  const again = btoa(String.fromCharCode(...data)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return again === text ? data : null;
}

/**
 * The keys of a text that holds one or several PEM public keys; those that are none are left out.
 * @param {string} pem @returns {Promise<CryptoKey[]>}
 */
export async function keysOf(pem) {
  const found = [...pem.matchAll(/-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+?)-----END PUBLIC KEY-----/g)];
  const keys = await Promise.allSettled(
    found.map((one) => crypto.subtle.importKey("spki", bytes((one[1] ?? "").replace(/\s/g, "")), ES256, false, ["verify"])),
  );
  return keys.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
}

/**
 * What a seal says at this moment; forged is all that none of the keys made, down to a single changed character.
 * @param {string} text @param {CryptoKey[]} keys @param {Date} now @returns {Promise<Found>}
 */
export async function checkSeal(text, keys, now) {
  const [, signed = "", content = "", signature = ""] = SHAPE.exec(text.trim()) ?? [];
  const mark = decoded(signature);
  if (!mark || !signed.startsWith(`${HEADER}.`)) return { verdict: "forged" };
  const input = new TextEncoder().encode(signed);
  const verdicts = await Promise.all(keys.map((key) => crypto.subtle.verify(ES256, key, mark, input)));
  const payload = verdicts.includes(true) ? decoded(content) : null;
  if (!payload) return { verdict: "forged" };
  const { t, n, v, f, iat, exp } = JSON.parse(new TextDecoder().decode(payload));
  const until = new Date(exp * 1000);
  const said = { type: t, number: n, version: v, facts: Object.entries(f), issued: new Date(iat * 1000), until };
  return { verdict: now > until ? "expired" : "valid", said };
}
