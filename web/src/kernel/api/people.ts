/** Registration, the own account, the company's accounts, and system administration (PORT-09, PORT-10). */
import { call } from "./client";
import type {
  AccountLog, BusinessClock, CardAnswer, CardChallenge, CompanyAccount, CompanyAccounts, Logins, NewAccount,
  RegistrationCompany, RegistrationForm, SystemAccount, SystemCompanies, UnreadMessage,
} from "./types";

type Solved = { captcha_id: string; captcha: string };
type Signed = { challenge: string; signature: string };

export const companyOfCard = (certificate: string): Promise<RegistrationCompany> =>
  call("POST", "/api/registration/card", { body: { certificate } });
export const prepareRegistration = (body: RegistrationForm & Solved): Promise<CardChallenge> =>
  call("POST", "/api/registration/prepare", { body });
export const register = (body: RegistrationForm & Signed): Promise<{ username: string }> =>
  call("POST", "/api/registration", { body });

export const changePassword = (old: string, password: string): Promise<void> =>
  call("POST", "/api/account/password", { body: { old, password } });
export const getLogins = (before?: number): Promise<Logins> => call("GET", "/api/account/logins", { query: { before } });

/** Where a card is bound: to the own account, or to a colleague's. */
export const cardAddress = (id: number | null): string =>
  id === null ? "/api/account/card" : `/api/company/accounts/${id}/card`;
export const challengeBinding = (address: string, certificate: string): Promise<CardChallenge> =>
  call("POST", `${address}/challenge`, { body: { certificate } });
export const bindCard = (address: string, body: CardAnswer): Promise<unknown> => call("POST", address, { body });

const ofAccount = (id: number, what: string): string => `/api/company/accounts/${id}/${what}`;
export const getAccounts = (page: number): Promise<CompanyAccounts> => call("GET", "/api/company/accounts", { query: { page } });
export const addAccount = (body: NewAccount): Promise<CompanyAccount> => call("POST", "/api/company/accounts", { body });
export const setRole = (id: number, role: CompanyAccount["role"]): Promise<CompanyAccount> =>
  call("PUT", ofAccount(id, "role"), { body: { role } });
export const setActive = (id: number, active: boolean): Promise<CompanyAccount> =>
  call("PUT", ofAccount(id, "active"), { body: { active } });
export const resetPassword = (id: number, password: string): Promise<void> =>
  call("PUT", ofAccount(id, "password"), { body: { password } });
export const unbindCard = (id: number): Promise<CompanyAccount> => call("DELETE", ofAccount(id, "card"));
export const getAccountLog = (before?: number): Promise<AccountLog> => call("GET", "/api/company/log", { query: { before } });

export const findCompanies = (q: string, page: number): Promise<SystemCompanies> =>
  call("GET", "/api/system/companies", { query: { q, page } });
export const getAccountsOf = (company: number): Promise<{ items: SystemAccount[] }> =>
  call("GET", `/api/system/companies/${company}/accounts`);
export const setCompanyActive = (id: number, active: boolean): Promise<void> =>
  call("PUT", `/api/system/companies/${id}/active`, { body: { active } });
export const setAccountActive = (id: number, active: boolean): Promise<void> =>
  call("PUT", `/api/system/accounts/${id}/active`, { body: { active } });
export const unlockAccount = (id: number): Promise<void> => call("POST", `/api/system/accounts/${id}/unlock`, { body: {} });
export const getUnread = (): Promise<{ items: UnreadMessage[] }> => call("GET", "/api/system/messages");
export const tryAgain = (id: number): Promise<void> => call("POST", `/api/system/messages/${id}/again`, { body: {} });
export const getClock = (): Promise<BusinessClock> => call("GET", "/api/system/clock");
