import { call } from "./client";
import type { Autosave, Typed } from "./types";

const at = (type: string, key?: string): string =>
  `/api/autosaves/${encodeURIComponent(type)}` + (key === undefined ? "" : `/${key}`);

/**
 * What this account typed and did not save: for a document, or (null) in new forms of the type; the newest first.
 * @param amendment the action in whose form it was typed, "" for the document's own
 */
export async function getAutosaves(type: string, number: string | null, amendment = ""): Promise<Autosave[]> {
  const query = { ...(number && { number }), ...(amendment && { for: amendment }) };
  return (await call<{ items: Autosave[] }>("GET", at(type), { query })).items;
}

/** @param leaving the page is being left: the request goes on without it */
export const keepAutosave = (type: string, key: string, typed: Typed, leaving: boolean): Promise<{ saved_at: string }> =>
  call("PUT", at(type, key), { body: typed, keepalive: leaving });

export const dropAutosave = (type: string, key: string): Promise<void> => call("DELETE", at(type, key));
