import type { Kind } from "./shapes";

/** 申请类型, as the manual has it (4.2). */
export const KINDS: Record<Kind, string> = { print: "自助打印报关单证申请", export: "结关后报关单数据导出申请" };

/** What an application's number is called. */
export const NUMBER_LABELS: Record<Kind, string> = { print: "自助打印申请编号", export: "结关后报关单数据导出申请编号" };

/** 申请状态, in the manual's words; the last of each is no condition. */
export const STATES: Record<Kind, string[]> = {
  print: ["0-无签章已生成", "1-有签章已生成", "2-海关作业流程未完结", "3-制作中", "4-旧版本暂不支持", "5-全部"],
  export: ["1-数据已生成", "2-数据生成失败", "3-全部"],
};

/** The state in which a result is still being made. */
export const WAITING: Record<Kind, string> = { print: "3", export: "0" };

/** The code that is asked for; "" for 全部. */
export const stateAsked = (kind: Kind, state: string): string => (state === STATES[kind].at(-1) ? "" : state.slice(0, 1));

/** 无签章 or 有签章. */
export const sealWord = (sealed: boolean): string => (sealed ? "有签章" : "无签章");

/** What is said of what was kept its month (PRNT-08), in the server's words. */
export const GONE = "已超过保存期限，请重新申请";

/** What exported data are good for, unlike a layout file (FG 3.1). */
export const PROVES_NOTHING = "数据仅供企业内部使用，不具有证明效力";

export const APPLYING = "手册 4.1 自助打印申请";
export const FETCHING = "手册 4.2 自助打印/导出";
export const CARD_STAYS = "手册 3.2 进入或退出系统 小提示";
