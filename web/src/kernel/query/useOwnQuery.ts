import { onMounted, type Ref } from "vue";
import type { ListAnswer } from "@/kernel/list/rows";
import { useList, type ListSource } from "@/kernel/list/useList";
import { useWorkspace } from "@/kernel/workspace";
import type { Box } from "./boxes";
import { useBoxValues, type Question } from "./useBoxValues";

/** A query page of a chapter's own: its boxes, and the list that answers them. */
export interface OwnQuery<Row, Answer extends ListAnswer<Row>> extends ListSource<Row, Question, Answer> {
  boxes: () => Box[];
  clause: string;
}

/** Conditions and list of a page of a chapter's own; the first box has the focus as the page opens. */
export function useOwnQuery<Row, Answer extends ListAnswer<Row>>(declared: OwnQuery<Row, Answer>, root: Ref<HTMLElement | undefined>) {
  const { active, preset = {} } = useWorkspace();
  const list = useList<Row, Question, Answer>(declared);
  const state = useBoxValues(declared.boxes, declared.clause, root, list);

  /** 查询 */
  const search = (): Promise<void> => state.ask(list.search);

  onMounted(() => {
    void begin();
    if (active.value) root.value?.querySelector<HTMLElement>("[data-field]:not([readonly])")?.focus();
  });

  /** Opened with conditions, the page finds what they find. */
  async function begin(): Promise<void> {
    await state.begin(preset);
    if (Object.keys(preset).length) await search();
  }

  return { list, state, search };
}
