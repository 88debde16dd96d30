/** What a field says by itself, with the server's own words; the server checks again and is the judge. */
import type { CodeItem, Field, Lines, Violation } from "@/kernel/api/types";
import { holds, type Values } from "@/kernel/conditions";
import { canonicalDay, isDay } from "@/kernel/fields/date/canonical";
import { canonical, isMoment } from "@/kernel/fields/moment/canonical";

/** The value as the server will store it: trimmed, full-width signs made plain where the form is strict, a day or a moment in its one way of writing. */
export function tidy(field: Field, value: string): string {
  if (field.kind === "moment") return canonical(value);
  if (field.kind === "date") return canonicalDay(value);
  const trimmed = value.trim();
  const strict = field.pattern !== null || ["code", "decimal"].includes(field.kind);
  const plain = strict && field.kind !== "textarea" ? trimmed.replace(/[！-～]/g, halfWidth) : trimmed;
  return field.upper ? plain.toUpperCase() : plain;
}

const halfWidth = (sign: string): string => String.fromCharCode(sign.charCodeAt(0) - 0xfee0);

export const isDisabled = (field: Field, values: Values, header?: Values): boolean =>
  field.entry === "system" || field.preset || field.source === "header" || holds(field.disabled, values, header);

/** Whether nothing is shown of what stands in the field: another value has disabled it (a row's: unless its table waits). */
export const isHidden = (field: Field, values: Values, header?: Values, lines?: Lines): boolean =>
  holds(field.disabled, values, header) && !(lines && holds(lines.waits, {}, header));

export const isRequired = (field: Field, values: Values, header?: Values): boolean =>
  holds(field.required, values, header);

/** The entries of a code that may not be chosen beside these values. */
export const closedCodes = (field: Field, values: Values, header?: Values): string[] =>
  Object.keys(field.narrowed).filter((code) => !holds(field.narrowed[code]!, values, header));

/** The field with the label and hint that it has beside these values (of a row, with its header). */
export function spoken(field: Field, values: Values, header?: Values): Field {
  const variant = field.variants.find((one) => holds(one.when, values, header));
  return variant ? { ...field, label: variant.label, hint: variant.hint || field.hint } : field;
}

/**
 * The first thing wrong with a field that has been left, or null.
 * @param values the form's fields, or a row's when `header` is given
 */
export function checkField(declared: Field, values: Values, header?: Values): Violation | null {
  if (isDisabled(declared, values, header)) return null;
  const field = spoken(declared, values, header);
  const value = typeof values[field.name] === "string" ? (values[field.name] as string) : "";
  if (value === "") {
    return isRequired(field, values, header) ? missing(field) : null;
  }
  const length = [...value].length;
  if (field.max_length && length > field.max_length && field.kind !== "moment") {
    return violation(field, "field.length", `「${field.label}」至多 ${field.max_length} 个字符，现为 ${length} 个`);
  }
  if (field.pattern && !new RegExp(`^(?:${field.pattern})$`, "u").test(value)) {
    return violation(field, "field.pattern", field.pattern_message || `「${field.label}」格式不正确`);
  }
  if (closedCodes(field, values, header).includes(value)) {
    return violation(field, "field.narrowed", `「${field.label}」在当前填写的内容下不能选代码 ${value}`);
  }
  if (field.kind === "date" && !isDay(value)) return violation(field, "field.date", `「${field.label}」不是有效的日期`);
  if (field.kind === "moment" && !isMoment(value)) return violation(field, "field.moment", `「${field.label}」不是有效的时间`);
  return null;
}

/** Said of a code field whose text names no entry of its table; `unsure`: whether it does could not be found out. */
export const unknownCode = (field: Field, text: string, unsure: boolean): Violation =>
  unsure
    ? { ...violation(field, "field.code", `代码表暂时取不到，「${text}」未能核对`), advice: "请检查网络，稍后在此处再按 Enter 键" }
    : violation(field, "field.code", tooShort(text, field.least_digits) || `没有「${text}」这个代码，请按空格键从列表中选择`);

/** Said of a code field whose text is still looked up, where nothing goes on without it. */
export const soughtCode = (field: Field, text: string): Violation =>
  ({ ...violation(field, "field.code", `「${text}」还在查找`), advice: "请稍候，再点击「确定」" });

/** Why a code field lists nothing yet: from so many digits on Enter does; "" where it may. Words may be searched for as they are. */
export const tooShort = (text: string, least: number): string =>
  least && /^\d*$/.test(text) && text.length < least ? `请录入至少 ${least} 位数字后回车，从列表中选择` : "";

/** The name of a chosen entry, as the field that it fills can hold it. */
export const nameFor = (filled: Field, item: CodeItem): string =>
  filled.max_length ? [...item.name].slice(0, filled.max_length).join("") : item.name;

/** What to do about it is what its hint says beside that it is obligatory, which is said already; hints.cases.json has the cases that the server runs too. */
function missing(field: Field): Violation {
  const how = field.hint.replace(/^必填，?/, "");
  const words = !how || how.startsWith("请") ? how : /^(?:填写|录入|输入|选择|手工|按)/.test(how) ? `请${how}` : `请填写：${how}`;
  return { ...violation(field, "field.required", `「${field.label}」为必填项`), advice: field.advice || words };
}

function violation(field: Field, rule: string, message: string): Violation {
  return { path: field.name, rule, message, advice: field.advice || field.hint, clause: field.clause, source: "field" };
}
