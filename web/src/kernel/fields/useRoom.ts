import { nextTick, onBeforeUnmount, onMounted, ref, watch, type Ref } from "vue";

const MOST = 252; // pixels of a list's height, as .combo-list has it
const EDGE = 4; // pixels between a list and the edge of the window

/**
 * Where a list that belongs to a box opens: below it, or above where the part of the page that scrolls ends too early below
 * and has more room above. A dialog is often smaller than a list of one of its boxes and cuts off what juts out: there the
 * list lies over it, and all of the window is its room.
 * @param list the list, whose parent is as wide and high as the box
 * @param changes what makes the list longer or shorter
 */
export function useRoom(list: Ref<HTMLElement | undefined | null>, changes: () => unknown = () => null) {
  const above = ref(false);

  function place(): void {
    const box = list.value?.parentElement?.getBoundingClientRect();
    if (!list.value || !box) return;
    const inDialog = list.value.closest("dialog") !== null;
    const area = inDialog ? undefined : list.value.closest(".work-scroll")?.getBoundingClientRect();
    const [top, bottom] = [area?.top ?? 0, area?.bottom ?? window.innerHeight];
    const short = box.bottom + list.value.offsetHeight > bottom;
    above.value = short && box.top - top > bottom - box.bottom;
    if (inDialog) layOver(list.value, box, above.value);
    else if (short && !above.value) list.value.scrollIntoView?.({ block: "nearest" });
  }

  onMounted(place);
  onMounted(() => document.addEventListener("scroll", place, true));
  onBeforeUnmount(() => document.removeEventListener("scroll", place, true));
  watch(changes, () => void nextTick(place));
  return { above, place };
}

function layOver({ style }: HTMLElement, box: DOMRect, above: boolean): void {
  const room = above ? box.top : window.innerHeight - box.bottom;
  Object.assign(style, {
    position: "fixed", left: `${box.left}px`, minWidth: `${box.width}px`, maxHeight: `${Math.min(MOST, room - EDGE)}px`,
    top: above ? "auto" : `${box.bottom}px`, bottom: above ? `${window.innerHeight - box.top}px` : "auto",
  });
}
