import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { focusMain, keepFocus } from "./keepFocus";

let end: () => void;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  end = keepFocus();
});
afterEach(() => {
  end();
  document.body.innerHTML = "";
  vi.useRealTimers();
});

const page = (inside: string): void => void (document.body.innerHTML = `<div id="app"><nav><a href="#" id="menu">菜单</a></nav><main>${inside}</main></div>`);
const one = (id: string): HTMLElement => document.getElementById(id)!;
async function later(): Promise<void> {
  await Promise.resolve();
  await vi.advanceTimersByTimeAsync(600);
}

/** The window of these tests keeps an element that is gone as its active one; a browser does not. */
function takeAway(element: HTMLElement): void {
  (document.activeElement as HTMLElement).blur();
  element.remove();
}

it("a row that is deleted leaves the focus to the one that takes its place, the last one to the one before", async () => {
  page(["a", "b", "c"].map((name) => `<p id="row-${name}"><button id="${name}">删除</button></p>`).join(""));
  one("b").focus();
  takeAway(one("row-b"));
  await later();
  expect(document.activeElement).toBe(one("c"));
  takeAway(one("row-c"));
  await later();
  expect(document.activeElement).toBe(one("a"));
});

it("when a dialog goes together with what opened it, the focus stays near what opened it", async () => {
  page('<p id="row"><button id="opens">停用</button></p><p><button id="next">停用</button></p><dialog id="ask"><button id="yes">是</button></dialog>');
  one("opens").focus();
  one("yes").focus();
  takeAway(one("ask"));
  one("row").remove();
  await later();
  expect(document.activeElement).toBe(one("next"));
});

it("where a whole page goes, the main part of the one that comes has it", async () => {
  page('<button id="way">登录</button>');
  one("way").focus();
  (document.activeElement as HTMLElement).blur();
  document.body.innerHTML = '<div id="app"><main id="other"><h1>首页</h1></main></div>';
  await later();
  expect(document.activeElement).toBe(one("other"));
});

it("a button that is disabled for a moment has it again, one that stays disabled gives it on", async () => {
  page('<button id="send">申报</button><button id="next">关闭</button>');
  for (const [stays, has] of [[false, "send"], [true, "next"]] as const) {
    one("send").focus();
    one("send").setAttribute("disabled", "");
    await Promise.resolve();
    await vi.advanceTimersByTimeAsync(100);
    if (!stays) one("send").removeAttribute("disabled");
    await later();
    expect(document.activeElement).toBe(one(has));
  }
});

it("what is left on purpose stays left", async () => {
  page('<button id="left">查询</button>');
  one("left").focus();
  one("left").blur();
  await later();
  one("menu").remove();
  await later();
  expect(document.activeElement).toBe(document.body);
});

it("the link past the menus leads to the page in front", () => {
  page('<div class="tab-page" id="tab"></div>');
  focusMain();
  expect(document.activeElement).toBe(one("tab"));
});
