import { prepareUpload, uploadAttachment } from "@/kernel/api/documents";
import { lineOf, Problem } from "@/kernel/api/problem";
import type { PreparedUpload, Upload, Violation } from "@/kernel/api/types";
import { numberLabel } from "@/kernel/form/content";
import type { OpenDocument } from "@/kernel/form/useDocument";
import { boundCard } from "@/kernel/session";
import { sha256 } from "@/kernel/signing/digest";
import { inspectUpload } from "@/kernel/signing/inspect";
import { signWithCard } from "@/kernel/signing/sign";

/** A chosen file that is not uploaded: yet, or because something is wrong with it. */
export interface Chosen {
  file: File;
  trouble: Violation[];
}

interface Batch {
  signing_input: string;
  others: string[];
  all: PreparedUpload[];
}

/** Has the card sign chosen files, with one PIN entry for all, and uploads them one after the other. */
export function useUpload(document: OpenDocument, nameOf: (code: string) => string) {
  /**
   * @param mayGo the files that they may replace
   * @returns those that were not taken, with the reason; null when the user gave up before the card signed
   * @throws what the preparation of any of them throws: then none is uploaded
   */
  async function upload(code: string, chosen: File[], mayGo: number[]): Promise<Chosen[] | null> {
    const [number, { type }] = [document.number.value!, document];
    const digests = await Promise.all(chosen.map(async (file) => sha256(await file.arrayBuffer())));
    const refused: Chosen[] = [];
    const done = await signWithCard<Batch>({
      title: "上传随附单据",
      facts: [
        { label: numberLabel(document.definition.value!), value: number },
        { label: "类别", value: `${code} ${nameOf(code)}` },
        { label: "文件", value: chosen.map((file) => file.name).join("、") },
      ],
      bound: boundCard.value,
      prepare: async (card) => {
        const all: PreparedUpload[] = [];
        for (const [at, { name, size }] of chosen.entries()) {
          all.push(await prepare({ category: code, name, size, sha256: digests[at]!, card_no: card }, mayGo));
        }
        const [first, ...others] = all.map((one) => one.signing_input);
        return { signing_input: first!, others, all };
      },
      submit: async ({ prepared: { all }, signature, certificate, others = [] }) => {
        for (const [at, file] of chosen.entries()) {
          const signed = { token: all[at]!.token, signature: [signature, ...others][at]!, certificate };
          await uploadAttachment(type, number, signed, file).then(document.takeAttachments, (error: unknown) => refused.push({ file, trouble: troubleOf(error) }));
        }
      },
    });
    return done ? refused : null;
  }

  async function prepare(upload: Upload, mayGo: number[]): Promise<PreparedUpload> {
    const number = document.number.value!;
    const prepared = await prepareUpload(document.type, number, upload);
    inspectUpload(prepared, number, upload);
    if (prepared.replaces && !mayGo.includes(prepared.replaces.id)) {
      void document.refresh().catch(() => undefined); // so that it can be seen, also where no word of it came
      throw new Error(`该类别刚刚已有人上传「${prepared.replaces.name}」，未予替换；请查看该文件（列表中没有时请先暂存），确需替换时再次上传`);
    }
    return prepared;
  }

  return { upload };
}

/** What a failure says of a file. */
export function troubleOf(error: unknown): Violation[] {
  const violations = error instanceof Problem ? error.violations : [];
  return violations.length ? violations : [wrong(lineOf(error), "请重新选择文件后再试")];
}

/** @param clause where the type says which files it takes */
export const wrong = (message: string, advice: string, clause = ""): Violation =>
  ({ path: "attachments", rule: "attachment", message, advice, clause, source: "field" });
