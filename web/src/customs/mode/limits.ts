/** The boxes of the page 自动审核: what may be entered, and how it travels. Shares are shown in percent. */
import type { Faults, Mode } from "../api";

export interface Box {
  name: string;
  label: string;
  unit: "%" | "秒";
  most: number;
  hint: string;
}

export const MODE_BOXES: Box[] = [
  { name: "delay_seconds", label: "最短延时", unit: "秒", most: 86400, hint: "接收后至少经过的时间" },
  { name: "delay_max_seconds", label: "最长延时", unit: "秒", most: 86400, hint: "每份申请在最短与最长之间" },
  { name: "refuse_share", label: "不同意比例", unit: "%", most: 100, hint: "按此比例退回" },
];

export const FAULT_BOXES: Box[] = [
  { name: "lost", label: "遗失", unit: "%", most: 100, hint: "第一次发送不送达" },
  { name: "doubled", label: "重复", unit: "%", most: 100, hint: "同一份回执送达两次" },
  { name: "delayed", label: "迟到", unit: "%", most: 100, hint: "晚到，次序不变" },
  { name: "shuffled", label: "乱序", unit: "%", most: 100, hint: "晚到，被后面的回执超过" },
  { name: "lost_seconds", label: "遗失后重发", unit: "秒", most: 86400, hint: "0 表示由关员重发" },
  { name: "hold_seconds", label: "最长滞留", unit: "秒", most: 3600, hint: "重复、迟到、乱序的回执" },
];

export type Texts = Record<string, string>;

/** What stands in the boxes. */
export function textsOf(boxes: Box[], values: Mode | Faults): Texts {
  const known = values as unknown as Record<string, number>;
  return Object.fromEntries(boxes.map((box) => [box.name, String(toScreen(box, known[box.name] ?? 0))]));
}

/** What is wrong with each box; an empty object when nothing is. */
export function wrongIn(boxes: Box[], texts: Texts): Texts {
  const wrong = boxes.map((box) => [box.name, wrongWith(box, texts[box.name] ?? "")]).filter(([, why]) => why);
  const found = Object.fromEntries(wrong) as Texts;
  const [shortest, longest] = [Number(texts.delay_seconds), Number(texts.delay_max_seconds)];
  if (texts.delay_max_seconds !== undefined && !found.delay_max_seconds && longest < shortest)
    found.delay_max_seconds = "最长延时不能小于最短延时";
  return found;
}

/** The values as they travel. */
export function valuesOf(boxes: Box[], texts: Texts): Record<string, number> {
  return Object.fromEntries(boxes.map((box) => [box.name, box.unit === "%" ? Number(texts[box.name]) / 100 : Number(texts[box.name])]));
}

function wrongWith(box: Box, text: string): string {
  if (!/^\d+(\.\d+)?$/.test(text)) return "请填写数字";
  return Number(text) > box.most ? `不能大于 ${box.most}` : "";
}

function toScreen(box: Box, value: number): number {
  return box.unit === "%" ? Math.round(value * 10_000) / 100 : value;
}
