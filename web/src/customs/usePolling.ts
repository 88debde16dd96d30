import { onBeforeUnmount, onMounted } from "vue";

/** Call `work` now and again every `milliseconds` while the page is open and visible; never two at once. */
export function usePolling(work: () => Promise<void>, milliseconds: number): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let open = false;

  async function turn(): Promise<void> {
    if (!document.hidden) await work();
    if (open) timer = setTimeout(() => void turn(), milliseconds);
  }

  onMounted(() => {
    open = true;
    void turn();
  });
  onBeforeUnmount(() => {
    open = false;
    clearTimeout(timer);
  });
}
