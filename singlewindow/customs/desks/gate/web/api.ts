/** What the gate's routes answer, and the calls of its pages. */
import { call } from "@/kernel/api/client";

export interface LaneKey {
  id: number;
  created_at: string;
  created_by: string;
  revoked_at: string | null;
  revoked_by: string | null;
}

export interface Lane {
  number: string;
  name: string;
  district: string;
  direction: "I" | "E";
  enabled: boolean;
  tolerance: string;
  keys: LaneKey[];
}

/** Weights in kg and the tolerance in percent are decimal texts; "" where there is none. */
export interface Passage {
  id: number;
  at: string;
  by: string;
  media: string;
  gross: string;
  result: "Y" | "N" | "M";
  result_name: string;
  reason: string;
  /** What unlocking confirms of it; "" where it locked nothing. */
  confirms: string;
  theoretical: string;
  difference: string;
  tolerance: string;
  session_id: string | null;
  trip_number: string | null;
  submission_id: number | null;
}

export interface Trip {
  number: string;
  sure_id: string;
  medium_name: string;
  medium_key: string;
  district: string;
  company_name: string;
  state: string;
  state_name: string;
  gross: string;
  confirmed: string;
  changed_at: string;
  submission_id: number;
}

export interface TripPage {
  total: number;
  total_capped: boolean;
  page: number;
  size: number;
  items: Trip[];
  states: Record<string, string>;
}

export type TripFilters = Record<"state" | "district" | "key", string> & Record<"page" | "size", number>;

export const MEDIA = { VN: "车牌号", VE: "电子车牌号", IC: "IC卡", BC: "条形码" } as const;
export type Medium = keyof typeof MEDIA;
export const DIRECTIONS = { I: "进场", E: "出场" } as const;

const lanes = "/api/gate/lanes";

export const gate = {
  lanes: () => call<Lane[]>("GET", lanes),
  passages: (lane: string) => call<Passage[]>("GET", `${lanes}/${lane}/passages`),
  arrive: (lane: string, medium: Medium, key: string, gross: string) =>
    call<Passage>("POST", `${lanes}/${lane}/passages`, { body: { medium, key, gross } }),
  newKey: (lane: string) => call<{ key: string }>("POST", `${lanes}/${lane}/keys`),
  revokeKey: (lane: string, id: number) => call<void>("DELETE", `${lanes}/${lane}/keys/${id}`),
  trips: (filters: TripFilters) => call<TripPage>("GET", "/api/gate/trips", { query: filters }),
};
