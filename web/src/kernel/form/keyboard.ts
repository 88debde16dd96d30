import { nextTick } from "vue";

/** Moving through a form with the keyboard (UI-03). Keys that belong to an input method are left alone. */

/** The boxes that can be typed in. */
export const FIELDS = "[data-field]:not([readonly]):not([disabled])";

export const composing = (event: KeyboardEvent): boolean => event.isComposing || event.keyCode === 229;

/**
 * Enter: next field, Shift+Enter: previous field, Ctrl+End: first field of the next area. The next field is looked for
 * when the page shows what the key did: a choice may have made a grey field one that can be typed in (GATE-01).
 */
export function moveByKey(event: KeyboardEvent, form: HTMLElement): void {
  const target = event.target as HTMLElement;
  if (composing(event)) return;
  if (event.key === "End" && event.ctrlKey) return move(event, () => firstOfNextArea(form, target));
  if (!target.matches("[data-field]")) return;
  if (event.key === "Enter" && !event.ctrlKey && !event.altKey) move(event, () => neighbour(form, target, event.shiftKey ? -1 : 1));
}

function move(event: KeyboardEvent, find: () => HTMLElement | undefined): void {
  event.preventDefault();
  const from = event.target as HTMLElement;
  void nextTick(() => {
    const to = find();
    if (to) {
      to.focus();
      return void goOn(from, to, find);
    }
    from.blur(); // the last field is left all the same: checked, looked up
    from.focus();
    void goOnLater(from, find);
  });
}

/** What is looked up from the last field may open others: then the focus goes there, unless the user went on meanwhile. */
async function goOnLater(from: HTMLElement, find: () => HTMLElement | undefined): Promise<void> {
  const value = (from as HTMLInputElement).value;
  const stays = (): boolean => document.activeElement === from && (from as HTMLInputElement).value === value;
  await until(() => !stays() || find() !== undefined);
  if (stays()) find()?.focus();
}

/**
 * A code that was typed faster than it is looked up may open a grey field later: then the focus goes there, if nothing was typed
 * yet. Or it disables the field to which Enter went: then nothing can be typed there, whatever it shows now.
 */
async function goOn(from: HTMLElement, to: HTMLElement, find: () => HTMLElement | undefined): Promise<void> {
  if (from.ariaBusy !== "true") return;
  const value = (to as HTMLInputElement).value;
  await until(() => from.ariaBusy !== "true");
  const better = find();
  const untouched = (to as HTMLInputElement).value === value || !to.matches(FIELDS);
  if (better && better !== to && document.activeElement === to && untouched) better.focus();
}

/** In the conditions of a query Enter searches from the last box; elsewhere it goes to the next one (UI-03). */
export function moveOrSearch(event: KeyboardEvent, form: HTMLElement, search: () => void): void {
  const last = event.target === [...form.querySelectorAll(FIELDS)].at(-1);
  if (event.key === "Enter" && !event.shiftKey && last && !composing(event)) void leaveLast(event.target as HTMLElement).then(search);
  else moveByKey(event, form);
}

/** In a dialog Enter confirms from the last box; where it took an entry of an open list it has done enough. */
export function moveOrConfirm(event: KeyboardEvent, form: HTMLElement, confirm: () => void): void {
  const target = event.target as HTMLElement;
  const took = target.getAttribute("aria-expanded") === "true" && target === [...form.querySelectorAll(FIELDS)].at(-1); // as drawn before the key
  if (event.key === "Enter") event.preventDefault();
  if (event.key !== "Enter" || event.shiftKey || !took) moveOrSearch(event, form, confirm);
}

/** The last field is left all the same: what was typed faster than it is looked up is known then. */
export async function leaveLast(field: HTMLElement): Promise<void> {
  field.blur();
  field.focus();
  await nextTick();
  await until(() => field.ariaBusy !== "true");
}

/** A box whose code is still looked up, and what stands in it. */
export interface Sought {
  name: string;
  text: string;
}

/**
 * Waits two seconds at most until what was typed into any of these boxes is known: a code may be typed faster than it is
 * looked up. Answers the boxes of which it is not known then; whoever goes on without them leaves out what was typed.
 */
export async function untilKnown(boxes: HTMLElement | undefined): Promise<Sought[]> {
  const busy = (): HTMLInputElement[] => [...(boxes?.querySelectorAll<HTMLInputElement>("[data-field][aria-busy=true]") ?? [])];
  await nextTick();
  await until(() => !busy().length);
  return busy().map((box) => ({ name: box.dataset.field!, text: box.value.trim() }));
}

/** Waits for the condition, at most two seconds. */
async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 100 && !holds(); tries += 1) await new Promise((go) => setTimeout(go, 20));
  await nextTick();
}

function neighbour(form: HTMLElement, from: HTMLElement, step: number): HTMLElement | undefined {
  const all = [...form.querySelectorAll<HTMLElement>(FIELDS)];
  return all[all.indexOf(from) + step];
}

function firstOfNextArea(form: HTMLElement, from: HTMLElement): HTMLElement | undefined {
  const areas = [...form.querySelectorAll<HTMLElement>("[data-area]")];
  const next = areas.slice(areas.findIndex((area) => area.contains(from)) + 1);
  return next.map((area) => area.querySelector<HTMLElement>(FIELDS)).find((field) => field !== null) ?? undefined;
}

/** Puts the focus on the field of that name (a violation's path), if the form has it and it can be typed in. */
export function focusField(form: HTMLElement | undefined, path: string): boolean {
  const fields = [...(form?.querySelectorAll<HTMLElement>("[data-field]") ?? [])];
  const field = fields.find((one) => one.dataset.field === path && one.matches(FIELDS));
  field?.focus();
  return field !== undefined;
}

/** Puts the focus on a grey field, to be looked at: its hint shows how it gets its value. */
export function focusGrey(form: HTMLElement | undefined, name: string): void {
  form?.querySelector<HTMLElement>(`[data-field="${CSS.escape(name)}"]`)?.focus();
}

/** Puts the focus on 上传 PDF of that category; without one on the first, unless there is a box for all categories. */
export function focusUpload(form: HTMLElement | undefined, code: string | undefined): boolean {
  const wanted = form?.querySelector<HTMLElement>(code ? `[data-upload="${CSS.escape(code)}"]` : "[data-upload], [data-field=attachment_category]");
  if (!wanted?.dataset.upload) return false;
  wanted.focus();
  return true;
}

/** Whether the event is this shortcut, written like "Alt+S". */
export function isShortcut(event: KeyboardEvent, shortcut: string): boolean {
  const key = shortcut.replace("Alt+", "").toUpperCase();
  const plainAlt = event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  return plainAlt && !composing(event) && (event.code === `Key${key}` || event.key.toUpperCase() === key);
}
