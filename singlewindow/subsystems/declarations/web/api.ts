import { call, fetchFile } from "@/kernel/api/client";
import type { PreparedAct, Signed } from "@/kernel/api/types";
import type { Turn } from "@/kernel/list/rows";
import type { AllNumbers, Application, ClosedPage, LogEntry, NumbersFound, Outcome, ResultsPage, Wanted } from "./shapes";

const AT = "/api/declarations";
const application = (number: string): string => `${AT}/applications/${encodeURIComponent(number)}`;

/** Seconds until the first byte of a file that is made of very many declarations. */
const LONG = 600;

/** Conditions as they stand in the boxes; the numbers one by one. */
export type Question = Record<string, string | string[]>;

export const findClosed = (question: Question, turn: Turn): Promise<ClosedPage> =>
  call("GET", `${AT}/closed`, { query: { ...question, ...turn } });

export const findAllNumbers = (question: Question, sort: string): Promise<AllNumbers> =>
  call("GET", `${AT}/closed/numbers`, { query: { ...question, sort }, seconds: 60 });

/** The numbers in a file of the user's (txt, csv, xlsx). */
export function readNumbers(file: File): Promise<NumbersFound> {
  const form = new FormData();
  form.set("file", file, file.name);
  return call("POST", `${AT}/numbers`, { form, seconds: 60 });
}

export const prepareApplication = (wanted: Wanted & { card_no: string }): Promise<PreparedAct> =>
  call("POST", `${AT}/applications/prepare`, { body: wanted, seconds: 60 });

/** @param key the same key again is the same application */
export const apply = (signed: Signed, key: string): Promise<Outcome> =>
  call("POST", `${AT}/applications`, { body: signed, headers: { "Idempotency-Key": key }, seconds: 60 });

export const getApplication = (number: string): Promise<Application> => call("GET", application(number));

export const stopApplication = (number: string): Promise<Application> => call("POST", `${application(number)}/stop`);

export const resumeApplication = (number: string): Promise<Application> => call("POST", `${application(number)}/resume`);

export const findResults = (question: Question, turn: Turn): Promise<ResultsPage> =>
  call("GET", `${AT}/results`, { query: { ...question, ...turn } });

/** @param purpose what 操作记录 says of it */
export const getPdf = (id: number, purpose: "export" | "print", signal?: AbortSignal): Promise<File> =>
  fetchFile("GET", `${AT}/results/${id}/pdf?for=${purpose}`, signal && { signal });

export const getLog = (id: number): Promise<{ items: LogEntry[]; total: number }> => call("GET", `${AT}/results/${id}/log`);

/** The layout files of several results in one archive. */
export const getArchive = (ids: number[]): Promise<File> => fetchFile("POST", `${AT}/archives`, { body: { ids }, seconds: LONG });

export type DataFormat = "xlsx" | "csv" | "json";

/** All data of an application. @param partial also where some of it could not be generated */
export const getData = (number: string, format: DataFormat, partial: boolean): Promise<File> =>
  fetchFile("GET", `${application(number)}/data?${new URLSearchParams({ format, partial: String(partial) })}`, { seconds: LONG });
