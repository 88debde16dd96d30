import { computed, ref } from "vue";
import { api, type Decision } from "@/customs/api";
import { wrongRemark } from "@/customs/queue/remark";
import { useUnsaved } from "@/customs/unsaved";
import { lineOf } from "@/kernel/api/problem";
import { ask } from "@/kernel/dialogs/ask";
import { sayDone, sayRefused } from "@/kernel/dialogs/say";
import type { DocumentRecord } from "./api";

/** Documents that are ticked on a page, and one decision on all of them. */
export function useDecisions(shown: () => DocumentRecord[], decided: () => void) {
  const chosen = ref(new Set<number>()); // submission ids
  const remark = ref("");
  const busy = ref(false);
  const left = ref<{ number: string; why: string }[]>([]);
  const ticked = computed(() => shown().filter((one) => chosen.value.has(one.submission_id)));
  const all = computed(() => shown().length > 0 && ticked.value.length === shown().length);

  useUnsaved(() => remark.value.trim() !== "");

  function tick(one: DocumentRecord, on: boolean): void {
    const next = new Set(chosen.value);
    if (on) next.add(one.submission_id);
    else next.delete(one.submission_id);
    chosen.value = next;
  }

  function tickAll(on: boolean): void {
    chosen.value = new Set(on ? shown().map((one) => one.submission_id) : []);
  }

  /** Other documents are looked at: nothing is ticked, and what was left is no longer told. */
  function begin(): void {
    chosen.value = new Set();
    left.value = [];
  }

  async function decide(decision: Omit<Decision, "confirms" | "why_not">): Promise<void> {
    const those = ticked.value;
    const wrong = wrongRemark(decision, remark.value);
    if (wrong) return sayRefused(wrong);
    if (decision.question && !(await ask(decision.question, { title: `${decision.title}（${those.length} 份）`, destructive: true }))) return;
    busy.value = true;
    try {
      const answer = await api.decideAll(those.map((one) => one.submission_id), decision.name, remark.value);
      const numbers = new Map(those.map((one) => [one.submission_id, one.number]));
      left.value = answer.not_decided.map((one) => ({ number: numbers.get(one.id) ?? "", why: one.why_not }));
      chosen.value = new Set(answer.not_decided.map((one) => one.id));
      if (answer.decided) sayDone(`已对 ${answer.decided} 份单据作出「${decision.title}」决定`);
      if (!left.value.length) remark.value = "";
    } catch (error) {
      sayRefused(lineOf(error));
    } finally {
      busy.value = false;
      decided();
    }
  }

  return { ticked, all, remark, busy, left, tick, tickAll, decide, begin, isTicked: (one: DocumentRecord) => chosen.value.has(one.submission_id) };
}
