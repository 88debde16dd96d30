export type CardProblemKind =
  | "no-service" // the card service does not run, refuses this site, or went away
  | "no-card"
  | "removed" // pulled out or exchanged half-way
  | "wrong-pin"
  | "locked"
  | "unreadable"
  | "failed"; // anything else: the service's own words stand in the message

/** Why the card service did not do what was asked (PORT-05). */
export class CardProblem extends Error {
  /**
   * @param message what happened, a Chinese sentence
   * @param advice what the user can do, a Chinese sentence, or ""
   * @param triesLeft how many PINs may still be tried; null when that is not the question
   */
  constructor(
    readonly kind: CardProblemKind,
    message: string,
    readonly advice: string,
    readonly triesLeft: number | null = null,
  ) {
    super(message);
    this.name = "CardProblem";
  }

  /** What happened and what to do, in one text. */
  get text(): string {
    return this.message + this.advice;
  }
}

const KINDS: Record<string, CardProblemKind> = {
  "Err:Base60010": "no-card",
  "Err:Base60011": "removed",
  "Err:Base60020": "wrong-pin",
  "Err:Base60021": "locked",
  "Err:Base60030": "unreadable",
};

/**
 * The problem that an answer of the service tells.
 * @param text the service's words: what happened up to the first 。 and what to do after it
 * @param data for a wrong PIN, data[0] is the number of tries left
 */
export function problemOf(text: string, code: string, data: string[]): CardProblem {
  const kind = KINDS[code] ?? "failed";
  const end = text.indexOf("。") + 1 || text.length;
  const told = data[0] === undefined ? null : Number(data[0]);
  const triesLeft = kind === "wrong-pin" ? told : kind === "locked" ? 0 : null;
  return new CardProblem(kind, text.slice(0, end) || "读卡服务没有说明原因。", text.slice(end), triesLeft);
}

export const noService = (message: string): CardProblem =>
  new CardProblem("no-service", message, "请启动读卡服务后重试；如已启动，请确认它允许本网站使用，并在浏览器询问是否允许访问本机（本地网络）时选择允许。");
