import { createRouter, createWebHashHistory, type Router } from "vue-router";
import SubmissionPage from "./queue/SubmissionPage.vue";
import QueuePage from "./queue/QueuePage.vue";
import UnreadablePage from "./queue/UnreadablePage.vue";
import ModePage from "./mode/ModePage.vue";
import { deskPages } from "./desks";
import RegisterPage from "./registers/RegisterPage.vue";

/** The officers' pages; the address stands behind the # because one file serves them all. */
export function makeRouter(): Router {
  const router = createRouter({
    history: createWebHashHistory(),
    routes: [
      { path: "/", redirect: "/queue" },
      { path: "/queue", component: QueuePage, meta: { title: "申请审核" } },
      { path: "/queue/:id(\\d+)", component: SubmissionPage, meta: { title: "申请审核 单据" }, props: (route) => ({ id: Number(route.params.id) }) },
      {
        path: "/registers/:kind/:entry?",
        component: RegisterPage,
        meta: { title: "登记数据" },
        props: (route) => ({ kind: String(route.params.kind), entry: String(route.params.entry ?? "") }),
      },
      { path: "/mode", component: ModePage, meta: { title: "自动审核" } },
      { path: "/unreadable", component: UnreadablePage, meta: { title: "异常报文" } },
      ...deskPages.map(({ path, title, component }) => ({ path, component, meta: { title } })),
      { path: "/:rest(.*)", redirect: "/queue" },
    ],
  });
  const house = document.title;
  router.afterEach(({ meta }) => void (document.title = meta.title ? `${String(meta.title)} - ${house}` : house));
  return router;
}
