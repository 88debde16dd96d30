import { nextTick } from "vue";

/** A part of the page that a button opens beside what stands there gives the focus back to that button when it is closed. */
export function useOpener() {
  let opener: HTMLElement | null = null;
  return {
    /** The part opens: whatever has the focus opened it. */
    opens: (): void => void (opener = document.activeElement as HTMLElement | null),
    /** It is closed. */
    back: (): void => void nextTick(() => opener?.isConnected && opener.focus()),
  };
}
