import { computed, ref, watch } from "vue";
import { deleteAttachment, prepareUpload, uploadAttachment } from "@/kernel/api/documents";
import { lineOf, Problem } from "@/kernel/api/problem";
import type { Allowed, Attachment, PreparedUpload, Upload, Violation } from "@/kernel/api/types";
import { ask } from "@/kernel/dialogs/ask";
import { sayDone } from "@/kernel/dialogs/say";
import type { Actions } from "@/kernel/form/useActions";
import type { OpenDocument } from "@/kernel/form/useDocument";
import { boundCard } from "@/kernel/session";
import { sha256 } from "@/kernel/signing/digest";
import { inspectUpload } from "@/kernel/signing/inspect";
import { signWithCard } from "@/kernel/signing/sign";
import { quickCheck } from "./checks";

/** The files of a document: add (checked, signed by the card, uploaded), view, delete. Failures are told at the list. */
export function useAttachments(document: OpenDocument, actions: Actions, changed: () => void) {
  const category = ref("");
  const trouble = ref<Violation[]>([]);
  const rules = computed(() => document.definition.value?.attachments ?? null);
  const files = computed(() => document.view.value?.attachments ?? []);
  /** Files may change exactly while the document itself may be saved. */
  const may = computed<Allowed>(() => {
    const amending = document.amending.value;
    return amending ? { allowed: false, why: `${amending.label}不能改动随附单据` } : actions.allowed("save");
  });

  watch(document.number, (number) => {
    if (number === null) [category.value, trouble.value] = ["", []];
  });

  const nameOf = (code: string): string => rules.value?.categories.find((one) => one.code === code)?.name ?? "";

  async function add(file: File): Promise<void> {
    trouble.value = [];
    const wrong = await quickCheck(file, rules.value!).catch(() => local(`文件「${file.name}」无法读取`, "请确认文件仍在原处且未被占用，再次添加"));
    if (wrong) trouble.value = [wrong];
    else if (await mayReplace(category.value, file)) await saveFirst(() => told("上传", () => signAndUpload(file)));
  }

  /** A file belongs to a document with a number: an unsaved form is saved first. */
  async function saveFirst(then: () => Promise<void>): Promise<void> {
    if (!document.number.value) await actions.guarded("暂存", () => actions.save(null));
    if (!document.number.value) {
      trouble.value = [local("单据暂存未成功，文件尚未上传", "请按提示更正录入内容，再次添加文件")];
      return;
    }
    await then();
  }

  function mayReplace(code: string, file: File): Promise<boolean> {
    const old = files.value.find((one) => one.category === code);
    if (!old) return Promise.resolve(true);
    const text = `「${nameOf(code)}」已有文件「${old.name}」，是否用「${file.name}」替换？`;
    return ask(text, { title: "替换文件", yes: "替换", destructive: true });
  }

  async function signAndUpload(file: File): Promise<void> {
    const number = document.number.value!;
    const { type } = document;
    const digest = await sha256(await file.arrayBuffer());
    const known = files.value.find((one) => one.category === category.value)?.id;
    const done = await signWithCard<PreparedUpload>({
      title: "上传随附单据",
      facts: [
        { label: "数据中心统一编号", value: number },
        { label: "类别", value: `${category.value} ${nameOf(category.value)}` },
        { label: "文件", value: file.name },
      ],
      bound: boundCard.value,
      prepare: async (card) => {
        const upload: Upload = { category: category.value, name: file.name, size: file.size, sha256: digest, card_no: card };
        const prepared = await prepareUpload(type, number, upload);
        inspectUpload(prepared, number, upload);
        if (prepared.replaces && prepared.replaces.id !== known) {
          throw new Error(`该类别刚刚已有人上传「${prepared.replaces.name}」，请刷新后再决定是否替换`);
        }
        return prepared;
      },
      submit: async ({ prepared, signature, certificate }) => {
        const signed = { token: prepared.token, signature, certificate };
        document.takeAttachments(await uploadAttachment(type, number, signed, file));
        changed();
      },
    });
    if (done) category.value = "";
    if (done) sayDone("上传成功");
  }

  async function remove(file: Attachment): Promise<void> {
    const text = `是否删除文件「${file.name}」？删除后不可恢复。`;
    if (!(await ask(text, { title: "删除", yes: "删除", destructive: true }))) return;
    await told("删除", async () => {
      document.takeAttachments(await deleteAttachment(document.type, document.number.value!, file.id));
      changed();
      sayDone("删除成功");
    });
  }

  async function told(label: string, work: () => Promise<void>): Promise<void> {
    trouble.value = [];
    actions.busy.value = label;
    try {
      await work();
    } catch (error) {
      const violations = error instanceof Problem ? error.violations : [];
      trouble.value = violations.length ? violations : [local(lineOf(error), "请重新选择文件后再试")];
    } finally {
      actions.busy.value = "";
    }
  }

  return { category, rules, files, trouble, may, nameOf, add, remove };
}

const local = (message: string, advice: string): Violation =>
  ({ path: "attachments", rule: "attachment", message, advice, clause: "手册 4.1 随附单据上传", source: "field" });
