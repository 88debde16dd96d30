import type { CodeItem } from "@/kernel/api/types";

/** 全部 in a status box: chosen, it is as if the box were empty (GATE-07). */
export const ALL: CodeItem = { code: "全部", name: "全部" };
