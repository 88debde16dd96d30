/** What the route of consolidated declaration answers, and its call. */
import type { Decision } from "@/customs/api";
import { call } from "@/kernel/api/client";

export interface DocumentRecord {
  id: number;
  submission_id: number;
  number: string;
  customs_no: string;
  company: string;
  company_name: string;
  trader: string;
  district: string;
  nature_name: string;
  basis: string;
  state: string;
  state_name: string;
  valid_until: string | null;
  accepted_at: string | null;
  changed_at: string;
}

export interface RecordPage {
  total: number;
  total_capped: boolean;
  page: number;
  size: number;
  items: DocumentRecord[];
  states: Record<string, string>;
  types: Record<string, string>;
  decisions: Omit<Decision, "confirms" | "why_not">[];
}

export type RecordFilters = Record<"type" | "state" | "district" | "number", string> & Record<"page" | "size", number>;

export const consolidated = {
  records: (filters: RecordFilters) => call<RecordPage>("GET", "/api/consolidated/records", { query: filters }),
};
