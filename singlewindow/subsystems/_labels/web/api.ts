/** The chapter's routes. Of a chapter that is always served, the shapes stand in the generated types (`schema.d.ts`). */
import { call } from "@/kernel/api/client";
import type { PreparedAct, Signed } from "@/kernel/api/types";
import type { ListAnswer, Turn } from "@/kernel/list/rows";

const BASE = "/api/_labels";

export interface Parcel {
  number: string;
  arrived_on: string;
  weight: string | null;
}

/** An order: how many of its labels are ready. */
export interface Order {
  id: number;
  state: "queued" | "running" | "done" | "stopped" | "failed";
  total: number;
  ready: number;
}

export type Days = Record<"arrived_from" | "arrived_to", string>;

export const findParcels = (days: Days, { page, size }: Turn): Promise<ListAnswer<Parcel>> =>
  call("GET", `${BASE}/parcels`, { query: { ...days, page, size } });

export const prepareOrder = (numbers: string[], card: string): Promise<PreparedAct> =>
  call("POST", `${BASE}/orders/prepare`, { body: { numbers, card_no: card } });

export const placeOrder = (signed: Signed): Promise<Order> => call("POST", `${BASE}/orders`, { body: signed });

export const getOrder = (id: number): Promise<Order> => call("GET", `${BASE}/orders/${id}`);

export const labelAddress = (id: number, number: string): string => `${BASE}/orders/${id}/labels/${encodeURIComponent(number)}`;
