import { shallowReactive, watch } from "vue";
import type { Notice } from "@/kernel/api/types";
import type { OpenDocument } from "./useDocument";

/** What the server says at fields beside what is wrong: as of the last look-up, 暂存 or opening of a document. */
export function useNotices(document: OpenDocument) {
  const notices = shallowReactive(new Map<string, Notice>());

  const at = (path: string): Notice | null => notices.get(path) ?? null;

  /** Takes over all that is said now; null where nobody asked, and what was said still stands. */
  function take(now: Notice[] | null): void {
    if (!now) return;
    const said = new Map(now.map((one) => [one.path, one]));
    for (const path of [...notices.keys()]) if (!said.has(path)) notices.delete(path);
    for (const [path, notice] of said) if (JSON.stringify(at(path)) !== JSON.stringify(notice)) notices.set(path, notice);
  }

  /** The field was edited: what was said of it no longer counts. Answers whether anything was. */
  const edited = (path: string): boolean => notices.delete(path);

  watch(document.view, (view) => take(view?.notices ?? null), { immediate: true, flush: "sync" });

  return { at, notices, take, edited };
}

export type FormNotices = ReturnType<typeof useNotices>;
