import { createRouter, createWebHashHistory, type Router } from "vue-router";
import SubmissionPage from "./queue/SubmissionPage.vue";
import QueuePage from "./queue/QueuePage.vue";
import UnreadablePage from "./queue/UnreadablePage.vue";
import ModePage from "./mode/ModePage.vue";
import { deskPages } from "./desks";
import RegisterPage from "./registers/RegisterPage.vue";

/** The officers' pages; the address stands behind the # because one file serves them all. */
export function makeRouter(): Router {
  return createRouter({
    history: createWebHashHistory(),
    routes: [
      { path: "/", redirect: "/queue" },
      { path: "/queue", component: QueuePage },
      { path: "/queue/:id(\\d+)", component: SubmissionPage, props: (route) => ({ id: Number(route.params.id) }) },
      {
        path: "/registers/:kind/:entry?",
        component: RegisterPage,
        props: (route) => ({ kind: String(route.params.kind), entry: String(route.params.entry ?? "") }),
      },
      { path: "/mode", component: ModePage },
      { path: "/unreadable", component: UnreadablePage },
      ...deskPages.map(({ path, component }) => ({ path, component })),
      { path: "/:rest(.*)", redirect: "/queue" },
    ],
  });
}
