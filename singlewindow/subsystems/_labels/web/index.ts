/** The chapter's own pages, by the names in its menu. */
import { defineAsyncComponent } from "vue";
import type { SubsystemPages } from "@/pages/subsystems";

const chapter: SubsystemPages = {
  pages: { parcels: defineAsyncComponent(() => import("./ParcelsPage.vue")) },
};

export default chapter;
