/** The chapter's own pages, by the names in its menu. */
import { defineAsyncComponent } from "vue";
import type { SubsystemPages } from "@/pages/subsystems";

const chapter: SubsystemPages = {
  pages: {
    merge: defineAsyncComponent(() => import("./merging/MergePage.vue")),
    declarations: defineAsyncComponent(() => import("./declarations/DeclarationsPage.vue")),
    relations: defineAsyncComponent(() => import("./relations/RelationsPage.vue")),
    statistics: defineAsyncComponent(() => import("./statistics/StatisticsPage.vue")),
    changes: defineAsyncComponent(() => import("./changes/ChangePage.vue")),
    filings: defineAsyncComponent(() => import("./filings/FilingsPage.vue")),
    deadlines: defineAsyncComponent(() => import("./deadlines/DeadlinesPage.vue")),
  },
};

export default chapter;
