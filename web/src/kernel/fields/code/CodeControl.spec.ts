import { flushPromises, mount } from "@vue/test-utils";
import { describe, expect, it } from "vitest";
import CodeControl from "./CodeControl.vue";
import { initialsOf } from "./initials";
import { serve } from "@/testing/server";
import { listSource, tableSource, type CodeSource } from "./source";

const source = listSource([
  { code: "00000001", name: "委托企业协助海关查验的声明" },
  { code: "00000002", name: "查验时不到场的声明" },
  { code: "00000003", name: "其他材料" },
]);

async function combo(modelValue = "", from: CodeSource = source) {
  const wrapper = mount(CodeControl, {
    props: { modelValue, source: from, "onUpdate:modelValue": (code: string) => wrapper.setProps({ modelValue: code }) },
    attachTo: document.body,
  });
  await flushPromises();
  const input = wrapper.get("input");
  const press = async (key: string, more: object = {}) => {
    await input.trigger("keydown", { key, ...more });
    await flushPromises();
  };
  const type = async (text: string) => {
    await input.setValue(text);
    await flushPromises();
  };
  const leave = async () => {
    await input.trigger("blur");
    await flushPromises();
  };
  const offered = () => wrapper.findAll("[role=option]").map((one) => one.text());
  const text = () => input.element.value;
  return { wrapper, press, type, leave, offered, text };
}

describe("code field (UI-04)", () => {
  it("Space opens the whole list, arrows move, Enter takes: code and name are shown", async () => {
    const { wrapper, press, offered, text } = await combo();
    await press(" ");
    expect(offered()).toHaveLength(3);
    await press("ArrowDown");
    await press("Enter");
    expect(wrapper.props("modelValue")).toBe("00000002");
    expect(text()).toBe("00000002 查验时不到场的声明");
    expect(offered()).toEqual([]);
  });

  it("typing narrows at once, by code or by Chinese", async () => {
    const { type, offered, press, wrapper } = await combo();
    await type("不到场");
    expect(offered()).toEqual(["00000002查验时不到场的声明"]);
    await type("00000003");
    expect(offered()).toEqual(["00000003其他材料"]);
    await press("Enter");
    expect(wrapper.props("modelValue")).toBe("00000003");
  });

  it("typing narrows by the letters of the pinyin, for every word of the shipped chapter", async () => {
    const { type, offered } = await combo();
    expect(initialsOf("其他材料")).toBe("qtcl");
    await type("QTCL");
    expect(offered()).toEqual(["00000003其他材料"]);
    const words = "暂存 已申请 发往海关成功 发送失败 海关接收成功 接收失败 同意 不同意 委托企业协助海关查验的声明 查验时不到场的声明 免于到场协助查验申请";
    expect(initialsOf(words)).toBe("zcysqfwhgcgfssbhgjscgjssbtybtywtqyxzhgcydsmcysbdcdsmmydcxzcysq");
  });

  it("a keystroke asks once, and a list of thousands is cut", async () => {
    const asked: string[] = [];
    const many = Array.from({ length: 12_030 }, (_, at) => ({ code: String(at).padStart(10, "0"), name: `货品 ${at}` }));
    const table: CodeSource = {
      most: 20,
      search: (text) => { asked.push(text); return Promise.resolve(many.filter((one) => one.code.startsWith(text)).slice(0, 20)); },
      find: (code) => Promise.resolve(many.find((one) => one.code === code) ?? null),
    };
    const { type, offered } = await combo("", table);
    for (const text of ["0", "00", "0000"]) await type(text);
    expect(asked).toEqual(["0", "00", "0000"]);
    expect(offered()).toHaveLength(20);
  });

  it("Backspace clears a chosen entry as a whole", async () => {
    const { wrapper, press, text } = await combo("00000001");
    expect(text()).toBe("00000001 委托企业协助海关查验的声明");
    await press("Backspace");
    expect([wrapper.props("modelValue"), text()]).toEqual(["", ""]);
  });

  it("leaving with an unknown code refuses it and keeps what was typed", async () => {
    const { wrapper, type, leave, text } = await combo();
    await type("777");
    await leave();
    expect(wrapper.emitted("unknown")).toEqual([["777", false]]);
    expect([wrapper.props("modelValue"), text()]).toEqual(["", "777"]);
  });

  it("leaving with a whole code takes it without the list", async () => {
    const { wrapper, type, leave } = await combo();
    await type("00000001");
    await leave();
    expect(wrapper.props("modelValue")).toBe("00000001");
    expect(wrapper.emitted("unknown")).toBeUndefined();
  });

  it("keys of an input method are left alone", async () => {
    const { press, offered } = await combo();
    await press(" ", { isComposing: true });
    expect(offered()).toEqual([]);
  });

  it("a code that is set from outside shows its name; an unknown one shows itself", async () => {
    const { wrapper, text } = await combo();
    await wrapper.setProps({ modelValue: "00000003" });
    await flushPromises();
    expect(text()).toBe("00000003 其他材料");
    await wrapper.setProps({ modelValue: "9" });
    await flushPromises();
    expect(text()).toBe("9");
  });

  it("Enter before the list has come takes the first entry of what was typed, never one of the list before", async () => {
    const answers: (() => void)[] = [];
    const slow: CodeSource = { ...source, search: (text) => new Promise((resolve) => answers.push(() => void source.search(text).then(resolve))) };
    const { wrapper, type, press, leave } = await combo("", slow);
    await press(" ");
    answers.shift()!();
    await flushPromises();
    await type("不到场");
    await press("Enter");
    expect(wrapper.props("modelValue")).toBe("");
    await leave();
    answers.forEach((answer) => answer());
    await flushPromises();
    expect(wrapper.props("modelValue")).toBe("00000002");
  });

  /** Answers when it is told to. */
  function late() {
    const answers: (() => void)[] = [];
    const slow: CodeSource = { ...source, search: (text) => new Promise((resolve) => answers.push(() => void source.search(text).then(resolve))) };
    const come = async () => {
      answers.splice(0).forEach((answer) => answer());
      await flushPromises();
    };
    return { slow, come };
  }

  it("UI-04: Enter in a box that fills its neighbour is kept until the list has come: then it takes what it would have taken", async () => {
    const { slow, come } = late();
    const { wrapper, type, press, offered } = await combo("", slow);
    await wrapper.setProps({ fills: true });
    await type("不到场");
    await press("Enter");
    expect([wrapper.props("modelValue"), wrapper.emitted("chosen")]).toEqual(["", undefined]);
    await come();
    expect([wrapper.props("modelValue"), wrapper.emitted("chosen")![0]![1], offered()]).toEqual(["00000002", true, []]);
    await type("00000001");
    await press("Enter");
    await type("00000003"); // goes on typing: the Enter was for other words
    await come();
    expect([wrapper.props("modelValue"), offered()]).toEqual(["", ["00000003其他材料"]]);
  });

  it("UI-04: the second Enter for a list that has not come takes the code that was typed whole, and of several entries none", async () => {
    const { slow, come } = late();
    const { wrapper, type, press, offered } = await combo("", slow);
    await wrapper.setProps({ least: 4, fills: true });
    await type("0000");
    for (const key of ["Enter", "Enter"]) await press(key);
    await come();
    expect([wrapper.props("modelValue"), offered().length]).toEqual(["", 3]);
    await press("Escape");
    await type("00000003");
    for (const key of ["Enter", "Enter"]) await press(key);
    await come();
    expect([wrapper.props("modelValue"), offered()]).toEqual(["00000003", []]);
  });

  it("UI-04: Enter before the list has come takes nothing that is closed now", async () => {
    const { slow, come } = late();
    const { wrapper, type, press, leave } = await combo("", slow);
    await wrapper.setProps({ closed: ["00000001"] });
    await type("0000");
    await press("Enter");
    await leave();
    await come();
    expect(wrapper.props("modelValue")).toBe("00000002");
  });

  it("Enter takes a code or a name that was seen before at once, however slow the list: nobody waits for a code that is typed daily", async () => {
    const items = [{ code: "VN", name: "车牌号" }, { code: "VE", name: "电子车牌号" }];
    serve({ "GET /api/codes/bind_types": { table: "bind_types", items } });
    await tableSource("bind_types").search("");
    serve({ "GET /api/codes/bind_types": new Promise(() => {}), "GET /api/codes/others": new Promise(() => {}) });
    for (const [typed, taken, table] of [["vn", "VN", "bind_types"], ["电子车牌号", "VE", "bind_types"], ["VX", "", "bind_types"], ["VN", "", "others"]]) {
      const { wrapper, type, press } = await combo("", tableSource(table!));
      await type(typed!);
      await press("Enter");
      expect([wrapper.props("modelValue"), wrapper.find("[role=option]").exists()]).toEqual([taken, false]);
      wrapper.unmount();
    }
  });

  it("a table that cannot be had offers nothing to take", async () => {
    let broken = false;
    const { press, type, wrapper, offered } = await combo("", { ...source, search: (text) => (broken ? Promise.reject(new Error()) : source.search(text)) });
    await press(" ");
    broken = true;
    await type("不到场");
    await press("Enter");
    expect([offered(), wrapper.props("modelValue")]).toEqual([[], ""]);
  });

  it("a code that could not be looked up is not told as unknown, and is looked up again when the field is left again (UI-04)", async () => {
    let broken = true;
    const { wrapper, type, leave, text } = await combo("", { ...source, search: (typed) => (broken ? Promise.reject(new Error()) : source.search(typed)) });
    await type("00000001");
    await leave();
    expect([wrapper.emitted("unknown"), text()]).toEqual([[["00000001", true]], "00000001"]);
    broken = false;
    await leave();
    expect(wrapper.props("modelValue")).toBe("00000001");
  });

  it("deleting refused text takes the refusal back", async () => {
    const { wrapper, type, leave } = await combo();
    await type("777");
    await leave();
    await type("");
    expect(wrapper.emitted("update:modelValue")).toEqual([[""]]);
  });

  it("says that there may be more entries than are listed", async () => {
    const { press, wrapper, offered } = await combo("", { ...source, most: 3 });
    await press(" ");
    expect(offered()).toHaveLength(3);
    expect(wrapper.get(".combo-list").text()).toContain("至多列出 3 项，请继续录入以缩小范围");
  });

  it("entries that are closed now are not offered; one that is typed whole is taken, for the form to say why not (CONS-02)", async () => {
    const { wrapper, press, offered, type, leave } = await combo();
    await wrapper.setProps({ closed: ["00000002"] });
    await press(" ");
    expect(offered()).toEqual(["00000001委托企业协助海关查验的声明", "00000003其他材料"]);
    await type("00000002");
    expect(offered()).toEqual([]);
    await leave();
    expect(wrapper.props("modelValue")).toBe("00000002");
  });

  it("what is closed no longer comes into the open list; the arrows stay on their entry (CONS-02)", async () => {
    const { wrapper, press, offered } = await combo();
    await wrapper.setProps({ closed: ["00000001"] });
    await press(" ");
    await press("ArrowDown");
    await wrapper.setProps({ closed: [] });
    expect(offered()).toEqual(["00000001委托企业协助海关查验的声明", "00000002查验时不到场的声明", "00000003其他材料"]);
    await press("Enter");
    expect(wrapper.props("modelValue")).toBe("00000003");
  });
});
