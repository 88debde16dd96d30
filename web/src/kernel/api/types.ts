/**
 * Names for the shapes of the portal's HTTP API. `schema.d.ts` is generated from the server (`npm run api`);
 * here stands only what OpenAPI cannot say: what a free object holds, and that a number is one of few.
 * Moments are RFC 3339 with an offset, dates YYYY-MM-DD, decimals strings, bytes standard Base64.
 */
import type { Condition } from "@/kernel/conditions";
import type { components } from "./schema";

type Schemas = components["schemas"];

/** `Shape` with some members described more closely; each must exist and fit what the server says. */
type Narrowed<Shape, Closer extends Fits<Shape, Closer>> = Omit<Shape, keyof Closer> & Closer;
type Fits<Shape, Closer> = { [Name in keyof Closer]: Name extends keyof Shape ? Shape[Name] : never };

export type Config = Schemas["Config"];
export type Captcha = Schemas["CaptchaAnswer"];
export type Session = Schemas["SessionView"];
export type CardChallenge = Schemas["ChallengeAnswer"];
export type PasswordLogin = Schemas["PasswordBody"];
export type CardLogin = Schemas["CardBody"];

export type Right = Schemas["RightView"];
export type RegistrationCompany = Schemas["CompanyOfCard"];
export type RegistrationForm = Omit<Schemas["RegistrationBody"], "challenge" | "signature">;
export type CardAnswer = Schemas["CardAnswerBody"];
export type Login = Schemas["LoginView"];
export type Logins = Schemas["LoginsAnswer"];
export type CompanyAccount = Schemas["AccountRow"];
export type CompanyAccounts = Schemas["AccountsAnswer"];
export type NewAccount = Schemas["NewAccountBody"];
export type AccountLog = Schemas["LogAnswer"];
export type AccountLogEntry = Schemas["EntryView"];
export type ApiToken = Schemas["TokenView"];
export type ApiTokens = Schemas["TokensAnswer"];
export type MadeToken = Schemas["MadeToken"];
export type NewToken = Schemas["TokenBody"];
export type TokenUses = Schemas["TokenUsesAnswer"];
export type Webhook = Schemas["WebhookView"];
export type Webhooks = Schemas["WebhooksAnswer"];
export type WebhookSecret = Schemas["WebhookSecret"];
export type NewWebhook = Schemas["WebhookBody"];
export type WebhookChange = Schemas["WebhookChangeBody"];
export type Replay = Partial<Schemas["ReplayBody"]>;
export type Delivery = Schemas["DeliveryView"];
export type DeliveryState = Delivery["state"];
export type Deliveries = Schemas["DeliveriesAnswer"];
export type SystemCompany = Schemas["SystemCompany"];
export type SystemCompanies = Schemas["SystemCompanies"];
export type SystemAccount = Schemas["SystemAccount"];
export type UnreadMessage = Schemas["UnreadMessage"];
export type BusinessClock = Schemas["SystemClock"];

export type MenuItem = Schemas["MenuView"];
export type Application = Schemas["ApplicationView"];
export type ApplicationGroup = Schemas["GroupView"];
export type Applications = Schemas["Applications"];

export type CodeItem = Schemas["CodeItem"];
export type CodeDetails = Schemas["CodeDetails"];
export type CodePage = Schemas["CodeAnswer"];

export type FieldKind = Field["kind"];
/** Label and hint of a field while a condition holds. */
export type Variant = Narrowed<Schemas["VariantView"], { when: Condition }>;
export type Field = Narrowed<Schemas["FieldView"], {
  required: boolean | Condition;
  disabled: boolean | Condition;
  span: 1 | 2 | 3;
  variants: Variant[];
  narrowed: Record<string, Condition>;
}>;
export type Section = Narrowed<Schemas["SectionView"], { fields: Field[] }>;
export type Lines = Narrowed<Schemas["LinesView"], { fields: Field[]; waits: Condition | boolean }>;
export type AttachmentRules = Schemas["AttachmentsView"];
export type State = Schemas["StateView"];
export type ActionDefinition = Schemas["ActionDefinition"];
/** A `span` is asked as `<name>_from` and `<name>_to`, dates. */
export type QueryCondition = Schemas["ConditionView"];
export type StatisticsDefinition = Schemas["StatisticsView"];
export type Figures = Schemas["FiguresAnswer"];
export type QueryColumn = Schemas["ColumnView"];
export type RowAction = Schemas["RowActionView"];
export type Category = Schemas["CategoryView"];
export type Definition = Narrowed<Schemas["Definition"], { sections: Section[]; lines: Lines[] }>;

export type Row = Record<string, string>;
export type Content = Record<string, string | Row[]>;

/** What stands in a row editor: a row, the index of the row that it corrects, or of the one it goes before. */
export interface RowDraft {
  row: Row;
  at: number | null;
  before: number | null;
}
/** What a tab's form holds and nobody has saved. */
export interface Typed {
  number: string | null;
  /** The action in whose form it was typed (变更), "" for the form of the document itself. */
  amendment: string;
  base_version: number;
  content: Content;
  drafts: Record<string, RowDraft>;
}
export type Autosave = Narrowed<Schemas["AutosaveView"], Typed>;

export type Allowed = Schemas["ActionView"];
export type Attachment = Schemas["AttachmentView"];
export type View = Narrowed<Schemas["View"], { content: Content; in_force: Content | null }>;
/** What is wrong; with the level `warning` what is doubtful, which refuses nothing. */
export type Violation = Omit<Schemas["ViolationBody"], "level" | "alert"> & { level?: "error" | "warning"; alert?: boolean };
/** What is said at a field while it is filled in; its offers type values. */
export type Notice = Schemas["Notice"];
export type Offer = Schemas["Offer"];
export type Lookup = Narrowed<Schemas["LookupAnswer"], { content: Record<string, string>; rows: Record<string, Row[]>; brought: Row }>;
export type Prepared = Narrowed<Schemas["PrepareAnswer"], { content: Content }>;
/** What is to be signed of an act of a chapter's own. */
export type PreparedAct = Schemas["PrepareAnswer"];
export type Signed = Schemas["SubmitBody"];
export type Upload = Schemas["UploadBody"];
export type PreparedUpload = Schemas["UploadAnswer"];
export type Receipt = Schemas["ReceiptView"];
export type Receipts = Schemas["ReceiptsAnswer"];

export type HistoryEntry = Schemas["EventView"];
export type History = Schemas["HistoryAnswer"];
export type Change = Schemas["Change"];
export type NewsItem = Schemas["NewsItem"];
export type NewsPage = Schemas["NewsAnswer"];
export type Reminder = Schemas["ReminderItem"];
export type Reminders = Schemas["RemindersAnswer"];

export type Found = Schemas["SearchRow"];
export type FoundPage = Schemas["SearchAnswer"];
export type Deleted = Schemas["DeletedAnswer"];
export type Amendment = Schemas["AmendmentRow"];
export type AmendmentsPage = Schemas["AmendmentsAnswer"];

export type StoredFile = Schemas["FileView"];
export type Job = Schemas["JobView"];
export type StartJob = Schemas["JobBody"];
/** What is wrong in a place of a file; in a workbook `row` and `column` are as the spreadsheet shows them, `place` says it in one word. */
export interface CellFinding {
  place?: string;
  sheet: string;
  row: number;
  column: string;
  head: string;
  value: string;
  message: string;
  advice: string;
  clause: string;
}
/** A document of a file that was refused: its 序号, its sender's own number, and every place that is wrong. */
export type Refusal = Narrowed<Schemas["FailureView"], { data: { key: string; sender?: string; findings: CellFinding[] } }>;
/** A document type by its title. */
export type DocumentTypeView = Schemas["TypeView"];
export type FormTemplate = Schemas["TemplateView"];
export type FormTemplates = Schemas["TemplatesAnswer"];
export type FilledTemplate = Narrowed<Schemas["FilledTemplate"], { content: Content }>;

/** A refusal. Who stands between may answer less; `stale-version` brings what is stored now. */
export type ProblemBody = Partial<Omit<Schemas["ProblemBody"], "violations">> & { violations?: Violation[]; current?: View };
