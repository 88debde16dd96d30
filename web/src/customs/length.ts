/** What is said of a text with more than so many characters, while it is typed; "" of others. Nothing is cut: half of it would stand. */
export function longerThan(what: string, text: string, most: number, advice: string): string {
  const length = [...text].length;
  return length > most ? `${what}至多 ${most} 个字符，现为 ${length} 个，${advice}` : "";
}
