import { computed, onScopeDispose, ref, shallowRef } from "vue";
import { getJob, getJobs, getRefusals, handIn, resumeJob, startJob, stopJob } from "@/kernel/api/jobs";
import { isLost, lineOf, Problem } from "@/kernel/api/problem";
import type { Job, Refusal } from "@/kernel/api/types";
import { ask } from "@/kernel/dialogs/ask";
import { randomKey } from "@/kernel/randomKey";

const EVERY = 700; // milliseconds between two looks at a job that goes on
const SHOWN = 50; // refused documents that are shown without asking

export const goesOn = (job: Job): boolean => job.state === "queued" || job.state === "running";

/** Whether it stands in the middle: stopped, or failed after it had begun. */
export const mayGoOn = (job: Job): boolean => job.state === "stopped" || (job.state === "failed" && job.total !== null);

/** One file on its way: handed in, checked or imported, looked at until it is done; and the account's earlier ones of these types. */
export function useImport(types: string[], type: () => string) {
  const job = shallowRef<Job | null>(null);
  const earlier = shallowRef<Job[]>([]);
  const refusals = shallowRef<Refusal[]>([]);
  const busy = ref("");
  const trouble = ref("");
  let begun: { file: File; what: string; key: string } | null = null; // a request that has no answer yet
  let timer: ReturnType<typeof setTimeout> | undefined;

  const more = computed(() => !!job.value && refusals.value.length < job.value.failed);

  /** Hands a file in and starts: `checkOnly` saves nothing. A file that was sent before is asked about. */
  async function begin(file: File, checkOnly: boolean): Promise<void> {
    await guarded(checkOnly ? "上传并检查" : "上传并导入", async () => {
      const stored = await handIn(file);
      await start(file, stored.id, checkOnly, false);
    });
  }

  async function start(file: File, id: number, checkOnly: boolean, again: boolean): Promise<void> {
    const what = `${type()}/${checkOnly}/${again}`;
    if (begun?.file !== file || begun.what !== what) begun = { file, what, key: randomKey() };
    const body = { kind: "import", type: type(), file: id, options: { check_only: checkOnly }, again };
    try {
      show(await startJob(body, begun.key));
      begun = null;
    } catch (error) {
      if (!isLost(error)) begun = null;
      const twice = error instanceof Problem && error.slug === "sent-before" && !again;
      if (!twice) throw error;
      if (await ask(`${error.message}。再次导入会另外生成一批暂存单据（填有自编号的除外），是否继续？`, { title: "重复导入", yes: "再次导入", destructive: true })) {
        await start(file, id, checkOnly, true);
      }
    }
  }

  /** Shows a job and follows it. */
  function show(shown: Job): void {
    if (shown.id !== job.value?.id) {
      refusals.value = [];
      trouble.value = "";
    }
    job.value = shown;
    earlier.value = [shown, ...earlier.value.filter((one) => one.id !== shown.id)].toSorted((one, other) => other.id - one.id);
    clearTimeout(timer);
    if (shown.failed > refusals.value.length && refusals.value.length < SHOWN) void loadRefusals();
    if (goesOn(shown)) timer = setTimeout(look, EVERY);
  }

  async function look(): Promise<void> {
    const looked = job.value;
    if (!looked) return;
    try {
      const now = await getJob(looked.id);
      if (job.value?.id === now.id) show(now);
      trouble.value = "";
    } catch (error) {
      trouble.value = `进度暂时看不到：${lineOf(error)}`;
      timer = setTimeout(look, 4 * EVERY);
    }
  }

  /** The next refused documents. */
  async function loadRefusals(): Promise<void> {
    const of = job.value!.id;
    const found = await getRefusals(of, refusals.value.at(-1)?.no ?? 0).catch((error: unknown) => {
      if (job.value?.id === of) trouble.value = lineOf(error);
    });
    if (!found || job.value?.id !== of) return;
    const { items } = found;
    const known = new Set(refusals.value.map((one) => one.no));
    refusals.value = [...refusals.value, ...items.filter((one) => !known.has(one.no))];
  }

  const stop = (): Promise<void> => guarded("停止", async () => show(await stopJob(job.value!.id)));

  const resume = (): Promise<void> => guarded("继续", async () => show(await resumeJob(job.value!.id)));

  const loadEarlier = (): Promise<void> => guarded("", async () => {
    const { items } = await getJobs("import", types.length === 1 ? types[0] : undefined);
    earlier.value = items.filter((one) => types.includes(one.type)).toSorted((one, other) => other.id - one.id);
    const last = earlier.value.find(goesOn);
    if (last && !job.value) show(last);
  });

  async function guarded(label: string, work: () => Promise<void>): Promise<void> {
    if (busy.value) return;
    busy.value = label;
    trouble.value = "";
    try {
      await work();
    } catch (error) {
      trouble.value = lineOf(error);
    } finally {
      busy.value = "";
    }
  }

  onScopeDispose(() => clearTimeout(timer));

  return { job, earlier, refusals, more, busy, trouble, begin, show, stop, resume, loadRefusals, loadEarlier };
}
