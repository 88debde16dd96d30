/** What the page of amendments asks and shows: derived from the type's definition. */
import type { Amendment, Definition, QueryCondition, State } from "@/kernel/api/types";
import { fieldsOf } from "@/kernel/form/content";
import { ALL } from "@/kernel/list/allStates";
import type { ListColumn } from "@/kernel/list/rows";

const WORDS = { draft: "暂存", declared: "已申报", agreed: "海关同意", refused: "海关不同意", failed: "发送失败" };

/** What became of amendments, for the box: its words stand for themselves. */
export const STATUSES: State[] = Object.values(WORDS).map((name) => ({ code: name, name, waiting: false }));

const condition = (name: string, label: string, kind: QueryCondition["kind"], more: Partial<QueryCondition> = {}): QueryCondition => ({
  name, label, kind, codes: null, required: false, max_days: 0, paired: false, choices: [], ...more,
});

/** The boxes: the kind must be chosen. */
export function conditionsOf({ amendments }: Definition): QueryCondition[] {
  const { kinds, kind, number, document } = amendments!;
  const choices = kinds.map(({ label }) => ({ code: label, name: label, needs: [] }));
  return [
    condition("action", kind, "role", { required: true, choices }),
    condition("number", number, "text"),
    condition("document", document, "text"),
    condition("status", "申请状态", "status"),
    condition("asked", "申请日期", "span"),
  ];
}

/** What is asked of the server: its names for the words that were chosen. */
export function questionOf({ amendments }: Definition, values: Record<string, string>): Record<string, string> {
  const { action: kind = "", status = "", ...others } = values;
  const action = amendments!.kinds.find((one) => one.label === kind)?.name ?? "";
  const code = Object.entries(WORDS).find(([, word]) => word === status)?.[0] ?? "";
  return { ...others, action, ...(status && status !== ALL.code ? { status: code } : {}) };
}

/** The columns: numbers, kind, what became of it, what was typed for it alone, and when. */
export function amendmentColumns(definition: Definition): ListColumn[] {
  const { kind, number, document } = definition.amendments!;
  const asked = new Set(definition.actions.flatMap((one) => one.asks));
  const column = (name: string, label: string, sortable = false): ListColumn => ({ name, label, sortable });
  return [
    column("number", number, true), column("document", document, true), column("action_name", kind), column("status", "申请状态", true),
    column("asked_at", "申请日期", true), column("settled_at", "答复日期", true), column("answer", "海关答复"),
    ...fieldsOf(definition).filter((field) => asked.has(field.name)).map(({ label }) => column(`asked/${label}`, label)),
  ];
}

/** How its number opens the form: a saved one to go on with, any other to be looked at, by the end of its number. */
export const modeOf = ({ status, action, number, document }: Amendment): string => (status === "draft" ? action : number.slice(document.length + 1));

/** The number of the amendment that is looked at in this mode of a form; null in any other mode. */
export const amendmentIn = (mode: string, document: string): string | null => (/^[0-9]{2,}$/.test(mode) ? `${document}-${mode}` : null);
