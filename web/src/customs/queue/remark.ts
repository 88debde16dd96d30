/** 审核意见: what may be written for a company, with the server's own words; the server checks again and is the judge. */
import type { Decision } from "../api";
import { longerThan } from "../length";

const MOST = 500; // characters, as customs' server takes them

/** What is wrong with a remark whatever is decided; "" where nothing is. It is never cut: the company would read half a sentence. */
export const tooLong = (remark: string): string => longerThan("审核意见", remark.trim(), MOST, "请精简");

/** Why a decision cannot be taken with this remark; "" where it can. */
export function wrongRemark(decision: Pick<Decision, "title" | "needs_remark">, remark: string): string {
  if (decision.needs_remark && !remark.trim()) return `${decision.title}时必须填写审核意见`;
  return tooLong(remark);
}
