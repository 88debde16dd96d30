// Receives events of 事件推送 and verifies them; Node 18 or newer, no packages.
//
//     WEBHOOK_SECRET=whsec_… node examples/verify_webhook.mjs [port]
//
// `verify` is all that a program needs. Each event that is genuine is printed once; one that comes again is not.

import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

const TOLERANCE = 300; // seconds by which a request's clock may differ from ours: older ones may be somebody's recording
const LARGEST = 1_000_000; // bytes

/**
 * Whether a request was signed with one of these secrets (whsec_…) just now.
 * @param {string[]} secrets
 * @param {Record<string, string | undefined>} headers by their names in small letters
 * @param {Buffer} body exactly as it came, before anything reads it as JSON
 */
export function verify(secrets, headers, body, now = Date.now() / 1000) {
  const { "webhook-id": id = "", "webhook-timestamp": timestamp = "", "webhook-signature": signature = "" } = headers;
  if (!/^[0-9]{1,12}$/.test(timestamp) || Math.abs(now - Number(timestamp)) > TOLERANCE) return false;
  const sent = signature.split(" ").filter((each) => each.startsWith("v1,")).map((each) => Buffer.from(each.slice(3)));
  return secrets.some((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
    const right = Buffer.from(createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64"));
    return sent.some((each) => each.length === right.length && timingSafeEqual(each, right));
  });
}

const seen = new Set(); // a real program keeps the ids in its database, with what it did

/** Answers 204 to what is genuine, 401 to everything else: that is tried again, and no harm is done. */
async function receive(secrets, request, response) {
  const parts = [];
  let length = 0;
  for await (const part of request) {
    length += part.length;
    if (length > LARGEST) return request.destroy();
    parts.push(part);
  }
  const body = Buffer.concat(parts);
  if (!verify(secrets, request.headers, body)) return response.writeHead(401).end();
  const id = request.headers["webhook-id"];
  if (!seen.has(id)) {
    seen.add(id);
    const { number, kind, status_name: status, text } = JSON.parse(body.toString());
    console.log([id, number, kind, status, text].filter(Boolean).join(" "));
  }
  return response.writeHead(204).end();
}

/** Receives until Ctrl-C. While a secret is being replaced, give both, apart by a space. */
function main() {
  const secrets = (process.env.WEBHOOK_SECRET ?? "").split(" ").filter(Boolean);
  if (!secrets.length) {
    console.error("请用环境变量 WEBHOOK_SECRET 给出推送密钥（whsec_…）");
    process.exit(1);
  }
  const server = createServer((request, response) => receive(secrets, request, response).catch(() => response.destroy()));
  server.listen(Number(process.argv[2] ?? 9000), "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/`));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) main();
