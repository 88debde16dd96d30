import { call } from "@/kernel/api/client";
import type { ListAnswer, Turn } from "@/kernel/list/rows";

/** One working time of a port on a day; a day with a break has several. Of a `provisional` month customs may think again. */
export interface WorkingTime {
  port: string;
  port_name: string;
  day: string;
  weekday: string;
  begins: string;
  ends: string;
  provisional: boolean;
}

/** A page of working times; `nothing` says what to do where there are none. */
export interface WorkingTimes extends ListAnswer<WorkingTime> {
  nothing: string;
}

/** The conditions as they stand in the boxes. */
export type Question = Record<"day_from" | "day_to" | "port", string>;

export const findWorkingTimes = (question: Question, { page, size }: Turn): Promise<WorkingTimes> =>
  call("GET", "/api/appointment/working-time", { query: { ...question, page, size } });
