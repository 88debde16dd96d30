/** Names for the shapes of the chapter's API, below `/api/declarations`; they are generated from the server (`npm run api`). */
import type { components } from "@/kernel/api/schema";

type Schemas = components["schemas"];

/** A page of closed declarations of the company, and the numbers that were asked for and are not among them. */
export type ClosedPage = Schemas["ClosedAnswer"];
export type Closed = Schemas["ClosedView"];
export type Missing = Schemas["MissingView"];
/** All numbers of a result, as many as one application takes. */
export type AllNumbers = Schemas["NumbersAnswer"];
/** What stands in a file of numbers; a problem that is a `doubt` names a number that was taken all the same. */
export type NumbersFound = Schemas["NumberFileAnswer"];

/** What is applied for: 自助打印报关单证申请 or 结关后报关单数据导出申请. */
export type Kind = Outcome["kind"];

/** An application as it is signed. */
export interface Wanted {
  kind: Kind;
  sealed: boolean;
  numbers: string[];
}

/** What came of an application; the refused declarations stand first. */
export type Outcome = Schemas["AppliedAnswer"];
/** How far an application is. */
export type Application = Schemas["ApplicationProgress"];

export type ResultsPage = Schemas["ResultsAnswer"];
/** One declaration of an application: a layout file, or its share of the exported data. */
export type Result = Schemas["ResultView"];
export type LogEntry = Schemas["OperationView"];
