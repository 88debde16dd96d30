/** What the appointments' routes answer, and the calls of their page. */
import { call } from "@/kernel/api/client";

export interface Booking {
  id: number;
  submission_id: number;
  number: string;
  application_no: string;
  company: string;
  company_name: string;
  consignee: string;
  consignee_name: string;
  declare_port: string;
  entry_port: string;
  ie_flag: "I" | "E";
  starts_at: string;
  ends_at: string;
  answer_by: string;
  state: string;
  state_name: string;
}

export interface BookingPage {
  total: number;
  total_capped: boolean;
  page: number;
  size: number;
  items: Booking[];
  states: Record<string, string>;
}

export type BookingFilters = Record<"state" | "district" | "number", string> & Record<"page" | "size", number>;

const bookings = "/api/appointment/bookings";

export const appointment = {
  bookings: (filters: BookingFilters) => call<BookingPage>("GET", bookings, { query: filters }),
  declare: (id: number) => call<{ number: string }>("POST", `${bookings}/${id}/declaration`),
};
