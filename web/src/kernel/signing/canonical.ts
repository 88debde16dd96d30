/**
 * RFC 8785 canonical JSON, the form in which content and statements are hashed and signed.
 * Numbers and strings follow ECMAScript, as the RFC asks; members are sorted by UTF-16 code units.
 * @throws {Error} for what JSON cannot hold (undefined, functions, NaN, lone surrogates).
 */
export function canonical(value: unknown): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return text(value);
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value === "object") return object(value as Record<string, unknown>);
  throw new Error(`not JSON: ${typeof value}`);
}

function object(value: Record<string, unknown>): string {
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${text(name)}:${canonical(value[name])}`).join(",")}}`;
}

function text(value: string): string {
  if (/[\uD800-\uDFFF]/u.test(value)) throw new Error("not JSON: lone surrogate");
  return JSON.stringify(value);
}
