/** Where the focus stood: the element, what it stands in, and at which place of each. */
interface Stand {
  element: HTMLElement;
  around: { parent: HTMLElement; place: number }[];
}

const KEPT = 12; // stands that are remembered: a dialog and what opened it may go at once
const REACHED = "a[href], button, input, select, textarea, summary, iframe, [tabindex]";
const SOON = 40; // milliseconds: whoever takes the focus in the same breath (autofocus, the page in front) comes first
const LATER = 500; // a button that is only disabled meanwhile has it again when it is enabled

/**
 * The focus is never lost (WCAG 2.4.3): where the element that has it goes away (a row is deleted, a button did its work) or is
 * disabled for good, the focus goes to what stands nearest, in the end to the page's main part. What somebody leaves by
 * pressing somewhere else stays left.
 * @returns what ends it
 */
export function keepFocus(): () => void {
  let stands: Stand[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  function entered({ target }: FocusEvent): void {
    stands = [...stands.slice(1 - KEPT), standOf(target as HTMLElement)];
  }

  /** An element that is left for nothing although it could have kept the focus was left on purpose. */
  function left({ target, relatedTarget }: FocusEvent): void {
    if (!relatedTarget) setTimeout(() => lost() && (isFit(target as HTMLElement) ? (stands = []) : soon()));
  }

  function soon(): void {
    clearTimeout(timer);
    const last = stands.at(-1)?.element;
    timer = setTimeout(() => stands.length && lost() && goOn(stands), last?.isConnected && last.matches(":disabled") ? LATER : SOON);
  }

  const changes = new MutationObserver(() => stands.length && lost() && soon());
  document.addEventListener("focusin", entered);
  document.addEventListener("focusout", left);
  changes.observe(document.body, { childList: true, subtree: true, attributeFilter: ["disabled"] });
  return () => {
    clearTimeout(timer);
    changes.disconnect();
    document.removeEventListener("focusin", entered);
    document.removeEventListener("focusout", left);
  };
}

/** Gives the focus to the page's main part, as the link that leads there does. */
export function focusMain(): void {
  const parts = [...document.querySelectorAll<HTMLElement>("main, .tab-page")].filter((one) => one.checkVisibility?.() ?? true);
  const main = parts.at(-1);
  if (!main) return;
  main.tabIndex = -1;
  main.focus({ preventScroll: true });
}

const lost = (): boolean => !document.activeElement || document.activeElement === document.body || document.activeElement.matches(":disabled");

function standOf(element: HTMLElement): Stand {
  const around: Stand["around"] = [];
  for (let one = element; one.parentElement && one.parentElement !== document.body; one = one.parentElement) {
    around.push({ parent: one.parentElement, place: [...one.parentElement.children].indexOf(one) });
  }
  return { element, around: around.slice(0, -1) }; // all of the page is no neighbourhood
}

/** Whether it can have the focus now: there, seen, enabled, and not behind a dialog. */
function isFit(element: HTMLElement): boolean {
  const dialog = [...document.querySelectorAll("dialog[open]")].at(-1);
  return element.isConnected && !element.matches(":disabled") && (element.checkVisibility?.() ?? true) && (!dialog || dialog.contains(element));
}

function goOn(stands: Stand[]): void {
  for (const stand of stands.toReversed()) {
    const to = isFit(stand.element) ? stand.element : neighbour(stand);
    if (to) return to.focus();
  }
  focusMain();
}

/** What stands where the element stood: after it, else before it, in the innermost part of the page that is still there. */
function neighbour({ around }: Stand): HTMLElement | undefined {
  for (const { parent, place } of around) {
    if (!parent.isConnected) continue;
    const children = [...parent.children] as HTMLElement[];
    const to = reachedIn(children.slice(place))[0] ?? reachedIn(children.slice(0, place)).at(-1);
    if (to) return to;
  }
}

const reachedIn = (parts: HTMLElement[]): HTMLElement[] =>
  parts.flatMap((part) => [part, ...part.querySelectorAll<HTMLElement>(REACHED)]).filter((one) => one.matches(REACHED) && one.tabIndex >= 0 && isFit(one));
