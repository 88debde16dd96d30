/** The states by which the queue is filtered; "" is all. */
export const STATES = [
  { code: "received", name: "待审核" },
  { code: "approved", name: "已同意" },
  { code: "refused", name: "不同意" },
  { code: "rejected", name: "接收失败" },
  { code: "", name: "全部" },
] as const;

/** The queue's conditions, kept while an application is open. */
export const filters = { state: "received" as string, number: "", page: 1, size: 20 };
