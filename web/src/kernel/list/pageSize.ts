/** `v-page-size`: names the page size box of a pagination, which the library leaves without a name for screen readers. */
export const vPageSize = {
  mounted: (pages: HTMLElement): void => pages.querySelector("input[role=combobox]")?.setAttribute("aria-label", "每页条数"),
};
