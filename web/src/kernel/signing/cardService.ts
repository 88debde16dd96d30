import { CardClient, type CardOwner } from "@/kernel/card/client";
import { CardProblem } from "@/kernel/card/problem";
import { config } from "@/kernel/session";

let client: CardClient | null = null;

/** The one connection of this page to the card service on the user's computer. */
export function cardClient(): CardClient {
  client ??= new CardClient(config.value.card_url);
  return client;
}

/** The page of the card service itself. */
export const readerPage = (): string => `${config.value.card_url.replace(/^ws/, "http")}/`;

/** The card that signs must be the account's own (PORT-05). @throws {CardProblem} with both numbers */
export function mustBeBound(card: CardOwner, bound: string | null): void {
  if (card.number === bound) return;
  const message = `当前卡号 ${card.number} 与用户注册信息卡号 ${bound ?? "（未绑定）"} 不一致，无法进行申报`;
  throw new CardProblem("failed", message, "。请插入当前账号所绑定的卡后重试。");
}
