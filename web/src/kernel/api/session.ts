import { call } from "./client";
import type { ApplicationGroup, Captcha, CardChallenge, Config, Session } from "./types";

export const getConfig = (): Promise<Config> => call("GET", "/api/config");
export const getCaptcha = (): Promise<Captcha> => call("GET", "/api/captcha");
export const getSession = (): Promise<Session> => call("GET", "/api/session");
export const endSession = (): Promise<void> => call("DELETE", "/api/session");

export interface PasswordLogin {
  username: string;
  password: string;
  captcha_id: string;
  captcha: string;
}

export const loginByPassword = (body: PasswordLogin): Promise<Session> =>
  call("POST", "/api/session/password", { body });

export const challengeCard = (): Promise<CardChallenge> =>
  call("POST", "/api/session/card/challenge", { body: {} });

export const loginByCard = (body: { challenge: string; certificate: string; signature: string }): Promise<Session> =>
  call("POST", "/api/session/card", { body });

export const getApplications = (): Promise<{ groups: ApplicationGroup[] }> => call("GET", "/api/applications");
