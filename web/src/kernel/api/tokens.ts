/** The company's tokens for its own programs (INTG-01). */
import { call } from "./client";
import { getAccounts } from "./people";
import type { ApiTokens, CompanyAccount, MadeToken, NewToken, TokenUses } from "./types";

const MOST_PAGES = 40;

export const getTokens = (page: number): Promise<ApiTokens> => call("GET", "/api/tokens", { query: { page } });
export const makeToken = (body: NewToken): Promise<MadeToken> => call("POST", "/api/tokens", { body });
export const revokeToken = (id: number): Promise<void> => call("DELETE", `/api/tokens/${id}`);
export const getTokenUses = (id: number, before?: number): Promise<TokenUses> => call("GET", `/api/tokens/${id}/uses`, { query: { before } });

/** The company's accounts, page after page. */
export async function allAccounts(): Promise<CompanyAccount[]> {
  const found: CompanyAccount[] = [];
  for (let page = 1; page <= MOST_PAGES; page++) {
    const { items, total } = await getAccounts(page);
    found.push(...items);
    if (!items.length || found.length >= total) break;
  }
  return found;
}
