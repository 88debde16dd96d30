import { call } from "./client";
import type { Applications, Captcha, CardChallenge, CardLogin, Config, PasswordLogin, Session } from "./types";

export const getConfig = (): Promise<Config> => call("GET", "/api/config");
export const getCaptcha = (): Promise<Captcha> => call("GET", "/api/captcha");
export const getSession = (): Promise<Session> => call("GET", "/api/session");
export const endSession = (): Promise<void> => call("DELETE", "/api/session");

export const loginByPassword = (body: PasswordLogin): Promise<Session> =>
  call("POST", "/api/session/password", { body });

export const challengeCard = (): Promise<CardChallenge> =>
  call("POST", "/api/session/card/challenge", { body: {} });

export const loginByCard = (body: CardLogin): Promise<Session> =>
  call("POST", "/api/session/card", { body });

export const getApplications = (): Promise<Applications> => call("GET", "/api/applications");
