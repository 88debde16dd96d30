import { computed, reactive, ref } from "vue";
import { findDocuments } from "@/kernel/api/documents";
import type { Found, FoundPage, Violation } from "@/kernel/api/types";
import { useList } from "@/kernel/list/useList";
import { session } from "@/kernel/session";

export const QUALIFICATION = "consolidated.qualification";
export const BOOKLET = "consolidated.booklet";
export const CLAUSE = "手册 第六篇 第一章 1.3 企业备案变更查询";

/** By what is asked: one of the two is ticked. */
export type By = "company_code" | "number";
export const LABELS: Record<By, string> = { company_code: "企业海关编号", number: "备案企业中心统一编号" };
export const HINTS: Record<By, { label: string; hint: string }> = {
  company_code: { label: LABELS.company_code, hint: "勾选后填写本企业的 10 位海关编号，查询本企业所有可以变更的备案" },
  number: { label: LABELS.number, hint: "勾选后填写资质备案或分册的 18 位编号；填写资质备案的编号时，其分册一并列出" },
};

/** A filing that was chosen to be changed. */
export interface Chosen {
  type: string;
  row: Found;
}

type Question = Partial<Record<"company_code" | "number" | "qualification", string>>;

/** Approved filings without a change under way (CONS-07). */
const listOf = (type: string) => useList<Found, Question, FoundPage>({
  find: (question, turn) => findDocuments(type, { ...question, ...turn, amends: "change" }),
  keyOf: (row) => row.number, tickable: () => false, order: "-updated_at",
});

/** 企业备案变更查询: what is asked, both lists, and what is chosen. */
export function useApproved() {
  const by = ref<By>("company_code");
  const values = reactive<Record<By, string>>({ company_code: session.value?.company?.customs_code ?? "", number: "" });
  const [qualifications, booklets] = [listOf(QUALIFICATION), listOf(BOOKLET)];
  const chosen = ref<Chosen | null>(null);
  const refused = ref<Violation[]>([]);
  const searching = computed(() => qualifications.searching.value || booklets.searching.value);

  let turn = 0; // a query goes on only while nothing newer was asked

  async function search(): Promise<void> {
    const mine = ++turn;
    const given = values[by.value].trim();
    [chosen.value, refused.value] = [null, []];
    if (!given) return refuse(`「${LABELS[by.value]}」不可为空`);
    if (by.value === "company_code") {
      await Promise.all([qualifications.search({ company_code: given }), booklets.search({ company_code: given })]);
      return;
    }
    await Promise.all([qualifications.search({ number: given }), booklets.search({ qualification: given })]);
    if (mine === turn && !booklets.rows.value.length && !booklets.failed.value) await booklets.search({ number: given });
  }

  function refuse(message: string): void {
    for (const list of [qualifications, booklets]) list.forget();
    refused.value = [{ path: by.value, rule: "query.required", message, advice: "请填写后再查询", clause: CLAUSE, source: "field" }];
  }

  function reset(): void {
    turn += 1;
    Object.assign(values, { company_code: "", number: "" });
    [chosen.value, refused.value] = [null, []];
    for (const list of [qualifications, booklets]) list.forget();
  }

  /** Fresh rows; what was chosen and cannot be changed any more is chosen no longer. */
  async function refresh(): Promise<void> {
    await Promise.all([qualifications.refresh(), booklets.refresh()]);
    const one = chosen.value;
    const rows = one?.type === QUALIFICATION ? qualifications.rows : booklets.rows;
    const row = rows.value.find((each) => each.number === one?.row.number);
    chosen.value = one && row ? { type: one.type, row } : null;
  }

  return { by, values, qualifications, booklets, chosen, refused, searching, search, reset, refresh };
}
