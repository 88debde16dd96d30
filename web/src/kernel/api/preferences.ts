import { call } from "./client";

/** What this account arranged under a key; null when nothing was. */
export const getPreference = async (key: string): Promise<unknown> =>
  (await call<{ value?: unknown }>("GET", `/api/preferences/${encodeURIComponent(key)}`)).value ?? null;

export const setPreference = (key: string, value: unknown): Promise<void> =>
  call("PUT", `/api/preferences/${encodeURIComponent(key)}`, { body: { value }, keepalive: true }); // also of a page that is left at once
