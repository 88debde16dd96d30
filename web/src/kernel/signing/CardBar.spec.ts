import { mount } from "@vue/test-utils";
import { expect, it } from "vitest";
import CardBar from "./CardBar.vue";

const bar = (more: object = {}) => mount(CardBar, { props: { trouble: "读卡器中没有卡。", waiting: false, ...more } });

it("says what the missing card keeps from being done, and lets the waiting be given up (PORT-05)", async () => {
  expect(bar().text()).toMatch(/读卡器中没有卡。.*绑定的卡插回之前不能暂存（依据：手册 关于 IC卡/);
  expect(bar().find("button").exists()).toBe(false);
  const waiting = bar({ waiting: true, what: "申请", clause: "手册 3.2" });
  expect(waiting.text()).toMatch(/插回后申请自动继续（依据：手册 3.2）取消申请/);
  await waiting.get("button").trigger("click");
  expect(waiting.emitted("giveUp")).toHaveLength(1);
});
