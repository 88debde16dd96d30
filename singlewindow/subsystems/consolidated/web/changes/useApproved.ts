import { computed, reactive, ref } from "vue";
import { findDocuments } from "@/kernel/api/documents";
import type { Violation } from "@/kernel/api/types";
import { session } from "@/kernel/session";
import { findBooklets, listOf, useChosen } from "../filed";
import { QUALIFICATION } from "../words";

export const CLAUSE = "手册 第六篇 第一章 1.3 企业备案变更查询";

/** By what is asked: one of the two is ticked. */
export type By = "company_code" | "number";
export const LABELS: Record<By, string> = { company_code: "企业海关编号", number: "备案企业中心统一编号" };
export const HINTS: Record<By, { label: string; hint: string }> = {
  company_code: { label: LABELS.company_code, hint: "勾选后填写本企业的 10 位海关编号，查询本企业所有可以变更的备案" },
  number: { label: LABELS.number, hint: "勾选后填写资质备案或分册的 18 位编号；填写资质备案的编号时，其分册一并列出" },
};

/** Only approved filings without a change under way are found (CONS-07). */
const APPROVED = { amends: "change" };

/** 企业备案变更查询: what is asked, both lists, and what is chosen. */
export function useApproved() {
  const by = ref<By>("company_code");
  const values = reactive<Record<By, string>>({ company_code: session.value?.company?.customs_code ?? "", number: "" });
  const qualifications = listOf((question, turn) => findDocuments(QUALIFICATION, { ...question, ...turn, ...APPROVED }));
  const booklets = listOf((question, turn) => findBooklets({ ...question, ...APPROVED }, turn));
  const both = [qualifications, booklets];
  const { chosen, choose, forget: chooseNone, numberIn } = useChosen(qualifications, booklets);
  const refused = ref<Violation[]>([]);
  const searching = computed(() => qualifications.searching.value || booklets.searching.value);

  async function search(): Promise<void> {
    const given = values[by.value].trim();
    chooseNone();
    refused.value = [];
    if (given) await Promise.all(both.map((one) => one.search({ [by.value]: given })));
    else refuse(`「${LABELS[by.value]}」不可为空`);
  }

  function refuse(message: string): void {
    for (const list of both) list.forget();
    refused.value = [{ path: by.value, rule: "query.required", message, advice: "请填写后再查询", clause: CLAUSE, source: "field" }];
  }

  function reset(): void {
    Object.assign(values, { company_code: "", number: "" });
    chooseNone();
    refused.value = [];
    for (const list of both) list.forget();
  }

  const refresh = async (): Promise<void> => void (await Promise.all(both.map((one) => one.refresh())));

  return { by, values, qualifications, booklets, chosen, choose, numberIn, refused, searching, search, reset, refresh };
}
