import { call, download } from "./client";
import type { DocumentTypeView, Job, Refusal, StartJob, StoredFile } from "./types";

/** Hands in a file for a job. */
export function handIn(file: File): Promise<StoredFile> {
  const form = new FormData();
  form.set("file", file, file.name);
  return call("POST", "/api/files", { form, seconds: 120 });
}

/** @param key the same key again is the same job */
export const startJob = (body: StartJob, key: string): Promise<Job> =>
  call("POST", "/api/jobs", { body, headers: { "Idempotency-Key": key } });

export const getJob = (id: number): Promise<Job> => call("GET", `/api/jobs/${id}`);

/** @param type a document type; none: of all */
export const getJobs = (kind: string, type?: string): Promise<{ items: Job[] }> =>
  call("GET", "/api/jobs", { query: type ? { kind, type } : { kind } });

export const stopJob = (id: number): Promise<Job> => call("POST", `/api/jobs/${id}/stop`);

export const resumeJob = (id: number): Promise<Job> => call("POST", `/api/jobs/${id}/resume`);

export const getRefusals = (id: number, after: number): Promise<{ items: Refusal[] }> =>
  call("GET", `/api/jobs/${id}/failures`, { query: { after } });

export const getResult = (id: number): Promise<Blob> => download(`/api/jobs/${id}/result`);

/** The workbook in which documents of a type are filled in. */
export const getSpreadsheet = (type: string): Promise<Blob> => download(`/api/spreadsheets/${encodeURIComponent(type)}`);

/** The file from which documents of a type are imported by programs, with one of them in it. */
export const getSample = (type: string, format: "json" | "xml"): Promise<Blob> =>
  download(`/api/samples/${encodeURIComponent(type)}?format=${format}`);

/** The document types that the account may enter. */
export const getTypes = (): Promise<{ items: DocumentTypeView[] }> => call("GET", "/api/definitions");
