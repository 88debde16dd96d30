import { lineOf, Problem } from "@/kernel/api/problem";
import type { Violation } from "@/kernel/api/types";

/** Why something was refused, one by one, each with what to do and where that is written (UI-16). */
export function reasons(error: unknown): Violation[] {
  if (error instanceof Problem && error.violations.length) return error.violations;
  const [advice, clause] = error instanceof Problem ? [error.advice, error.clause] : ["", ""];
  return [{ path: "", rule: "", message: error instanceof Problem ? error.message : lineOf(error), advice, clause, source: "server" }];
}
