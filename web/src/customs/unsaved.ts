/** What was typed and not saved yet: nobody leaves it without being asked (UI-05). */
import { inject, onBeforeUnmount, onMounted, provide, type InjectionKey } from "vue";
import { useRouter } from "vue-router";
import { ask } from "@/kernel/dialogs/ask";

type Typed = () => boolean;
const FORMS: InjectionKey<Set<Typed>> = Symbol("the desk's forms");

/** A form of the desk; `typed` says whether something stands in it that would be lost with it. */
export function useUnsaved(typed: Typed): void {
  const forms = inject(FORMS, null);
  onMounted(() => void forms?.add(typed));
  onBeforeUnmount(() => void forms?.delete(typed));
}

/** Whether what is `unsaved` may be lost: asks where there is something. */
export const mayLose = async (unsaved: boolean): Promise<boolean> =>
  !unsaved || ask("填写的内容尚未保存，离开后将丢失，是否离开？", { title: "离开", yes: "离开", destructive: true });

/** For the desk: asks before another page is shown or the window closed. Answers what asks before it is left otherwise. */
export function useLeaving(): () => Promise<boolean> {
  const forms = new Set<Typed>();
  const anyUnsaved = (): boolean => [...forms].some((typed) => typed());
  const mayLeave = (): Promise<boolean> => mayLose(anyUnsaved());
  const closing = (event: BeforeUnloadEvent): void => {
    if (anyUnsaved()) event.preventDefault();
  };
  provide(FORMS, forms);
  const unguarded = useRouter().beforeEach(mayLeave);
  onMounted(() => window.addEventListener("beforeunload", closing));
  onBeforeUnmount(() => {
    unguarded();
    window.removeEventListener("beforeunload", closing);
  });
  return mayLeave;
}
