import { ref } from "vue";
import { lineOf, Problem } from "@/kernel/api/problem";
import { ask } from "@/kernel/dialogs/ask";
import { sayDone, sayRefused } from "@/kernel/dialogs/say";
import { preview } from "@/kernel/print/preview";
import { saveAs } from "@/kernel/saveAs";
import type { useCardActs } from "@/kernel/signing/useCardActs";
import { getArchive, getData, getPdf, type DataFormat } from "../api";
import type { Result } from "../shapes";
import { sealWord } from "../words";

/** Layout files in one archive. */
export const MOST_FILES = 1000;

/** Files of results: to be kept, printed, or kept many at once (PRNT-05 to PRNT-07), with the card in the reader (PORT-05). */
export function useFiles({ whyNotHere, run }: ReturnType<typeof useCardActs>) {
  const busy = ref("");

  /** @param found null where the user did not want it after all */
  async function keep(found: () => Promise<File | null>, otherwise: string): Promise<boolean> {
    busy.value = "正在导出…";
    try {
      const file = await found();
      if (file) saveAs(file, file.name || otherwise);
      return file !== null;
    } catch (error) {
      sayRefused(`未能导出：${lineOf(error)}`);
      return false;
    } finally {
      busy.value = "";
    }
  }

  const pdfName = ({ number, sealed }: Result): string => `报关单 ${number}（${sealWord(sealed)}）.pdf`;

  /** 导出 of a layout file. */
  const exportPdf = (one: Result): Promise<void> => run("导出", () => keep(() => getPdf(one.id, "export"), pdfName(one)));

  /** 打印: a preview of the file itself, and from there the browser's printing (UI-12); kept from there it is 导出 as well (PRNT-05). */
  const print = (one: Result): Promise<void> => run("打印", () =>
    preview({
      prints: [{ name: "layout", title: `报关单 ${one.number}` }], unsaved: false, called: () => pdfName(one),
      file: (_, signal) => getPdf(one.id, "print", signal), keep: () => void exportPdf(one), whyNot: () => whyNotHere.value,
    }),
  );

  /** 自助打印批量导出: one archive of all that is ticked. */
  async function exportMany(ids: number[]): Promise<void> {
    if (!ids.length) return sayRefused("请先勾选需要导出的报关单");
    if (ids.length > MOST_FILES) return sayRefused(`一次最多批量导出 ${MOST_FILES} 票，已勾选 ${ids.length} 票。怎么办：请减少勾选，分几次导出`);
    await run("导出", async () => {
      if (!(await ask("是否确认导出选中数据？"))) return;
      if (await keep(() => getArchive(ids), "自助打印批量导出.zip")) sayDone(`已导出 ${ids.length} 票报关单`);
    });
  }

  /** 导出 of an application's data. */
  const exportData = (application: string, format: DataFormat): Promise<void> =>
    run("导出", () => keep(() => dataOf(application, format), `${application}.${format}`));

  return { busy, exportPdf, print, exportMany, exportData };
}

/** Where some of it could not be generated, the user decides whether the rest is wanted; the server names what is lacking. */
async function dataOf(application: string, format: DataFormat): Promise<File | null> {
  try {
    return await getData(application, format, false);
  } catch (error) {
    if (!(error instanceof Problem && error.slug === "partial-data")) throw error;
    return (await ask(error.message)) ? getData(application, format, true) : null;
  }
}
