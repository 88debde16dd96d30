/** The gate's pages for officers. */
import type { DeskPages } from "@/customs/desks";
import KeysPage from "./KeysPage.vue";
import LanePage from "./LanePage.vue";
import TripsPage from "./TripsPage.vue";
import "./gate.css";

const pages: DeskPages = {
  pages: [
    { path: "/gate/lane", title: "卡口验放", component: LanePage },
    { path: "/gate/trips", title: "卡口车次", component: TripsPage },
    { path: "/gate/keys", title: "卡口密钥", component: KeysPage },
  ],
};

export default pages;
