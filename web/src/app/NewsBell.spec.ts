import { flushPromises, mount } from "@vue/test-utils";
import { expect, it } from "vitest";
import { serve } from "@/testing/server";
import NewsBell from "./NewsBell.vue";

it("UI-14: a receipt of several lines is shown line by line, as customs wrote it", async () => {
  const item = {
    cursor: "1", at: "2026-11-26T09:00:00+08:00", number: "202600000000000001", type: "consolidated.list", title: "集报清单", amendment: "", from_name: "已申报",
    code: "E", code_name: "退回", status: "4", status_name: "接受失败", text: "第 1 项：规格型号不全\n第 2 项：数量有误", unread: true,
  };
  serve({ "GET /api/news": { items: [item], unread: 1, more: false }, "POST /api/news/read": { unread: 0 } });
  const wrapper = mount(NewsBell, { attachTo: document.body });
  await wrapper.get(".bell").trigger("click");
  await flushPromises();
  const text = wrapper.get(".news-list li .said");
  expect(text.element.textContent).toBe("第 1 项：规格型号不全\n第 2 项：数量有误");
  wrapper.unmount();
});
