/** What the server answers, and how pages stand in a tab, for the specs of the chapter's pages. */
import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { vi } from "vitest";
import { ref, type Component } from "vue";
import { workspaceKey, type Workspace } from "@/kernel/workspace";
import { parcel } from "@/testing/definition";
import { serve } from "@/testing/server";
import type { Candidate, DeclarationRow, MergePreview } from "./shapes";

export const NOW = "2026-11-09T09:00:00+08:00";
export const AT = "/api/consolidated";
export const numberOf = (at: number): string => `2026000000000${String(at).padStart(5, "0")}`;
export const pageOf = <Row>(items: Row[]) => ({ items, total: items.length, total_capped: false, page: 1, size: 20 });
const yes = { allowed: true, why: "" };

export const candidate = (at: number, more: Partial<Candidate> = {}): Candidate => ({
  number: numberOf(at), list_no: `57292026I0000000${at}`, district: "5729", district_name: "5729 中山快件", nature: "1", nature_name: "1 一般贸易", ie_flag: "I", book_no: "X57292600001",
  trade_mode: "0110", trade_mode_name: "0110 一般贸易", transport_mode: "4", transport_mode_name: "公路运输", declared_on: "2026-10-05", accepted_on: "2026-10-05", items: 2, packages: "300", gross_weight: "3150",
  net_weight: "3000", total: "6600", currency: "USD", merge_by: "2026-11-10", standing: "", message: "", may: yes, ...more,
});

export const foreseen: MergePreview = {
  count: 1, lists: 2, items_before: 3, items_after: 2, totals: [{ currency: "USD", before: "9100.00", after: "9100.00" }], total_before: "9100.00 USD", total_after: "9100.00 USD", warnings: [],
  declarations: [{
    declarant_code: "4403180013", declarant_name: "深圳报关行", month: "2026-10", lists: [numberOf(1), numberOf(2)],
    head: { transport_mode: "4", transport_mode_name: "公路运输", trade_mode: "0110", trade_country: "THA", packages: "380", gross_weight: "3990", net_weight: "3800", total: "9100.00", currency: "USD" },
    goods: [
      { record_no: "1", code: "0810600000", name: "鲜榴莲", model: "金枕", quantity: "1500", unit: "035", price: "5", total: "7500.00", currency: "USD", origin: "THA" },
      { record_no: "2", code: "0803900000", name: "鲜香蕉", model: "纸箱", quantity: "2000", unit: "035", price: "0.8", total: "1600.00", currency: "USD", origin: "PHL" },
    ],
    relations_capped: false,
    relations: [{ list_number: numberOf(1), list_item: 1, item: 1 }, { list_number: numberOf(1), list_item: 2, item: 2 }, { list_number: numberOf(2), list_item: 1, item: 1 }],
  }],
};

export const declaration = (at: number, more: Partial<DeclarationRow> = {}): DeclarationRow => ({
  number: numberOf(at), entry_no: "", entry_type: "0", ie_flag: "I", nature_name: "1 一般贸易", district: "5729", district_name: "5729 中山快件", filed_on: "2026-11-09",
  declared_on: "", closed_on: "", trade_mode: "0110", trade_mode_name: "0110 一般贸易", transport_mode_name: "4 公路运输", consignee_code: "4403110001", consignee_name: "深圳进出口公司",
  declarant_code: "4403180013", declarant_name: "深圳报关行", lists: 2, packages: "380", gross_weight: "3990", net_weight: "3800", items: 2, total: "9100.00", currency: "USD", status: "0", status_name: "暂存", may: { declare: yes, print: yes }, ...more,
});

export const FILED = [{ code: "3", name: "待发送", waiting: true }, { code: "7", name: "海关审批通过", waiting: false }];
const column = (name: string, label: string) => ({ name, label, link: "" as const, sortable: false });
/** A filing's definition: pages remember it by its type, and specs share their modules, so that there is one for all of them. */
export const filing = (type: string) => ({
  ...parcel, type, states: FILED,
  query: { ...parcel.query, columns: [column("number", "统一编号"), column("status", "企业备案状态"), column("company_name", "企业名称"), column("guarantee_until", "担保有效期"), column("valid_until", "核准有效期")] },
});

export interface Opened {
  wrapper: VueWrapper;
  open: ReturnType<typeof vi.fn>;
  openOwn: ReturnType<typeof vi.fn>;
  /** What was asked of a path of the chapter's, in order. */
  asked(path: string): { query: Record<string, string>; body: unknown; headers: Headers }[];
  press(word: string): Promise<void>;
  field(name: string): ReturnType<VueWrapper["get"]> & { element: HTMLInputElement };
}

/** The page in a tab in front, with what the server answers, and what the tab is `more`. */
export async function openPage(page: Component, answers: Record<string, unknown>, more: Partial<Workspace> = {}): Promise<Opened> {
  const server = serve({ "GET /api/clock": { now: NOW, real: true, frozen: false }, [`GET ${AT}/merges`]: { ...pageOf([]), merge_day: 10 }, ...answers });
  const [open, openOwn] = [vi.fn(), vi.fn()];
  const workspace = { active: ref(true), holds() {}, entitled() {}, unsaved() {}, cardStays: false, open, openOwn, close() {}, ...more };
  const wrapper = mount(page, { attachTo: document.body, global: { provide: { [workspaceKey as symbol]: workspace } } });
  await flushPromises();
  return {
    wrapper, open, openOwn,
    asked: (path) => server.asked.filter((one) => one.path === (path.startsWith("/api") ? path : AT + path)),
    press: async (word) => {
      const button = wrapper.findAll("button").find((one) => one.text() === word || one.attributes("aria-label") === word);
      if (!button) throw new Error(`no button ${word}`);
      await button.trigger("click");
      await flushPromises();
    },
    field: (name) => wrapper.get<HTMLInputElement>(`[data-field=${name}]`) as ReturnType<Opened["field"]>,
  };
}

/** Chooses an entry of a box with a list. */
export async function choose({ field }: Opened, name: string, words: string): Promise<void> {
  await field(name).setValue(words);
  await flushPromises();
  await field(name).trigger("keydown", { key: "Enter" });
  await flushPromises();
}
