import { shallowRef } from "vue";

export interface Question {
  title: string;
  text: string;
  /** The words on the button that goes on. */
  yes: string;
  no: string;
  /** A destructive question puts the focus on the button that leaves all as it is. */
  destructive: boolean;
}

export const asked = shallowRef<(Question & { answer: (yes: boolean) => void }) | null>(null);

/** Asks the user and answers whether to go on; Escape is no. One question at a time. */
export function ask(text: string, options: Partial<Question> = {}): Promise<boolean> {
  asked.value?.answer(false);
  return new Promise((resolve) => {
    const answer = (yes: boolean): void => {
      asked.value = null;
      resolve(yes);
    };
    asked.value = { title: "提示", text, yes: "确定", no: "取消", destructive: false, ...options, answer };
  });
}

/** Something that the user must have read: with what to do and on what basis, or, of what was done, what comes of it. */
export interface Told {
  text: string;
  advice?: string;
  clause?: string;
  note?: string;
}

export const told = shallowRef<{ all: Told[]; read: () => void } | null>(null);

/** Shows it in a dialog with one button, and goes on when that is pressed; what is shown already is shown with it. */
export function tell(all: Told[]): Promise<void> {
  const before = told.value;
  return new Promise((resolve) => {
    const read = (): void => {
      told.value = null;
      before?.read();
      resolve();
    };
    told.value = { all: [...(before?.all ?? []), ...all], read };
  });
}

/** Whether a dialog lies over this part of the page, which is in none, or in one below. */
export const dialogOver = (part: HTMLElement | undefined): boolean =>
  [...document.querySelectorAll("dialog[open]")].some((dialog) => !dialog.contains(part ?? null));

/** Whether any dialog is open: then the page's shortcuts rest. */
export const dialogOpen = (): boolean => document.querySelector("dialog[open]") !== null;
