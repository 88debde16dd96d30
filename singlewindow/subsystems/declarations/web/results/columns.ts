import type { ListColumn } from "@/kernel/list/rows";
import type { Kind } from "../shapes";

const column = (name: string, label: string, sortable = false): ListColumn => ({ name, label, sortable });

const both = {
  application: column("application", "申请编号", true),
  number: column("number", "报关单号", true),
  state: column("state", "申请办理状态", true),
  applied: column("applied_at", "申请时间", true),
  by: column("applied_by", "申请人"),
  expires: column("expires_at", "保存期限", true),
  why: { ...column("why", "说明"), grows: true },
};

export const columns: Record<Kind, ListColumn[]> = {
  print: [both.application, both.number, column("sealed", "申请类型"), both.state, both.applied, both.by, both.expires, both.why],
  export: [both.application, both.number, both.state, both.applied, both.by, both.expires, both.why],
};
