/** The SHA-256 of text (as UTF-8) or bytes, in lower-case hexadecimal. */
export async function sha256(data: string | ArrayBuffer): Promise<string> {
  if (!globalThis.crypto?.subtle) {
    throw new Error("浏览器只在 https 或本机地址下才能核对签名内容，请改用这样的地址打开本页");
  }
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Base64url without padding, of text as UTF-8. */
export function base64url(text: string): string {
  let binary = "";
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
