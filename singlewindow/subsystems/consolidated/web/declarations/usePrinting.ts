import { ref, shallowRef } from "vue";
import { getDefinition, getPrint } from "@/kernel/api/documents";
import { lineOf } from "@/kernel/api/problem";
import { sayRefused } from "@/kernel/dialogs/say";
import { printDirectly } from "@/kernel/print/direct";
import { preview, printsIn } from "@/kernel/print/preview";
import type { DeclarationRow } from "../shapes";
import { DECLARATION } from "../words";

/** A paper, and those of the ticked declarations that can be printed on it. */
export interface Paper { name: string; title: string; numbers: string[] }

const MOST = 20; // declarations at once

/** 打印报关单 of ticked declarations: the form in force, and the notices of their statuses (manual 5.3). */
export function usePrinting() {
  const papers = shallowRef<Paper[] | null>(null);
  const busy = ref("");

  /** Opens the dialog; rows that the server lets nobody print are said. */
  async function choose(rows: DeclarationRow[]): Promise<void> {
    if (!rows.length) return sayRefused("请先勾选需要打印的报关单");
    if (rows.length > MOST) return sayRefused(`一次最多打印 ${MOST} 票报关单，已勾选 ${rows.length} 票。怎么办：请减少勾选，分几次打印`);
    const not = rows.find((one) => !one.may.print.allowed);
    if (not) return sayRefused(`${not.number}：${not.may.print.why}`);
    try {
      papers.value = papersOf(rows, await Promise.all(rows.map(async (row) => printsIn(await getDefinition(DECLARATION), row.status))));
    } catch (error) {
      sayRefused(`未能打印：${lineOf(error)}`);
    }
  }

  /** 打印预览: each declaration is one of the kinds that the preview offers. */
  function show({ name, title, numbers }: Paper): void {
    papers.value = null;
    preview({
      prints: numbers.map((number) => ({ name: number, title: numbers.length > 1 ? number : `${title} ${number}` })), unsaved: false,
      file: (number, signal) => getPrint(DECLARATION, number, name, signal), called: (words) => `${title} ${words.split(" ").at(-1)}.pdf`,
    });
  }

  /** 直接打印: one after the other, each with the browser's own print dialog. */
  async function direct({ name, numbers }: Paper): Promise<void> {
    if (busy.value) return;
    busy.value = "正在生成打印件…";
    try {
      for (const number of numbers) await printDirectly(await getPrint(DECLARATION, number, name, new AbortController().signal));
      papers.value = null;
    } catch (error) {
      sayRefused(`未能打印：${lineOf(error)}`);
    } finally {
      busy.value = "";
    }
  }

  return { papers, busy, choose, show, direct };
}

/** All papers of these declarations, the form first; `prints` are what each of them can be printed on. */
function papersOf(rows: DeclarationRow[], prints: { name: string; title: string }[][]): Paper[] {
  const found = new Map<string, Paper>();
  rows.forEach((row, at) => prints[at]!.forEach(({ name, title }) => {
    const paper = found.get(name) ?? { name, title, numbers: [] };
    paper.numbers.push(row.number);
    found.set(name, paper);
  }));
  return [...found.values()];
}
