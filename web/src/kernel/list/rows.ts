import type { Allowed } from "@/kernel/api/types";

/** A column of a list; `sortable` ones can be the order of the server's answer, one that `grows` takes the width that the others leave, a `number` stands at the right. */
export interface ListColumn {
  name: string;
  label: string;
  sortable: boolean;
  grows?: boolean;
  number?: boolean;
}

/** A page of rows as the server answers it; a `total_capped` total is at least that many. */
export interface ListAnswer<Row> {
  items: Row[];
  total: number;
  total_capped: boolean;
  page: number;
  size: number;
}

/** Which page is asked for, how long, and in which order: a column's name, "-" before it for descending. */
export interface Turn {
  page: number;
  size: number;
  sort: string;
}

/** Whether a row can be ticked, and why not. */
export type MayTick<Row> = (row: Row) => Allowed;
