/** Which forms are open in this browser, so that one is not offered what another is still typing. */
const here = new Set<string>();
const nameOf = (tab: string): string => `autosave/${tab}`;

/** Says that a form with this key is open; returns the way to say that it no longer is. */
export function holdTab(tab: string): () => void {
  let free = (): void => {};
  here.add(tab);
  void navigator.locks?.request(nameOf(tab), () => (here.has(tab) ? new Promise<void>((resolve) => (free = resolve)) : undefined));
  return () => {
    here.delete(tab);
    free();
  };
}

/** The keys of all forms that are open in this page and, where the browser can tell, in its other tabs. */
export async function liveTabs(): Promise<(tab: string) => boolean> {
  const locks = (await navigator.locks?.query().catch(() => null))?.held ?? [];
  const held = new Set(locks.map((lock) => lock.name));
  return (tab) => here.has(tab) || held.has(nameOf(tab));
}
