import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { asked } from "@/kernel/dialogs/ask";
import { refusal, serve } from "@/testing/server";
import App from "./App.vue";
import { makeRouter } from "./router";
import { logIn, logOut } from "./session";

const officer = { username: "officer1", name: "陈关员", csrf: "c1" };
const detail = {
  id: 7, title: "免于到场协助查验申请", state: "received", state_name: "待审核", changes: null, content: [], statement: {}, signer: null,
  attachments: [], receipts: [], history: [], note: "",
  decisions: [{ name: "approve", title: "同意", needs_remark: false, question: "", confirms: "", why_not: "" }],
};
const hours = { name: "days", label: "工作时间", kind: "hours", choices: {}, steps: null, columns: [], listed: false, editable: true };
const calendar = { name: "port_calendar", title: "口岸工作日历", key_label: "关区代码-年月", may_add: true, dated: false, members: [hours] };
const month = (key: string) => ({ key, seq: 1, data: { days: { "27": ["09:00-17:00"] } }, first_day: null, last_day: null });

let here = true; // whether the server knows the session
let who = officer;
let page: VueWrapper;
const known = (answer: unknown) => () => (here ? answer : refusal(401, "not-logged-in", "请先登录"));

async function at(address: string): Promise<VueWrapper> {
  const router = makeRouter();
  await router.push(address);
  page = mount(App, { global: { plugins: [router], stubs: { ElPagination: true, TrainingClock: true, ModeSwitch: true } }, attachTo: document.body });
  await logIn("officer1", "secret");
  await flushPromises();
  return page;
}

async function logInAs(another: typeof officer): Promise<void> {
  [here, who] = [true, another];
  await page.get(".login-box input").setValue(another.username);
  await page.get(".login-box input[type=password]").setValue("secret");
  await page.get(".login-box").trigger("submit");
  await flushPromises();
}

async function lose(): Promise<void> {
  here = false;
  await vi.advanceTimersByTimeAsync(3000);
  await flushPromises();
}

const remark = () => page.get<HTMLTextAreaElement>("#remark");
const button = (words: string) => page.findAll("button").find((each) => each.text() === words)!;

let calls: ReturnType<typeof serve>["asked"];
beforeEach(() => {
  vi.useFakeTimers();
  [here, who] = [true, officer];
  calls = serve({
    "POST /api/session": () => who, "DELETE /api/session": {},
    "GET /api/delivery": known({ queued: 0, refused: 0, lost: 0, unreadable: 0, waiting: 0 }),
    "GET /api/submissions/7": known(detail),
    "GET /api/registers": known([calendar]),
    "GET /api/registers/port_calendar": known({ total: 2, page: 1, size: 20, items: [month("5301-202611"), month("5301-202612")] }),
    "GET /api/registers/port_calendar/5301-202611": known(month("5301-202611")),
    "GET /api/registers/port_calendar/5301-202612": known(month("5301-202612")),
  }).asked;
});
afterEach(async () => {
  await logOut();
  page.unmount();
  vi.useRealTimers();
});

describe("UI-05: the officer's session ends while a remark is typed", () => {
  it("is said above the log-in, asks for nothing meanwhile, and the remark is there again for the same officer", async () => {
    await at("/queue/7");
    await remark().setValue("材料不全");
    await lose();
    expect(page.get(".login-box [role=status]").text()).toContain("请重新登录；以同一用户登录后，页面和录入的内容仍在");
    expect(document.activeElement?.getAttribute("name")).toBe("username");
    const before = calls.length;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(calls.length).toBe(before);
    await logInAs({ ...officer, csrf: "c2" });
    expect(remark().element.value).toBe("材料不全");
    const after = calls.length;
    await vi.advanceTimersByTimeAsync(3000);
    expect(calls.length).toBeGreaterThan(after);
  });

  it("leaves nothing to another officer, nor to whoever logs in after 退出, which asks first", async () => {
    await at("/queue/7");
    await remark().setValue("材料不全");
    await lose();
    await logInAs({ username: "officer2", name: "关正", csrf: "c2" });
    expect(remark().element.value).toBe("");
    await remark().setValue("材料齐全");
    await button("退出").trigger("click");
    expect(asked.value).toMatchObject({ text: "填写的内容尚未保存，离开后将丢失，是否离开？", destructive: true });
    asked.value?.answer(true);
    await flushPromises();
    expect(page.find(".login-box [role=status]").exists()).toBe(false);
    await logInAs(who);
    expect(remark().element.value).toBe("");
  });
});

describe("UI-05: what is typed in a register and not saved", () => {
  it("is asked about before another entry is shown, 新增 is closed, or the window is", async () => {
    await at("/registers/port_calendar/5301-202611");
    const closing = () => !window.dispatchEvent(new Event("beforeunload", { cancelable: true }));
    const day = () => page.get<HTMLInputElement>('.entry-panel [aria-label="27 日的工作时间"]');
    expect(closing()).toBe(false);
    await day().setValue("9:00-12:00");
    expect(closing()).toBe(true);
    const answer = async (yes: boolean) => {
      await flushPromises();
      expect(asked.value?.title).toBe("离开");
      asked.value?.answer(yes);
      await flushPromises();
    };
    const other = page.findAll(".grid a").find((each) => each.text() === "5301-202612")!;
    await other.trigger("click");
    await answer(false);
    expect([page.get(".entry-panel h2").text(), day().element.value]).toEqual(["5301-202611", "09:00-12:00"]);
    await button("新增").trigger("click");
    expect(asked.value).toBeNull();
    await page.get(".panel > .entry-form input").setValue("5317-202612");
    await button("新增").trigger("click");
    await answer(false);
    expect(page.find(".panel > .entry-form").exists()).toBe(true);
    await button("新增").trigger("click");
    await answer(true);
    expect(page.find(".panel > .entry-form").exists()).toBe(false);
    await other.trigger("click");
    await answer(true);
    expect([page.get(".entry-panel h2").text(), day().element.value, closing()]).toEqual(["5301-202612", "09:00-17:00", false]);
  });
});
