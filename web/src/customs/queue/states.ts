/** The queue's conditions, kept while an application is open; "" is any. */
export const filters = { state: "received", type: "", district: "", company: "", number: "", page: 1, size: 20 };
export type Filters = typeof filters;
