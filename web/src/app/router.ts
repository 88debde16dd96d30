import { createRouter, createWebHistory, START_LOCATION, type Router } from "vue-router";
import { onSessionLost } from "@/kernel/api/client";
import { forget, restore, session } from "@/kernel/session";
import HomePage from "@/pages/HomePage.vue";
import LoginPage from "@/pages/LoginPage.vue";
import MissingPage from "@/pages/MissingPage.vue";
import AppShell from "./AppShell.vue";

/** The portal's addresses: home, login, and the applications, whose tabs the shell reads from the address. */
export function makeRouter(): Router {
  const router = createRouter({
    history: createWebHistory(),
    routes: [
      { path: "/", component: HomePage },
      { path: "/login", component: LoginPage },
      { path: "/app/:application/:place(.*)*", component: AppShell, meta: { session: true } },
      { path: "/:missing(.*)*", component: MissingPage },
    ],
  });
  router.beforeEach(async (to, from) => {
    if (to.meta.session && !session.value && from === START_LOCATION) await restore();
    if (to.meta.session && !session.value) return { path: "/login", query: { next: to.fullPath } };
    return true;
  });
  onSessionLost(() => {
    const { fullPath, meta } = router.currentRoute.value;
    forget();
    if (meta.session) void router.push({ path: "/login", query: { next: fullPath, expired: "1" } });
  });
  return router;
}
