/** A day and a time as one value, YYYY-MM-DD HH:MM in Chinese time: read as the server does (`singlewindow/kernel/definition/moments.py`). */

import { isDay } from "../date/canonical";

const DIGITS = /^(\d{4})(\d{2})(\d{2})[ T]*(\d{2}):?(\d{2})?$/;
const WRITTEN = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})(?:日[ T]*|[ T]+)(?=\d{4}$|\d{1,2}(?!\d))(\d{1,2})(?:[:时]?(\d{2})分?(?::00)?|时)?$/;
const SHAPE = /^(\d{4}-\d{2}-\d{2}) (\d{2}):(\d{2})$/;

/** The one way of writing a moment; what is none is answered as it is, without blanks around it. */
export function canonical(text: string): string {
  const plain = text.normalize("NFKC").trim();
  const [, year, month = "", day = "", hour = "", minute = "00"] = DIGITS.exec(plain) ?? WRITTEN.exec(plain) ?? [];
  return year ? `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")} ${hour.padStart(2, "0")}:${minute}` : plain;
}

/** Whether a canonical text names a moment: a day from 1900 to 2200, and an hour from 00 to 23. */
export function isMoment(text: string): boolean {
  const parts = SHAPE.exec(text);
  if (!parts) return false;
  const [day, hour, minute] = [parts[1]!, Number(parts[2]), Number(parts[3])];
  return isDay(day) && hour < 24 && minute < 60;
}

/** The moment that a text half-typed in a box already names, canonical, or "": a single digit may be half an hour's number. */
export function wholeMoment(text: string): string {
  const value = canonical(text);
  return isMoment(value) && /(\d\d|[时分])$/.test(text.normalize("NFKC").trim()) ? value : "";
}
