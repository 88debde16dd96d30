import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CardProblem } from "@/kernel/card/problem";
import * as cardService from "./cardService";
import SigningDialog from "./SigningDialog.vue";

const owner = { number: "8930000012345", holder: "王芳", company: "前海锦程" };
const listeners = new Map<string, () => void>();
const card = { owner: vi.fn(), certificate: vi.fn(), sign: vi.fn(), on: (event: string, listener: () => void) => {
  listeners.set(event, listener);
  return () => listeners.delete(event);
} };

let wrapper: ReturnType<typeof mount<typeof SigningDialog>>;
const prepare = vi.fn();
const submit = vi.fn();

beforeEach(() => {
  vi.spyOn(cardService, "cardClient").mockReturnValue(card as never);
  card.owner.mockReset().mockResolvedValue(owner);
  card.certificate.mockReset().mockResolvedValue("DER");
  card.sign.mockReset().mockResolvedValue("SIG");
  prepare.mockReset().mockResolvedValue({ signing_input: "a.b" });
  submit.mockReset().mockResolvedValue(undefined);
});
afterEach(() => wrapper.unmount());

async function open(bound: string | null = owner.number) {
  const request = { title: "申请", facts: [{ label: "数据中心统一编号", value: "2026" }], bound, prepare, submit };
  wrapper = mount(SigningDialog, { props: { request }, attachTo: document.body });
  await flushPromises();
}

async function enterPin(pin: string) {
  const box = wrapper.get<HTMLInputElement>("input[type=password]");
  await box.setValue(pin);
  await box.trigger("keydown", { key: "Enter" });
  await flushPromises();
  return box;
}

describe("the card's dialog (PORT-05)", () => {
  it("shows the card and what will be signed, signs, submits, and keeps no PIN", async () => {
    await open();
    expect(wrapper.text()).toContain("8930000012345");
    expect(wrapper.text()).toContain("王芳（前海锦程）");
    expect(wrapper.text()).toContain("2026");
    const box = await enterPin("12345678");
    expect(prepare).toHaveBeenCalledWith("8930000012345");
    expect(card.sign).toHaveBeenCalledWith("a.b", "12345678");
    expect(submit).toHaveBeenCalledWith({ prepared: { signing_input: "a.b" }, signature: "SIG", certificate: "DER", others: [] });
    expect(JSON.stringify(submit.mock.calls)).not.toContain("12345678");
    expect(box.element.value).toBe("");
    expect(wrapper.emitted("done")).toEqual([[true]]);
  });

  it("signs more with the same PIN entry, in the order in which it was asked", async () => {
    prepare.mockResolvedValue({ signing_input: "a.b", others: ["c.d", "e.f"] });
    card.sign.mockImplementation((input: string) => Promise.resolve(`SIG ${input}`));
    await open();
    await enterPin("12345678");
    expect(card.sign.mock.calls).toEqual([["a.b", "12345678"], ["c.d", "12345678"], ["e.f", "12345678"]]);
    expect(submit.mock.calls[0]![0]).toMatchObject({ signature: "SIG a.b", others: ["SIG c.d", "SIG e.f"] });
  });

  it("a wrong PIN says how many tries are left and keeps the dialog, empty", async () => {
    card.sign.mockRejectedValueOnce(new CardProblem("wrong-pin", "PIN 码错误，还可以再试 4 次。", "请核对。", 4));
    await open();
    const box = await enterPin("1");
    expect(wrapper.get("[role=alert]").text()).toBe("PIN 码错误，还可以再试 4 次。请核对。");
    expect([box.element.value, wrapper.emitted("done")]).toEqual(["", undefined]);
    await enterPin("12345678");
    expect(wrapper.emitted("done")).toEqual([[true]]);
  });

  it("another card than the bound one is refused with both numbers, before anything is prepared", async () => {
    await open("8930000099999");
    expect(wrapper.get("[role=alert]").text()).toContain(
      "当前卡号 8930000012345 与用户注册信息卡号 8930000099999 不一致，无法进行申报",
    );
    expect(prepare).not.toHaveBeenCalled();
    expect(wrapper.find("input[type=password]").exists()).toBe(false);
  });

  it("goes on when the card is put in", async () => {
    card.owner.mockRejectedValueOnce(new CardProblem("no-card", "读卡器中没有卡。", "请插入卡。"));
    await open();
    expect(wrapper.get("[role=alert]").text()).toBe("读卡器中没有卡。请插入卡。");
    expect(document.activeElement?.textContent).toBe("重新读卡");
    listeners.get("card_inserted")!();
    await flushPromises();
    expect(wrapper.find("[role=alert]").exists()).toBe(false);
    expect(wrapper.find("input[type=password]").exists()).toBe(true);
  });

  it("the PIN stands in a form of its own and is nothing that a browser keeps (PORT-03)", async () => {
    await open();
    const box = wrapper.get<HTMLInputElement>("input[type=password]");
    expect(box.element.form).not.toBeNull();
    expect([box.attributes("autocomplete"), box.attributes("name")]).toEqual(["one-time-code", undefined]);
    await box.setValue("12345678");
    await wrapper.get("form").trigger("submit");
    await flushPromises();
    expect(card.sign).toHaveBeenCalledWith("a.b", "12345678");
  });

  it("a locked card takes no more PINs", async () => {
    card.sign.mockRejectedValueOnce(new CardProblem("locked", "卡已被锁定。", "", 0));
    await open();
    const box = await enterPin("1");
    expect(box.attributes("disabled")).toBeDefined();
  });

  it("what is doubtful in what will be signed stands before the PIN (GATE-10)", async () => {
    const doubt = { path: "weight", rule: "r", message: "总重与车辆重量不符", advice: "请核对", clause: "", source: "rule", level: "warning" };
    prepare.mockResolvedValueOnce({ signing_input: "a.b", warnings: [doubt] });
    await open();
    expect(wrapper.get(".signing-doubts").text()).toContain("总重与车辆重量不符　怎么办：请核对");
    expect(wrapper.find("input[type=password]").exists()).toBe(true);
  });

  it("signs nothing when the prepared content is not what is shown", async () => {
    prepare.mockRejectedValueOnce(new Error("待签名的内容与页面显示的不一致"));
    await open();
    expect(wrapper.emitted("failed")).toHaveLength(1);
    expect(card.sign).not.toHaveBeenCalled();
    expect(submit).not.toHaveBeenCalled();
  });

  it("a card put in again, unlocked meanwhile, may be tried again", async () => {
    card.sign.mockRejectedValueOnce(new CardProblem("locked", "卡已被锁定。", "", 0));
    await open();
    await enterPin("1");
    card.owner.mockRejectedValueOnce(new CardProblem("no-card", "读卡器中没有卡。", "请插入卡。"));
    listeners.get("card_removed")!();
    await flushPromises();
    listeners.get("card_inserted")!();
    await flushPromises();
    expect(document.activeElement).toBe(wrapper.get("input[type=password]").element);
    expect(wrapper.find("[role=alert]").exists()).toBe(false);
    expect(wrapper.get("input[type=password]").attributes("disabled")).toBeUndefined();
  });
});
