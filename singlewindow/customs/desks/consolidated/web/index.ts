/** The page of consolidated declaration for officers. */
import type { DeskPages } from "@/customs/desks";
import RecordsPage from "./RecordsPage.vue";

const pages: DeskPages = {
  pages: [{ path: "/consolidated/records", title: "集中申报", component: RecordsPage }],
};

export default pages;
