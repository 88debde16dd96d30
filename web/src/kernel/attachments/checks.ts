import type { AttachmentRules, Violation } from "@/kernel/api/types";

const refuse = (message: string, advice: string, { clause }: AttachmentRules): Violation =>
  ({ path: "attachments", rule: "attachment.quick", message, advice, clause, source: "field" });

/** What can be seen of a chosen file before it is sent: its size and its first bytes. The server looks closer. */
export async function quickCheck(file: File, rules: AttachmentRules): Promise<Violation | null> {
  if (file.size > rules.max_bytes) {
    const message = `文件「${file.name}」为 ${sizeText(file.size)}，超过 ${sizeText(rules.max_bytes)}`;
    return refuse(message, "请压缩或拆分文件后重新选择", rules);
  }
  const head = new TextDecoder("latin1").decode(await file.slice(0, 5).arrayBuffer());
  return head === "%PDF-" ? null : refuse(`文件「${file.name}」不是 PDF 文件`, "请将材料另存为 PDF 后重新选择", rules);
}

/** A size for people: bytes, KB or MB with two digits, where 1 MB is 1,048,576 bytes. */
export function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} 字节`;
  const [value, unit] = bytes < 1_048_576 ? [bytes / 1024, "KB"] : [bytes / 1_048_576, "MB"];
  return `${Number(value.toFixed(2))} ${unit}`;
}
