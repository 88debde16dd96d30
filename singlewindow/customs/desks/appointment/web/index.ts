/** The appointments' page for officers. */
import type { DeskPages } from "@/customs/desks";
import BookingsPage from "./BookingsPage.vue";

const pages: DeskPages = {
  pages: [{ path: "/appointment/bookings", title: "预约通关", component: BookingsPage }],
};

export default pages;
