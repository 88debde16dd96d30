/** Names for the shapes of the chapter's routes. */
import type { components } from "@/kernel/api/schema";

type Schemas = components["schemas"];

/** A list that may be merged, and until when (CONS-13). */
export type Candidate = Schemas["CandidateView"];
export type Candidates = Schemas["CandidatesAnswer"];
/** What a merge would come to; nothing of it is done yet. */
export type MergePreview = Schemas["PreviewAnswer"];
/** A declaration as the merge would make it. */
export type Foreseen = Schemas["MergedView"];
export type Agent = Schemas["AgentAnswer"];
/** A 汇总 as it was asked for, and what came of it. */
export type Batch = Schemas["BatchView"];
export type Batches = Schemas["BatchesAnswer"];
export type Clicked = Schemas["ClickedAnswer"];
export type DeclarationRow = Schemas["DeclarationView"];
export type Declarations = Schemas["DeclarationsAnswer"];
export type RelationRow = Schemas["RelatedView"];
export type Relations = Schemas["RelationsAnswer"];
/** A line of 集报清单业务统计, or its totals. */
export type StatisticsLine = Schemas["StatisticsLine"];
export type Counted = Schemas["StatisticsAnswer"];
/** What ends on a day. */
export type Deadline = Schemas["DeadlineView"];
export type Deadlines = Schemas["DeadlinesAnswer"];
