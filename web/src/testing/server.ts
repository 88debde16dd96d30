import { vi } from "vitest";

export interface Request {
  method: string;
  path: string;
  address: URL;
  query: Record<string, string>;
  body: unknown;
  headers: Headers;
}

type Answer = unknown | ((request: Request) => unknown);

/** An answer with a status of its own. */
export class Reply {
  constructor(readonly status: number, readonly body: unknown) {}
}

/** A refusal as the server words it. */
export const refusal = (status: number, slug: string, detail: string, more: object = {}): Reply =>
  new Reply(status, { type: `/problems/${slug}`, title: detail, status, detail, violations: [], request_id: "r1", ...more });

/**
 * Stands in for the server: answers by "METHOD /path". What was asked is kept in `asked`.
 * A request that nobody foresaw fails the test.
 */
export function serve(answers: Record<string, Answer>): { asked: Request[] } {
  const asked: Request[] = [];
  vi.stubGlobal("fetch", async (address: string, init: RequestInit = {}) => {
    const url = new URL(address, "http://portal.test");
    const request: Request = {
      method: init.method ?? "GET", path: url.pathname, address: url, query: Object.fromEntries(url.searchParams),
      body: typeof init.body === "string" ? JSON.parse(init.body) : init.body, headers: new Headers(init.headers),
    };
    asked.push(request);
    const key = `${request.method} ${request.path}`;
    if (!(key in answers)) throw new Error(`nobody answers ${key}`);
    const answer = answers[key];
    const given: unknown = await (typeof answer === "function" ? (answer as (request: Request) => unknown)(request) : answer);
    const { status, body } = given instanceof Reply ? given : new Reply(200, given);
    return new Response(status === 204 ? null : JSON.stringify(body), { status });
  });
  return { asked };
}

/** An answer that is not there before the test says so. */
export function held(): { promise: Promise<unknown>; resolve(answer: unknown): void } {
  let resolve: (answer: unknown) => void = () => {};
  const promise = new Promise<unknown>((go) => (resolve = go));
  return { promise, resolve };
}
