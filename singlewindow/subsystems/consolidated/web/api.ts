import { call, download, fetchFile } from "@/kernel/api/client";
import type { Turn } from "@/kernel/list/rows";
import type { Question } from "@/kernel/query/useBoxValues";
import type { Agent, Batches, Candidates, Clicked, Counted, Deadlines, Declarations, MergePreview, Relations } from "./shapes";

const AT = "/api/consolidated";

export const findCandidates = (question: Question, turn: Turn): Promise<Candidates> => call("GET", `${AT}/candidates`, { query: { ...question, ...turn } });

/** What the merge of these lists would make; `declarant_code` "" for the lists' own 申报单位. */
export const previewMerge = (numbers: string[], declarant_code: string): Promise<MergePreview> =>
  call("POST", `${AT}/merges/preview`, { body: { numbers, declarant_code }, seconds: 60 });

export const mergeLists = (numbers: string[], declarant_code: string, key: string): Promise<Clicked> =>
  call("POST", `${AT}/merges`, { body: { numbers, declarant_code }, headers: { "Idempotency-Key": key }, seconds: 60 });

export const getAgent = (code: string): Promise<Agent> => call("GET", `${AT}/agents/${encodeURIComponent(code)}`);

export const getBatches = (): Promise<Batches> => call("GET", `${AT}/merges`, { query: { page: 1, size: 20 } });

export const findDeclarations = (question: Question, turn: Turn): Promise<Declarations> => call("GET", `${AT}/declarations`, { query: { ...question, ...turn } });

export const exportDeclarations = (question: Question): Promise<File> => fetchFile("GET", `${AT}/declarations/export`, { query: question, seconds: 120 });

export const findRelations = (question: Question, { page, size }: Turn): Promise<Relations> =>
  call("GET", `${AT}/relations`, { query: { ...question, page, size } });

export const countLists = (question: Question): Promise<Counted> => call("GET", `${AT}/statistics`, { query: question });

export const printCounted = (question: Question, signal: AbortSignal): Promise<Blob> =>
  download(`${AT}/statistics/print?${new URLSearchParams(question)}`, signal);

export const getDeadlines = (month: string): Promise<Deadlines> => call("GET", `${AT}/deadlines`, { query: { month } });
