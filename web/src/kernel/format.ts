/** A moment (RFC 3339) in Chinese time, YYYY-MM-DD hh:mm:ss; text that is none is shown as it is. */
export function moment(text: string | null): string {
  if (!text) return "";
  const at = new Date(text);
  if (Number.isNaN(at.valueOf()) || !text.includes("T")) return text;
  return at.toLocaleString("sv-SE", { timeZone: "Asia/Shanghai" });
}

/** A calendar day in Chinese time, YYYY-MM-DD, `ago` days before `now`. */
export function day(now: Date, ago = 0): string {
  return new Date(now.valueOf() - ago * 86_400_000).toLocaleDateString("sv-SE", { timeZone: "Asia/Shanghai" });
}
