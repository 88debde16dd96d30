import type { Violation } from "@/kernel/api/types";

/** As many numbers one query takes (manual 4.1 and 4.2 报关单号). */
export const MOST = 50;

const MOST_BYTES = 4_194_304; // of a file of numbers
const SHOWN = 40; // characters of what was typed wrongly

/** The numbers of a text in their order, each once: separated by commas, or whatever else stands between numbers. */
export function numbersIn(text: string): string[] {
  return [...new Set(text.normalize("NFKC").split(/[\s,、;]+/).filter(Boolean))];
}

/** As it stands in the box. */
export const asText = (numbers: string[]): string => numbers.join(",");

/** What is wrong with the text of the box; the server says the same of what it is asked. */
export function whatIsWrong(text: string, clause: string): Violation[] {
  const numbers = numbersIn(text);
  if (numbers.length > MOST) {
    return [wrong(`最多输入 ${MOST} 个报关单号，现有 ${numbers.length} 个`, `请减少到 ${MOST} 个以内，或分几次办理`, clause)];
  }
  return numbers.filter((one) => !/^[0-9]{18}$/.test(one)).map((one) => wrong(
    `「${one.slice(0, SHOWN)}」不是报关单号：应为 18 位数字，现为 ${one.length} 位`, "请更正后再查询；多个报关单号用逗号分隔", clause,
  ));
}

/** What is wrong with the size of a file of numbers, before it is sent; the server takes no more either. */
export function whatIsTooLarge({ size }: File, clause: string): Violation[] {
  const [has, most] = [size, MOST_BYTES].map((bytes) => bytes.toLocaleString("en")) as [string, string];
  return size > MOST_BYTES ? [wrong(`文件大小 ${has} 字节，超过上限 ${most} 字节`, "请只保留需要查询的号码，分成几个文件导入", clause)] : [];
}

const wrong = (message: string, advice: string, clause: string): Violation => ({ path: "number", rule: "numbers", message, advice, clause, source: "field" });

/** The red hint of the box. */
export const numbersHint = {
  label: "报关单号", hint: `最多输入 ${MOST} 个报关单号，多个报关单号用逗号分隔；可点击「录入多票报关单号」，或点击「导入」从文件导入`,
};
