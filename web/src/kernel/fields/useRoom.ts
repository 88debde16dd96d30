import { nextTick, onMounted, ref, watch, type Ref } from "vue";

/**
 * Where a list that belongs to a box opens: below it, or above where the part of the page that scrolls ends too early below
 * and has more room above.
 * @param list the list, whose parent is as wide and high as the box
 * @param changes what makes the list longer or shorter
 */
export function useRoom(list: Ref<HTMLElement | undefined | null>, changes: () => unknown = () => null) {
  const above = ref(false);

  function place(): void {
    const box = list.value?.parentElement?.getBoundingClientRect();
    if (!list.value || !box) return;
    const area = list.value.closest(".work-scroll, .dialog-body")?.getBoundingClientRect();
    const [top, bottom] = [area?.top ?? 0, area?.bottom ?? window.innerHeight];
    const short = box.bottom + list.value.offsetHeight > bottom;
    above.value = short && box.top - top > bottom - box.bottom;
    if (short && !above.value) list.value.scrollIntoView?.({ block: "nearest" });
  }

  onMounted(place);
  watch(changes, () => void nextTick(place));
  return { above, place };
}
