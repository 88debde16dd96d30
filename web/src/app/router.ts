import { createRouter, createWebHistory, START_LOCATION, type Router } from "vue-router";
import { onSessionLost } from "@/kernel/api/client";
import { forget, restore, session } from "@/kernel/session";
import HomePage from "@/pages/HomePage.vue";
import LoginPage from "@/pages/LoginPage.vue";
import MissingPage from "@/pages/MissingPage.vue";
import AppShell from "./AppShell.vue";

const ACCOUNT = "/account"; // where a password that someone else set is changed, before anything else

/** The portal's addresses: home, login, people, and the applications, whose tabs the shell reads from the address. */
export function makeRouter(): Router {
  const router = createRouter({
    history: createWebHistory(),
    routes: [
      { path: "/", component: HomePage },
      { path: "/login", component: LoginPage },
      { path: "/register", component: () => import("@/pages/register/RegisterPage.vue") },
      { path: ACCOUNT, component: () => import("@/pages/account/AccountPage.vue"), meta: { session: true } },
      { path: "/company", component: () => import("@/pages/company/CompanyPage.vue"), meta: { session: true } },
      { path: "/company/tokens", component: () => import("@/pages/company/TokensPage.vue"), meta: { session: true } },
      { path: "/company/import", component: () => import("@/pages/company/BatchPage.vue"), meta: { session: true } },
      { path: "/company/webhooks", component: () => import("@/pages/company/WebhooksPage.vue"), meta: { session: true } },
      { path: "/system", component: () => import("@/pages/system/SystemPage.vue"), meta: { session: true } },
      { path: "/app/:application/:place(.*)*", component: AppShell, meta: { session: true } },
      { path: "/:missing(.*)*", component: MissingPage },
    ],
  });
  router.beforeEach(async (to, from) => {
    if (to.meta.session && !session.value && from === START_LOCATION) await restore();
    if (to.meta.session && !session.value) return { path: "/login", query: { next: to.fullPath } };
    if (to.meta.session && session.value?.must_change_password && to.path !== ACCOUNT) {
      return { path: ACCOUNT, query: { next: to.fullPath } };
    }
    return true;
  });
  onSessionLost(() => {
    const { fullPath, meta } = router.currentRoute.value;
    forget();
    if (meta.session) void router.push({ path: "/login", query: { next: fullPath, expired: "1" } });
  });
  return router;
}
