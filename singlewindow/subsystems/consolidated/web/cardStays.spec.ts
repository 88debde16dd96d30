import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { computed, defineComponent, h, ref, shallowRef } from "vue";
import AmendmentList from "@/kernel/amendments/AmendmentList.vue";
import QueryView from "@/kernel/list/QueryView.vue";
import ChangePage from "./changes/ChangePage.vue";
import DeclarationsPage from "./declarations/DeclarationsPage.vue";
import FilingsPage from "./filings/FilingsPage.vue";
import { filing, openPage, type Opened } from "./testing";
import { BOOKLET, LIST, QUALIFICATION } from "./words";

const card = shallowRef<object | null>(null); // what is in the reader
vi.mock("@/kernel/signing/useCard", () => ({ useCard: () => ({ card, trouble: computed(() => (card.value ? null : { text: "读卡器中没有卡。" })), reading: ref(false), read() {} }) }));
const amendments = { kinds: [{ name: "modify", label: "修改申请" }], kind: "修撤单类型", number: "修撤单编号", document: "集报清单编号" };
const PAGES = {
  企业备案变更: ChangePage, 备案表查询: FilingsPage, 集报报关单查询: DeclarationsPage,
  修撤状态查询: defineComponent(() => () => h(AmendmentList, { definition: { ...filing(LIST), amendments } })),
  修改申请: defineComponent(() => () => h(QueryView, { definitions: [filing(LIST)], preset: { for: "modify" } })),
};
const answers = Object.fromEntries([QUALIFICATION, BOOKLET].map((type) => [`GET /api/definitions/${type}`, filing(type)]));
let page: Opened;
beforeEach(() => void (card.value = null));
afterEach(() => page.wrapper.unmount());

it.each(Object.entries(PAGES))("PORT-05: %s says that the card is out, as a form does, until it is back", async (_, component) => {
  page = await openPage(component, answers, { cardStays: true });
  expect(page.wrapper.get(".card-bar").text()).toContain("读卡器中没有卡。　录入的内容仍在页面上；绑定的卡插回之前不能暂存、申报");
  card.value = {};
  await page.wrapper.vm.$nextTick();
  expect(page.wrapper.find(".card-bar").exists()).toBe(false);
});
