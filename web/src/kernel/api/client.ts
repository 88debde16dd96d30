import { Problem, tooSlow, unreachable } from "./problem";
import type { ProblemBody } from "./types";

export interface Call {
  body?: unknown;
  /** A form with a file, sent instead of `body`. */
  form?: FormData;
  /** Several values are sent under the same name. */
  query?: Record<string, string | number | string[] | undefined>;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** The request goes on when the page is left; its body must be small (64 KB). */
  keepalive?: boolean;
  /** Seconds until the server must have answered. */
  seconds?: number;
}

const SECONDS = 20;

type Method = "GET" | "POST" | "PUT" | "DELETE";

let csrf = "";
let headersNow: () => Record<string, string> = () => ({});
let sessionLost: () => void = () => {};
let renewToken: () => Promise<boolean> = async () => false;

/** The token that changing requests carry; empty after the session's end. */
export function useCsrf(token: string): void {
  csrf = token;
}

/** Headers that every request carries besides its own, as they are when it is sent. */
export function useHeaders(now: () => Record<string, string>): void {
  headersNow = now;
}

/** Called when the server says that there is no session (any more). */
export function onSessionLost(handler: () => void): void {
  sessionLost = handler;
}

/** Called when the token is that of an earlier session; answers whether there is a new one of the same account. */
export function onStaleToken(renew: () => Promise<boolean>): void {
  renewToken = renew;
}

/**
 * One request to the portal.
 * @returns the answer's JSON; undefined for 204 and 304.
 * @throws {Problem} for every refusal, and when the server cannot be reached (unreachable) or does not answer in time (timeout).
 */
export async function call<T>(method: Method, path: string, options: Call = {}): Promise<T> {
  const response = await accepted(method, path, options);
  if (response.status === 204 || response.status === 304) return undefined as T;
  return (await response.json()) as T;
}

/** The same for a file. */
export const download = (path: string, signal?: AbortSignal): Promise<File> => fetchFile("GET", path, signal && { signal });

/** A file, under the name that the server gives it ("" where it gives none). */
export async function fetchFile(method: Method, path: string, options: Call = {}): Promise<File> {
  const response = await accepted(method, path, { ...options, headers: { Accept: "*/*", ...options.headers } });
  const file = await response.blob();
  return new File([file], namedIn(response.headers.get("Content-Disposition") ?? ""), { type: file.type });
}

/** The name in a Content-Disposition header; the one that may be Chinese first (RFC 6266). */
function namedIn(disposition: string): string {
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1];
  return encoded ? decodeURIComponent(encoded) : (/filename="([^"]*)"/i.exec(disposition)?.[1] ?? "");
}

/** The server's answer, when it is no refusal. */
async function accepted(method: Method, path: string, options: Call): Promise<Response> {
  const response = await sendAnew(method, path, options);
  if (response.ok || response.status === 304) return response;
  const problem = new Problem(response.status, await bodyOf(response));
  if (problem.slug === "not-logged-in" && !path.startsWith("/api/session")) sessionLost();
  throw problem;
}

/** A log-in in another tab of this browser changes the token: nothing was done yet, so the request is sent once more. */
async function sendAnew(method: Method, path: string, options: Call): Promise<Response> {
  const response = await send(method, path, options);
  if (response.status !== 403) return response;
  const problem = new Problem(403, await bodyOf(response.clone()));
  return problem.slug === "stale-token" && (await renewToken()) ? send(method, path, options) : response;
}

async function send(method: Method, path: string, options: Call): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json", ...headersNow(), ...options.headers };
  if (method !== "GET" && csrf) headers["X-CSRF-Token"] = csrf;
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  const init: RequestInit = { method, headers, credentials: "same-origin" };
  if (options.form) init.body = options.form;
  else if (options.body !== undefined) init.body = JSON.stringify(options.body);
  if (options.keepalive) init.keepalive = true;
  return answered(withQuery(path, options.query), init, options);
}

async function answered(address: string, init: RequestInit, { signal, seconds = SECONDS }: Call): Promise<Response> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), seconds * 1000);
  try {
    return await fetch(address, { ...init, signal: signal ? AbortSignal.any([signal, late.signal]) : late.signal });
  } catch (error) {
    if (late.signal.aborted) throw tooSlow(seconds);
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw unreachable();
  } finally {
    clearTimeout(timer);
  }
}

function withQuery(path: string, query: Call["query"]): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    const values = Array.isArray(value) ? value : [String(value ?? "")];
    for (const one of values) if (one) search.append(name, one);
  }
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

async function bodyOf(response: Response): Promise<ProblemBody> {
  const requestId = response.headers.get("X-Request-Id") ?? "";
  try {
    return { request_id: requestId, ...((await response.json()) as ProblemBody) };
  } catch {
    return { detail: `服务器没有给出可读的答复（HTTP ${response.status}），请稍后重试`, request_id: requestId };
  }
}
