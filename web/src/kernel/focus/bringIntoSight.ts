/**
 * What a key gives the focus to is seen whole (WCAG 2.4.11): a browser leaves it as it is where 32 pixels of its width are
 * in sight. Under a pointer nothing moves.
 */
export function bringIntoSight({ target }: FocusEvent): void {
  const element = target as HTMLElement;
  if (element.matches(":focus-visible")) element.scrollIntoView?.({ block: "nearest", inline: "nearest" });
}
