import { call, download } from "./client";
import type {
  Content, Definition, Deleted, Figures, FoundPage, History, Lookup, Prepared, PreparedUpload, Receipts, Signed, Upload, View,
} from "./types";

const at = (type: string, number?: string): string =>
  `/api/documents/${encodeURIComponent(type)}` + (number === undefined ? "" : `/${encodeURIComponent(number)}`);

const ifMatch = (version: number): Record<string, string> => ({ "If-Match": `"${version}"` });

const definitions = new Map<string, Promise<Definition>>();

/** A type's definition; asked for once per page load, again after a failure. */
export function getDefinition(type: string): Promise<Definition> {
  let found = definitions.get(type);
  if (!found) {
    found = call<Definition>("GET", `/api/definitions/${encodeURIComponent(type)}`);
    definitions.set(type, found);
    found.catch(() => definitions.delete(type));
  }
  return found;
}

/** @param preset the values of the fields that the menu gives */
export const emptyDocument = (type: string, preset: Record<string, string> = {}): Promise<View> =>
  call("GET", `${at(type)}/new`, { query: preset });

/** @param amendment the action that amends what is in force, in whose form it is opened; "" for the document itself */
export const openDocument = (type: string, number: string, amendment = ""): Promise<View> =>
  call("GET", at(type, number), amendment ? { query: { for: amendment } } : {});

/** @param tab the key of the tab's autosave, which the server takes away with the same stroke */
export const createDocument = (type: string, content: Content, key: string, tab: string): Promise<View> =>
  call("POST", at(type), { body: { content }, headers: { "Idempotency-Key": key, "Autosave-Key": tab } });

export const saveDocument = (type: string, number: string, version: number, content: Content, tab: string): Promise<View> =>
  call("PUT", at(type, number), { body: { content }, headers: { ...ifMatch(version), "Autosave-Key": tab } });

export const saveAmendment = (
  type: string, number: string, version: number, body: { action: string; content: Content }, tab: string,
): Promise<View> => call("PUT", `${at(type, number)}/amendment`, { body, headers: { ...ifMatch(version), "Autosave-Key": tab } });

export const deleteAmendment = (type: string, number: string, version: number): Promise<void> =>
  call("DELETE", `${at(type, number)}/amendment`, { headers: ifMatch(version) });

export const deleteDocument = (type: string, number: string, version: number): Promise<void> =>
  call("DELETE", at(type, number), { headers: ifMatch(version) });

export const deleteDocuments = (type: string, numbers: string[]): Promise<Deleted> =>
  call("POST", `${at(type)}/delete`, { body: { numbers } });

/** @param body `amending`: the action on whose form it is; "" for the document's own */
export const lookUp = (type: string, body: { field: string; content: Content; number: string | null; amending: string }): Promise<Lookup> =>
  call("POST", `${at(type)}/lookup`, { body });

export const prepareAction = (
  type: string, number: string, version: number, body: { action: string; card_no: string },
): Promise<Prepared> => call("POST", `${at(type, number)}/prepare`, { body, headers: ifMatch(version) });

export const submitAction = (type: string, number: string, signed: Signed): Promise<View> =>
  call("POST", `${at(type, number)}/submit`, { body: signed });

export const prepareUpload = (type: string, number: string, body: Upload): Promise<PreparedUpload> =>
  call("POST", `${at(type, number)}/attachments/prepare`, { body });

/** Sends the signed file; the order of the parts is token, signature, certificate, file. */
export function uploadAttachment(type: string, number: string, signed: Signed, file: File): Promise<View> {
  const form = new FormData();
  form.set("token", signed.token);
  form.set("signature", signed.signature);
  form.set("certificate", signed.certificate);
  form.set("file", file, file.name);
  return call("POST", `${at(type, number)}/attachments`, { form, seconds: 120 });
}

export const attachmentAddress = (type: string, number: string, id: number): string =>
  `${at(type, number)}/attachments/${id}`;

export const deleteAttachment = (type: string, number: string, id: number): Promise<View> =>
  call("DELETE", attachmentAddress(type, number, id));

export const getReceipts = (type: string, number: string): Promise<Receipts> =>
  call("GET", `${at(type, number)}/receipts`);

export const getHistory = (type: string, number: string): Promise<History> =>
  call("GET", `${at(type, number)}/history`);

export const getEvidence = (type: string, number: string): Promise<Blob> =>
  download(`${at(type, number)}/evidence`);

export const getPrint = (type: string, number: string, name: string, signal: AbortSignal): Promise<Blob> =>
  download(`${at(type, number)}/prints/${encodeURIComponent(name)}`, signal);

/** @param column the columns to be printed */
export const getListPrint = (type: string, query: Record<string, string | undefined>, column: string[], signal: AbortSignal): Promise<Blob> => {
  const asked = new URLSearchParams(Object.entries(query).filter((one): one is [string, string] => !!one[1]));
  for (const name of column) asked.append("column", name);
  return download(`${at(type)}/list/print?${asked}`, signal);
};

export const findDocuments = (type: string, query: Record<string, string | number | undefined>): Promise<FoundPage> =>
  call("GET", at(type), { query });

/** A question for statistics: the conditions as typed, and the dimensions. */
export interface StatisticsQuestion {
  by: string[];
  conditions: Record<string, string>;
}

const statisticsAt = (type: string, path: string, { by, conditions }: StatisticsQuestion): string => {
  const asked = [...by.map((name) => ["by", name]), ...Object.entries(conditions).filter(([, value]) => value)];
  return `${at(type)}/statistics${path}?${new URLSearchParams(asked)}`;
};

export const getStatistics = (type: string, question: StatisticsQuestion): Promise<Figures> =>
  call("GET", statisticsAt(type, "", question));

export const getStatisticsPrint = (type: string, question: StatisticsQuestion, signal: AbortSignal): Promise<Blob> =>
  download(statisticsAt(type, "/print", question), signal);

export const getStatisticsFile = (type: string, question: StatisticsQuestion): Promise<Blob> =>
  download(statisticsAt(type, "/export", question));
