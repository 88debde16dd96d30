import { call } from "@/kernel/api/client";
import type { components } from "@/kernel/api/schema";
import type { Turn } from "@/kernel/list/rows";
import type { Question } from "@/kernel/query/useBoxValues";

type Schemas = components["schemas"];

/** One working time of a port on a day; a day with a break has several. Of a `provisional` month customs may think again. */
export type WorkingTime = Schemas["WorkingTime"];
/** A page of working times; `nothing` says what to do where there are none. */
export type WorkingTimes = Schemas["WorkingTimesAnswer"];

export const findWorkingTimes = (question: Question, { page, size }: Turn): Promise<WorkingTimes> =>
  call("GET", "/api/appointment/working-time", { query: { ...question, page, size } });
