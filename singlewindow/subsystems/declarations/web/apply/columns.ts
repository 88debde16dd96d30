import { moment } from "@/kernel/format";
import type { ListColumn } from "@/kernel/list/rows";
import type { Closed } from "../shapes";

const column = (name: string, label: string, sortable = false): ListColumn => ({ name, label, sortable });

export const columns: ListColumn[] = [
  column("number", "报关单号", true),
  column("ie_name", "进出口标志"),
  column("district_name", "申报地海关"),
  column("declared_at", "申报日期", true),
  column("closed_at", "结关时间", true),
  column("trade_mode_name", "监管方式"),
  column("bill_no", "提运单号", true),
  column("pre_entry_no", "预录入编号"),
  column("consignee_name", "境内收发货人"),
  column("declarant_name", "申报单位"),
  column("packages", "件数"),
  column("gross_weight", "毛重（千克）"),
];

/** What does not fit a window of 1366 pixels beside the two long words of 操作. */
export const hiddenAtFirst = ["pre_entry_no", "consignee_name", "declarant_name", "packages", "gross_weight"];

/** What stands in a cell. */
export function textOf(row: Closed, column: string): string {
  const value = row[column as keyof Closed] ?? "";
  return column === "declared_at" ? moment(value).slice(0, 10) : column === "closed_at" ? moment(value) : value;
}
