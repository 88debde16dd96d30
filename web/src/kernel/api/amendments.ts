import { call } from "./client";
import type { AmendmentsPage, View } from "./types";

const at = (type: string): string => `/api/amendments/${encodeURIComponent(type)}`;

/** @param asked action (obligatory), status, number, document, from, to, page, size */
export const findAmendments = (type: string, asked: Record<string, string | number>): Promise<AmendmentsPage> =>
  call("GET", at(type), { query: asked });

/** An amendment on the form of its document, to be looked at: what it asked for, and what was in force then. */
export const openAmendment = (type: string, number: string): Promise<View> => call("GET", `${at(type)}/${encodeURIComponent(number)}`);
