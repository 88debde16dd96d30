import type { Allowed, Violation } from "@/kernel/api/types";
import type { ListAnswer } from "@/kernel/list/rows";

/** A list that may be merged, and until when (CONS-13). */
export interface Candidate {
  number: string; list_no: string; district: string; district_name: string; nature_name: string; ie_flag: string; book_no: string;
  trade_mode: string; transport_mode_name: string; declared_on: string; accepted_on: string; items: number; packages: string;
  gross_weight: string; net_weight: string; total: string; currency: string; merge_by: string;
  standing: "" | "overdue" | "refused"; message: string; may: Allowed;
}

/** An item of a list, and the item of the declaration that holds it. */
export interface Related { list_number: string; list_item: number; item: number }

/** A declaration as the merge would make it. */
export interface Foreseen {
  declarant_code: string; declarant_name: string; month: string; head: Record<string, string>; goods: Record<string, string>[];
  lists: string[]; relations: Related[];
}

/** What a merge would come to; nothing of it is done yet. */
export interface MergePreview {
  declarations: Foreseen[]; warnings: Violation[]; lists: number; items_before: number; items_after: number; total_before: string; total_after: string;
}

export interface Agent { code: string; name: string; scc: string }

/** A 汇总 as it was asked for, and what came of it. */
export interface Batch {
  id: number; clicked_at: string; lists: number; state: "waiting" | "done" | "partly" | "failed"; state_name: string;
  declarations: { number: string }[]; skipped: { number: string; why: string }[];
}

export interface DeclarationRow {
  number: string; entry_no: string; ie_flag: string; district_name: string; declared_on: string; trade_mode: string; consignee_name: string;
  declarant_name: string; items: number; total: string; currency: string; status: string; status_name: string; may: { declare: Allowed; print: Allowed };
}

export interface RelationRow {
  list_number: string; list_no: string; list_item: number; declaration_number: string; entry_no: string; declaration_item: number;
  code: string; name: string; quantity: string; unit: string; total: string;
}

/** A line of 集报清单业务统计, or its totals. */
export interface StatisticsLine {
  district: string; district_name: string; ie_flag: string; nature: string; nature_name: string; trade_mode: string; lists: number; items: number;
  packages: string; gross_weight: string; net_weight: string; currency: string; total: string; merged: number; unmerged: number; declarations: number;
}
export interface Counted { lines: StatisticsLine[]; total: StatisticsLine }

/** What ends on a day. */
export interface Deadline { day: string; kind: "merge" | "guarantee" | "qualification"; title: string; number: string; type: string; days_left: number; count: number }

export type Page<Row> = ListAnswer<Row>;
