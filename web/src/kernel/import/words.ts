import type { Job } from "@/kernel/api/types";

/** What came of an import, in one line; a check says what would come of it. */
export function summary(job: Job): string {
  if (job.state === "failed" && job.total === null) return job.message;
  if (job.total === null) return job.state === "queued" ? "排队等候处理…" : "正在读取文件…";
  const good = job.options.check_only ? `可暂存 ${job.done} 份` : `已暂存 ${job.done} 份`;
  const left = job.total - job.done - job.failed;
  const counts = `共 ${job.total} 份：${good}，有误 ${job.failed} 份` + (left ? `，尚余 ${left} 份` : "");
  return job.message ? `${counts}。${job.message}` : counts;
}

/** Done and failed together, in percent; null while the count is not known. */
export const percent = (job: Job): number | null =>
  job.total === null ? null : job.total ? Math.floor(((job.done + job.failed) / job.total) * 100) : 100;

export const what = (job: Job): string => (job.options.check_only ? "检查" : "导入");
