/**
 * The initials of a Chinese text's pinyin: 其他材料 → qtcl. Letters and digits stay, anything else is left out.
 * For the few entries that a page holds itself; a code table's initials come with it from the server (UI-04).
 */
export function initialsOf(text: string): string {
  return [...text].map(letterOf).join("");
}

const order = new Intl.Collator("zh-CN-u-co-pinyin");
const FIRST = "阿丷嚓咑妸发旮哈丌咔垃呣拏喔妑七呥仨他屲夕丫帀"; // the first character of each letter, in the order of pinyin
const LETTERS = "abcdefghjklmnopqrstwxyz";

function letterOf(character: string): string {
  if (/[0-9a-z]/i.test(character)) return character.toLowerCase();
  if (!/\p{Script=Han}/u.test(character)) return "";
  const after = [...FIRST].findLastIndex((first) => order.compare(first, character) <= 0);
  return LETTERS[after] ?? "";
}
