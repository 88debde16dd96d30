import { Document, EditPen, Files, Histogram, List, Search, Upload } from "@element-plus/icons-vue";
import { defineAsyncComponent, type Component } from "vue";
import type { MenuItem } from "@/kernel/api/types";
import { presetOf } from "@/kernel/preset";
import DocumentPage from "@/pages/DocumentPage.vue";
import OwnPage from "@/pages/OwnPage.vue";
import QueryPage from "@/pages/QueryPage.vue";
import ReceiptsPage from "@/pages/ReceiptsPage.vue";
import type { Tab } from "./tabs";

/** The kinds of page: those to which a menu may lead (`MenuPage` in `singlewindow/kernel/subsystem.py`), and others. */
export type PageName = MenuItem["page"] | "receipts";

/** A kind of page that a tab can hold. */
export interface PageKind {
  page: Component;
  props(tab: Tab): Record<string, unknown>;
  /**
   * What it is about, and so what its address names: document types alone, one document (and the mode in which it is opened),
   * or nothing but its chapter, which calls it by a name.
   */
  about: "types" | "document" | "chapter";
  /** In the menu. */
  icon: Component;
  /** The tab's words where neither the menu nor a document's number gives them. */
  title: string;
}

/** One entry for each kind of page; addresses, tabs and menu follow. A heavy page is a `defineAsyncComponent`. */
export const pageKinds: Record<PageName, PageKind> = {
  form: {
    page: DocumentPage, about: "document", icon: Document, title: "单据",
    props: ({ types, number, mode, preset }) => ({ type: types[0], number, mode, preset: presetOf(preset) }),
  },
  statistics: {
    page: defineAsyncComponent(() => import("@/pages/StatisticsPage.vue")), about: "types", icon: Histogram, title: "统计",
    props: ({ types }) => ({ types }),
  },
  import: {
    page: defineAsyncComponent(() => import("@/pages/ImportPage.vue")), about: "types", icon: Upload, title: "批量导入",
    props: ({ types }) => ({ types }),
  },
  own: { page: OwnPage, about: "chapter", icon: Files, title: "办理", props: ({ application, name }) => ({ application, name }) },
  query: { page: QueryPage, about: "types", icon: Search, title: "查询", props: ({ types, preset }) => ({ types, preset: presetOf(preset) }) },
  amendments: {
    page: defineAsyncComponent(() => import("@/pages/AmendmentsPage.vue")), about: "types", icon: EditPen, title: "申请状态查询",
    props: ({ types }) => ({ types }),
  },
  receipts: {
    page: ReceiptsPage, about: "document", icon: List, title: "回执",
    props: ({ types, number }) => ({ type: types[0], number }),
  },
};

export const isPageName = (name: string | undefined): name is PageName => name !== undefined && Object.hasOwn(pageKinds, name);
