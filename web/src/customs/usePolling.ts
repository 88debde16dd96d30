import { onActivated, onBeforeUnmount, onDeactivated, onMounted } from "vue";

/** Call `work` now and again every `milliseconds` while the page is open, in front and visible; never two at once. */
export function usePolling(work: () => Promise<void>, milliseconds: number): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let open = false;
  let working = false;

  async function turn(): Promise<void> {
    clearTimeout(timer);
    if (working) return;
    working = true;
    if (!document.hidden) await work();
    working = false;
    if (open) timer = setTimeout(() => void turn(), milliseconds);
  }

  function begin(): void {
    if (open) return;
    open = true;
    void turn();
  }

  function end(): void {
    open = false;
    clearTimeout(timer);
  }

  onMounted(begin);
  onActivated(begin);
  onDeactivated(end);
  onBeforeUnmount(end);
}
