import type { ProblemBody, View, Violation } from "./types";

/**
 * A refusal by the server, or a server that cannot be reached (slug `unreachable`).
 * `message` is Chinese and ready to be shown.
 */
export class Problem extends Error {
  readonly slug: string;
  readonly status: number;
  readonly violations: Violation[];
  /** What to do, and where that is written (UI-16). */
  readonly advice: string;
  readonly clause: string;
  readonly requestId: string;
  readonly current: View | null;

  constructor(status: number, body: ProblemBody) {
    super(body.detail || body.title || "操作未成功");
    this.name = "Problem";
    this.slug = (body.type ?? "").replace(/^.*\//, "") || "internal";
    this.status = status;
    this.violations = body.violations ?? [];
    this.advice = body.advice ?? "";
    this.clause = body.clause ?? "";
    this.requestId = body.request_id ?? "";
    this.current = body.current ?? null;
  }

  /** What to show where only one line is free: message, what to do, basis, and the request id when it is the system's own fault. */
  get line(): string {
    const advice = this.advice && !this.message.includes(this.advice) ? `。怎么办：${this.advice}` : "";
    const clause = this.clause ? `（依据：${this.clause}）` : "";
    return this.message + advice + clause + (this.status >= 500 && this.requestId ? `（请求号 ${this.requestId}）` : "");
  }
}

/** The problem for a request that got no answer at all. */
export function unreachable(): Problem {
  return new Problem(0, {
    type: "/problems/unreachable",
    detail: "连接不上服务器，录入的内容仍在页面上，请检查网络后重试",
    clause: "系统规则 6：没有办成的，内容不丢失",
  });
}

/** The problem for a request that was sent and not answered in time: nobody knows whether it was done. */
export function tooSlow(seconds: number): Problem {
  return new Problem(0, {
    type: "/problems/timeout",
    detail: `服务器在 ${seconds} 秒内没有答复，不能确定是否已办理；录入的内容仍在页面上，请稍后重试，重试不会重复办理`,
    clause: "系统规则 6：没有办成的，内容不丢失",
  });
}

/** Whether the answer was lost: the server may or may not have done what was asked. */
export const isLost = (error: unknown): boolean => error instanceof Problem && (error.status === 0 || error.status >= 500);

/** Any caught thing as one line for the user. */
export function lineOf(error: unknown): string {
  if (error instanceof Problem) return error.line;
  const words = error instanceof Error ? error.message : String(error);
  return /\p{Script=Han}/u.test(words) ? words : `操作未成功，录入的内容仍在页面上，请重试；仍出现时请联系管理员（${words}）`; // the browser's own words
}

/** A violation in one line: what is wrong, and what to do (UI-16). */
export const said = (one: Violation): string => (one.advice ? `${one.message}，${one.advice}` : one.message);

/** Any caught thing as one line that also says what to do, where the server told. */
export function adviceOf(error: unknown): string {
  const violations = error instanceof Problem ? error.violations : [];
  return violations.length ? violations.map(said).join("；") : lineOf(error);
}
