/** The chapter's own pages, by the names in its menu. */
import { defineAsyncComponent } from "vue";
import type { SubsystemPages } from "@/pages/subsystems";

const chapter: SubsystemPages = {
  pages: { "working-time": defineAsyncComponent(() => import("./WorkingTimePage.vue")) },
};

export default chapter;
