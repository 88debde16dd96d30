/** The chapter's own pages, by the names in its menu. */
import { defineAsyncComponent } from "vue";
import type { SubsystemPages } from "@/pages/subsystems";

const chapter: SubsystemPages = {
  pages: {
    apply: defineAsyncComponent(() => import("./apply/ApplyPage.vue")),
    results: defineAsyncComponent(() => import("./results/ResultsPage.vue")),
  },
};

export default chapter;
