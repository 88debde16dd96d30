/** Words and types that the chapter's own pages share. */
export const QUALIFICATION = "consolidated.qualification";
export const BOOKLET = "consolidated.booklet";
export const LIST = "consolidated.list";
export const DECLARATION = "consolidated.declaration";

export const MERGING = "手册 第六篇 4.1 集报清单汇总";
export const QUERIES = "手册 第六篇 第五章 数据查询/统计";

/** 货物性质 as one merges: 一般贸易 includes 边境小额 and 对外承包出口货物 (CONS-13). */
export const NATURES = [{ code: "general", name: "一般贸易" }, { code: "bonded", name: "保税货物" }];
export const FLOWS = [{ code: "I", name: "进口" }, { code: "E", name: "出口" }];
export const flowOf = (flag: string): string => FLOWS.find((one) => one.code === flag)?.name ?? flag;
