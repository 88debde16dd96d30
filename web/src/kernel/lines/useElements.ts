import { shallowRef } from "vue";
import type { Field, Row } from "@/kernel/api/types";
import { lineOf } from "@/kernel/api/problem";
import { sayRefused } from "@/kernel/dialogs/say";
import { elementsOf, type Good } from "@/kernel/fields/code/source";
import type { LineTable } from "./useLines";

/** A good's declaration elements in a dialog: to be looked at, or to be filled in. */
export interface Classifying {
  title: string;
  good: Good;
  text: string;
  readonly: boolean;
  /** How many characters all of them may have together; 0: any number. */
  most: number;
  answer(text: string | null): void;
}

/** 归类: the declaration elements of a row's goods code, one box for each, joined by | in one field of the row. */
export function useElements(table: LineTable) {
  const shown = shallowRef<Classifying | null>(null);
  const field = table.lines.fields.find((one) => one.elements);
  const declined = new Set<string>(); // codes of the row in the editor whose dialog was closed with nothing filled in
  let sheet = -1;

  const word = (action: "查看" | "重新"): string => (action === "查看" ? `${table.lines.elements}查看` : `重新${table.lines.elements}`);
  const codeField = (): Field => table.lines.fields.find((one) => one.name === field!.elements)!;

  /** 归类查看 of the row in the editor, or of the only ticked one. */
  async function view(): Promise<void> {
    const row = table.blank.value ? table.rows.value[only() ?? -1] : table.draft.value.row;
    if (!row) return sayRefused(`请先在列表中单击或勾选一行，再点击「${word("查看")}」`);
    const good = await goodOf(row);
    if (good) await show(word("查看"), good, row[field!.name] ?? "", true);
  }

  /** 重新归类: of a ticked row it is done with the row back in its place. Answers false where nothing came of it. */
  async function change(): Promise<boolean> {
    const index = only();
    const fromList = table.blank.value;
    if (fromList && index === undefined) {
      sayRefused(`请先在列表中单击或勾选一行，或在录入框中录入「${codeField().label}」，再点击「${word("重新")}」`);
      return false;
    }
    if (fromList && !(await table.open(index!))) return false;
    if (table.locked(field!)) {
      sayRefused(`「${field!.label}」现在不能修改，可以点击「${word("查看")}」`);
      return false;
    }
    const good = await goodOf(table.draft.value.row);
    return !!good && (await fillIn(good)) && (!fromList || table.put());
  }

  /** Enter in the empty box: the dialog, once for each code; false where the code has no elements or nothing was filled in. */
  async function enter(): Promise<boolean> {
    const code = table.draft.value.row[field!.elements] ?? "";
    if (sheet !== table.sheet.value) declined.clear();
    sheet = table.sheet.value;
    if (declined.has(code)) return false;
    declined.add(code);
    const good = await elementsOf(codeField().codes!, code).catch(() => null);
    return !!good?.elements.length && fillIn(good);
  }

  /** Whether Enter in this box leads to the dialog. */
  const opensAt = (one: Field): boolean =>
    !!one.elements && !table.locked(one) && !table.valueOf(one) && !!table.draft.value.row[one.elements];

  async function fillIn(good: Good): Promise<boolean> {
    const before = table.sheet.value;
    const text = await show(word("重新"), good, table.valueOf(field!), false);
    if (text === null || before !== table.sheet.value) return false;
    table.edit(field!, text);
    return true;
  }

  function show(title: string, good: Good, text: string, readonly: boolean): Promise<string | null> {
    return new Promise((resolve) => {
      const answer = (given: string | null): void => {
        shown.value = null;
        resolve(given);
      };
      shown.value = { title, good, text, readonly, most: field!.max_length, answer };
    });
  }

  /** The row's good with its elements; says why there is nothing to be classified. */
  async function goodOf(row: Row): Promise<Good | null> {
    const code = row[field!.elements] ?? "";
    const { label, codes } = codeField();
    if (!code) return none(`该行没有「${label}」，请先录入「${label}」`);
    try {
      const good = await elementsOf(codes!, code, table.day.value);
      return good.elements.length ? good : none(`${label} ${code} 没有申报要素，「${field!.label}」请直接录入`);
    } catch (error) {
      return none(lineOf(error));
    }
  }

  function none(why: string): null {
    sayRefused(why);
    return null;
  }

  function only(): number | undefined {
    const [first, ...others] = table.ticked.value;
    return others.length ? undefined : first;
  }

  return { shown, field, word, view, change, enter, opensAt };
}

export type Elements = ReturnType<typeof useElements>;
