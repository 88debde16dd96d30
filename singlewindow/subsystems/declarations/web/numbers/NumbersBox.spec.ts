import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, describe, expect, it } from "vitest";
import { nextTick } from "vue";
import { asked } from "@/kernel/dialogs/ask";
import { refusal, serve } from "@/testing/server";
import NumbersBox from "./NumbersBox.vue";

const number = (at: number): string => `4201202610000${String(at).padStart(5, "0")}`;
let wrapper: ReturnType<typeof mount<typeof NumbersBox>>;
afterEach(() => wrapper.unmount());

function box(text: string, answer: unknown = {}) {
  const server = serve({ "POST /api/declarations/numbers": answer });
  wrapper = mount(NumbersBox, {
    props: { modelValue: text, wrong: null, clause: "手册 4.1", "onUpdate:modelValue": (now: string) => void wrapper.setProps({ modelValue: now }) },
    attachTo: document.body,
  });
  const press = async (word: string) => {
    await wrapper.findAll("button").find((one) => one.text() === word)!.trigger("click");
    await flushPromises();
  };
  const choose = async (name: string, content: BlobPart = "x") => {
    const input = wrapper.get<HTMLInputElement>("input[type=file]");
    Object.defineProperty(input.element, "files", { value: [new File([content], name)], configurable: true });
    await input.trigger("change");
    await flushPromises();
  };
  return { server, press, choose, value: () => wrapper.get<HTMLInputElement>("[data-field=number]").element.value };
}

describe("录入多票报关单号 (PRNT-01, PRNT-04)", () => {
  it("one number a line becomes numbers with commas; what stands in the box stands in the dialog", async () => {
    const { press, value } = box(number(1));
    await press("录入多票报关单号");
    const area = wrapper.get<HTMLTextAreaElement>("textarea");
    expect(area.element.value).toBe(number(1));
    await area.setValue(`${number(1)}\n${number(2)}\n\n${number(2)}，${number(3)}`);
    expect(wrapper.get(".dialog-note").text()).toBe("已录入 3 个");
    await press("确定");
    expect([value(), wrapper.find("textarea").exists(), wrapper.emitted("left")?.length]).toEqual([`${number(1)},${number(2)},${number(3)}`, false, 1]);
    expect(document.activeElement).toBe(wrapper.get("[data-field=number]").element);
    expect(wrapper.text()).toContain("共 3 票");
  });

  it("51 numbers are refused with the count, and stay (PRNT-11)", async () => {
    const { press, value } = box("");
    await press("录入多票报关单号");
    const many = Array.from({ length: 51 }, (_, at) => number(at)).join("\n");
    await wrapper.get("textarea").setValue(many);
    await press("确定");
    expect(wrapper.get("[role=alert]").text()).toContain("最多输入 50 个报关单号，现有 51 个");
    expect([wrapper.get<HTMLTextAreaElement>("textarea").element.value, value()]).toEqual([many, ""]);
  });

  it("leaving asks before what was typed is lost", async () => {
    const { press } = box("");
    await press("录入多票报关单号");
    await wrapper.get("textarea").trigger("keydown", { key: "5" });
    await wrapper.get("textarea").setValue(number(1));
    await press("取消");
    expect(asked.value!.text).toContain("是否放弃");
    asked.value!.answer(false);
    await flushPromises();
    expect(wrapper.get<HTMLTextAreaElement>("textarea").element.value).toBe(number(1));
    await wrapper.get("textarea").setValue("");
    await press("取消");
    expect(wrapper.find("textarea").exists()).toBe(false);
  });
});

describe("导入 (PRNT-01, PRNT-04)", () => {
  const found = {
    numbers: [number(1), number(2)], duplicates: 1, faults: 1, total: 4,
    problems: [
      { place: "Sheet1!A3", text: "4.20120261E+17", message: "单元格是数字，18 位报关单号已被表格软件损坏", advice: "请将该列设为文本后重新录入", clause: "手册 4.1", doubt: false },
      { place: "Sheet1!A5", text: number(2), message: "末三位为 000，可能已被表格软件损坏", advice: "请核对", clause: "手册 4.1", doubt: true },
    ],
  };

  it("says what was found and explains each problem with its place; 确定 puts the numbers into the box", async () => {
    const { choose, press, value, server } = box("", found);
    await choose("numbers.xlsx");
    expect((server.asked[0]!.body as FormData).get("file")).toBeInstanceOf(File);
    const dialog = wrapper.get("dialog");
    expect(dialog.text()).toContain("共读到 4 个号码：有效 2 个，重复 1 个（只计一次），有误 1 个");
    expect(dialog.findAll("tbody tr").map((row) => row.findAll("td").map((cell) => cell.text()))).toEqual([
      ["Sheet1!A3", "4.20120261E+17", "单元格是数字，18 位报关单号已被表格软件损坏", "请将该列设为文本后重新录入"],
      ["Sheet1!A5", number(2), "末三位为 000，可能已被表格软件损坏", "请核对"],
    ]);
    await press("确定");
    expect(value()).toBe(`${number(1)},${number(2)}`);
    expect(document.activeElement).toBe(wrapper.get("[data-field=number]").element);
  });

  it("adds to what was typed, or takes its place", async () => {
    const { choose, press, value } = box(number(7), found);
    await choose("a.txt");
    await press("确定");
    expect(value()).toBe([number(7), number(1), number(2)].join());
    await choose("a.txt");
    await wrapper.findAll("input[type=radio]")[1]!.setValue();
    await press("确定");
    expect(value()).toBe([number(1), number(2)].join());
  });

  it("what would be more than 50 together can only take the place", async () => {
    const typed = Array.from({ length: 49 }, (_, at) => number(at + 10)).join();
    const { choose, press, value } = box(typed, found);
    await choose("a.txt");
    const [add, replace] = wrapper.findAll<HTMLInputElement>("input[type=radio]");
    expect([add!.element.disabled, replace!.element.checked]).toEqual([true, true]);
    expect(wrapper.get("fieldset").text()).toContain("合计 51 个，超过 50 个");
    await press("确定");
    expect(value()).toBe([number(1), number(2)].join());
  });

  it("a file that is refused says why and what to do; what was typed stays", async () => {
    const violation = { path: "file", rule: "numbers.many", message: "文件中有 51 个报关单号，最多 50 个", advice: "请分成几个文件导入", clause: "手册 4.1", source: "rule" };
    const { choose, press, value } = box(number(7), refusal(422, "rules", "文件不能导入", { violations: [violation] }));
    await choose("many.csv");
    expect(wrapper.get("[role=alert]").text()).toMatch(/文件中有 51 个.*请分成几个文件导入.*手册 4.1/);
    await press("取消");
    expect([value(), wrapper.find("dialog").exists()]).toEqual([number(7), false]);
  });

  it("a file of more than 4 MB is refused before it is sent; a refusal without reasons of its own says what to do all the same (UI-16)", async () => {
    const { choose, press, server } = box("", refusal(413, "too-large", "请求内容超过上限 6 MB", { advice: "请减少内容", clause: "接口说明" }));
    await choose("large.txt", new Uint8Array(4_194_305));
    expect([server.asked.length, wrapper.get("[role=alert]").text()]).toEqual([0, expect.stringMatching(/文件大小 4,194,305 字节，超过上限 4,194,304 字节.*怎么办.*分成几个文件导入.*手册 4.1/)]);
    await press("取消");
    await choose("many.csv", new Uint8Array(4_194_304));
    expect([server.asked.length, wrapper.get("[role=alert]").text()]).toEqual([1, expect.stringMatching(/^请求内容超过上限 6 MB　怎么办：请减少内容　依据：接口说明$/)]);
  });
});

it("lines that are pasted become numbers with commas", async () => {
  const { value } = box("");
  const event = new Event("paste", { bubbles: true, cancelable: true }) as Event & { clipboardData?: object };
  event.clipboardData = { getData: () => `${number(1)}\r\n${number(2)}\n` };
  wrapper.get("[data-field=number]").element.dispatchEvent(event);
  await nextTick();
  expect([value(), event.defaultPrevented]).toEqual([`${number(1)},${number(2)}`, true]);
});
