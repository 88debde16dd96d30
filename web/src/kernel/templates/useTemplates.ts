import { ref, shallowRef } from "vue";
import { lineOf } from "@/kernel/api/problem";
import { deleteTemplate, getTemplate, getTemplates, keepTemplate, renameTemplate } from "@/kernel/api/templates";
import type { Content, FormTemplate } from "@/kernel/api/types";
import { ask } from "@/kernel/dialogs/ask";
import { sayDone } from "@/kernel/dialogs/say";

/** The company's templates of a document type (模板, GATE-11). */
export function useTemplates(type: string) {
  const templates = shallowRef<FormTemplate[] | null>(null);
  const trouble = ref("");
  const busy = ref(false);

  /** The list, as the dialog opens; nobody who types meanwhile waits for it. */
  const load = (): Promise<void> => reload().catch((error: unknown) => void (trouble.value = lineOf(error)));

  const keep = (name: string, content: Content): Promise<boolean> => guarded(async () => {
    await keepTemplate(type, name, content);
    await reload();
    sayDone(`已保存为模板「${name.trim()}」`);
  });

  const rename = (template: FormTemplate, name: string): Promise<boolean> => guarded(async () => {
    await renameTemplate(type, template.id, name);
    await reload();
  });

  const remove = (template: FormTemplate): Promise<boolean> => guarded(async () => {
    const text = `是否删除模板「${template.name}」？本企业的其他用户也将不能再使用它。`;
    if (!(await ask(text, { title: "删除模板", yes: "删除", destructive: true }))) return;
    await deleteTemplate(type, template.id);
    await reload();
  });

  /** What a template fills in; null where it could not be had. */
  async function open(template: FormTemplate): Promise<Content | null> {
    let content: Content | null = null;
    await guarded(async () => void ({ content } = await getTemplate(type, template.id)));
    return content;
  }

  async function reload(): Promise<void> {
    templates.value = (await getTemplates(type)).items;
  }

  /** One thing at a time; a refusal is told and changes nothing. Answers whether it was done. */
  async function guarded(work: () => Promise<void>): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    trouble.value = "";
    try {
      await work();
      return true;
    } catch (error) {
      trouble.value = lineOf(error);
      return false;
    } finally {
      busy.value = false;
    }
  }

  return { templates, trouble, busy, load, keep, rename, remove, open };
}
