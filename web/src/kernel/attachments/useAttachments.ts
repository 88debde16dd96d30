import { computed, ref, watch } from "vue";
import { deleteAttachment } from "@/kernel/api/documents";
import type { Allowed, Attachment, Category, Violation } from "@/kernel/api/types";
import { ask } from "@/kernel/dialogs/ask";
import { sayDone } from "@/kernel/dialogs/say";
import { fileName } from "@/kernel/form/sections";
import type { Actions } from "@/kernel/form/useActions";
import type { OpenDocument } from "@/kernel/form/useDocument";
import { quickCheck } from "./checks";
import { troubleOf, useUpload, wrong, type Chosen } from "./useUpload";

/**
 * The files of some categories of a document: add (checked, signed by the card, uploaded), view, delete. Failures are
 * told at the list.
 * @param codes the categories, in the order in which they are shown
 */
export function useAttachments(document: OpenDocument, actions: Actions, codes: () => string[], changed: () => void) {
  const trouble = ref<Violation[]>([]);
  const rules = computed(() => document.definition.value!.attachments!);
  const categories = computed<Category[]>(() => codes().map((code) => rules.value.categories.find((one) => one.code === code)!));
  const files = computed(() => (document.view.value?.attachments ?? []).filter((one) => codes().includes(one.category)));
  const of = (code: string): Attachment[] => files.value.filter((one) => one.category === code);

  const nameOf = (code: string): string => rules.value.categories.find((one) => one.code === code)?.name ?? "";
  const { upload } = useUpload(document, nameOf);

  /** Files change exactly while what they belong to may be typed: the document itself, or a follow-up. */
  function may(code: string): Allowed {
    const amending = document.amending.value;
    return amending ? { allowed: false, why: `${amending.label}不能改动随附单据` } : document.mayChange(fileName(code));
  }

  watch(document.number, (number) => {
    if (number === null) trouble.value = [];
  });

  /** What can be seen of a file before it is sent. */
  const checked = (file: File): Promise<Violation | null> =>
    quickCheck(file, rules.value).catch(() => wrong(`文件「${file.name}」无法读取`, "请确认文件仍在原处且未被占用，再次添加", rules.value.clause));

  /** How many more files a category takes; one that holds a single file takes another in its place. */
  const room = ({ code, most }: Category): number => (most ? Math.max(0, most - of(code).length) : 1);

  /** The files that may go for the chosen one: those that the user has seen named; null when they are to stay (INSP-05). */
  async function replaced({ code, most, name }: Category, file: File): Promise<number[] | null> {
    const old = most ? undefined : of(code)[0];
    if (!old) return [];
    const text = `「${name}」已有文件「${old.name}」，是否用「${file.name}」替换？`;
    return (await ask(text, { title: "替换文件", yes: "替换", destructive: true })) ? [old.id] : null;
  }

  /**
   * Uploads chosen files, after saving a form that was never saved: a file belongs to a document with a number.
   * @returns those that were not taken, each with what is wrong with it
   */
  async function add(category: Category, chosen: File[]): Promise<Chosen[]> {
    const all = chosen.map((file): Chosen => ({ file, trouble: [] }));
    const mayGo = chosen[0] ? await replaced(category, chosen[0]) : [];
    if (!mayGo) return all;
    let left = all;
    await told("上传", async () => {
      if (!(await numbered())) return;
      left = (await upload(category.code, chosen, mayGo)) ?? all;
      if (left.length < all.length) changed();
      if (!left.length) sayDone("上传成功");
    });
    return left;
  }

  async function numbered(): Promise<boolean> {
    if (!document.number.value) await actions.guarded("暂存", () => actions.save(null));
    if (!document.number.value) trouble.value = [wrong("单据暂存未成功，文件尚未上传", "请按提示更正录入内容，再次添加文件", rules.value.clause)];
    return !!document.number.value;
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
      trouble.value = troubleOf(error);
    } finally {
      actions.busy.value = "";
    }
  }

  return { rules, categories, files, of, trouble, may, nameOf, room, checked, add, remove };
}

export type Attachments = ReturnType<typeof useAttachments>;
