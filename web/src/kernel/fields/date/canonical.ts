/** A day as one value, YYYY-MM-DD: read as the server does (`singlewindow/kernel/definition/moments.py`). */

const WRITTEN = /^(?:(\d{4})(\d{2})(\d{2})|(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?)$/;

/** The one way of writing a day; what is none is answered as it is, without blanks around it. */
export function canonicalDay(text: string): string {
  const plain = text.normalize("NFKC").trim();
  const parts = WRITTEN.exec(plain)?.slice(1).filter(Boolean) ?? [];
  return parts.length ? parts.map((part) => part.padStart(2, "0")).join("-") : plain;
}

/** Whether it is a day that there is, written YYYY-MM-DD, of the years that may be written anywhere: 1900 to 2200. */
export function isDay(text: string): boolean {
  if (!/^(19|20|21|22)\d\d-\d\d-\d\d$/.test(text) || text >= "2201") return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.valueOf()) && date.toISOString().startsWith(text);
}
