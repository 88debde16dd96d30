/** The roles' words (PORT-10). */
export const roleNames: Record<string, string> = { administrator: "企业管理员", operator: "操作员", system: "系统管理员" };
