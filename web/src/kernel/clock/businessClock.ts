import { ref } from "vue";
import { call } from "@/kernel/api/client";

/** What the server says of the business time; it differs from the real one in training only. */
export interface ClockAnswer {
  now: string;
  real: boolean;
  frozen: boolean;
}

let told: (ClockAnswer & { heard: number }) | null = null;
/** The hour of the business time as the server said it last; another one when time went on, or the clock was moved. */
export const businessHour = ref("");
let asking: Promise<ClockAnswer> | null = null;

/** Asks the server for the business time. @param url of the portal or of customs */
export async function learnClock(url = "/api/clock"): Promise<ClockAnswer> {
  asking ??= call<ClockAnswer>("GET", url).finally(() => (asking = null));
  const answer = await asking;
  told = { ...answer, heard: Date.now() };
  businessHour.value = answer.now.slice(0, "2026-11-26T09".length);
  return answer;
}

/** The business time by what the server said last; the computer's own time before it said anything. */
export function businessNow(): Date {
  if (!told || told.real) return new Date();
  return new Date(Date.parse(told.now) + (told.frozen ? 0 : Date.now() - told.heard));
}

/** A real moment (RFC 3339) as the business clock counts it: as long ago by that clock as it is in truth. */
export function inBusinessTime(real: string): string {
  return told && !told.real ? new Date(businessNow().valueOf() - Math.max(0, Date.now() - Date.parse(real))).toISOString() : real;
}

/** The business time once the server has told it; the computer's own where it does not answer. */
export async function askBusinessNow(): Promise<Date> {
  if (!told) await learnClock().catch(() => undefined);
  return businessNow();
}
