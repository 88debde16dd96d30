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
      { path: "/", component: HomePage, meta: { title: "首页" } },
      { path: "/login", component: LoginPage, meta: { title: "用户登录" } },
      { path: "/register", component: () => import("@/pages/register/RegisterPage.vue"), meta: { title: "企业注册" } },
      { path: ACCOUNT, component: () => import("@/pages/account/AccountPage.vue"), meta: { session: true, title: "账户" } },
      { path: "/company", component: () => import("@/pages/company/CompanyPage.vue"), meta: { session: true, title: "企业管理" } },
      { path: "/company/tokens", component: () => import("@/pages/company/TokensPage.vue"), meta: { session: true, title: "接口令牌" } },
      { path: "/company/import", component: () => import("@/pages/company/BatchPage.vue"), meta: { session: true, title: "批量导入" } },
      { path: "/company/webhooks", component: () => import("@/pages/company/WebhooksPage.vue"), meta: { session: true, title: "事件推送" } },
      { path: "/system", component: () => import("@/pages/system/SystemPage.vue"), meta: { session: true, title: "系统管理" } },
      { path: "/app/:application/:place(.*)*", component: AppShell, meta: { session: true } },
      { path: "/:missing(.*)*", component: MissingPage, meta: { title: "没有这个页面" } },
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
  const house = document.title;
  router.afterEach(({ meta }) => {
    if (meta.title) document.title = `${String(meta.title)} - ${house}`; // of an application its shell says which tab is in front
  });
  onSessionLost(() => {
    const { fullPath, meta } = router.currentRoute.value;
    forget();
    if (meta.session) void router.push({ path: "/login", query: { next: fullPath, expired: "1" } });
  });
  return router;
}
