const opened: HTMLElement[] = []; // the dialogs that are open, the one on top last

/** Where what is said is put: what lies behind a modal dialog can neither be read well nor closed. */
export const onTop = (): HTMLElement => opened.findLast((one) => one.isConnected) ?? document.body;

/** A dialog has opened: what is being said comes before it. */
export function enter(dialog: HTMLElement): void {
  opened.push(dialog);
  carry();
}

/** It closes: what is being said does not go with it. */
export function leave(dialog: HTMLElement): void {
  opened.splice(opened.indexOf(dialog), 1);
  carry();
}

function carry(): void {
  onTop().append(...document.querySelectorAll(".el-message"));
}
