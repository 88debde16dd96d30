import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { refusal, serve } from "@/testing/server";
import App from "./App.vue";
import { makeRouter } from "./router";
import { logIn, logOut } from "./session";
import { ATTENDED_FOR } from "@/kernel/attended";

vi.resetModules(); // shares no modules with others: what is done about a lost session is the last one's to say, customs' or the portal's

const officer = { username: "officer1", name: "陈关员", csrf: "c1" };
let here = true; // whether the server knows the session
let page: VueWrapper;
let calls: ReturnType<typeof serve>["asked"];
const known = (answer: unknown) => () => (here ? answer : refusal(401, "not-logged-in", "请先登录"));

beforeEach(async () => {
  vi.useFakeTimers();
  here = true;
  calls = serve({
    "POST /api/session": officer, "DELETE /api/session": {}, "GET /api/unreadable": known([]),
    "GET /api/delivery": known({ queued: 0, refused: 0, lost: 0, unreadable: 0, waiting: 0 }),
    "PUT /api/mode": known({}),
  }).asked;
  const router = makeRouter();
  await router.push("/unreadable");
  page = mount(App, { global: { plugins: [router], stubs: { TrainingClock: true, ModeSwitch: true } }, attachTo: document.body });
  window.dispatchEvent(new Event("pointerdown"));
  await logIn("officer1", "secret");
  await flushPromises();
});
afterEach(async () => {
  await logOut();
  page.unmount();
  vi.useRealTimers();
});

/** Whether the page's next looks say that nobody is at the desk. */
async function unattended(): Promise<boolean[]> {
  calls.length = 0;
  await vi.advanceTimersByTimeAsync(6000);
  return [...new Set(calls.map((one) => one.headers.has("X-Unattended")))];
}

describe("CUST-03: looking again and again keeps no session", () => {
  it("a page that nobody touches says so with all that it asks; a key or the mouse ends that", async () => {
    expect(await unattended()).toEqual([false]);
    await vi.advanceTimersByTimeAsync(ATTENDED_FOR);
    expect(await unattended()).toEqual([true]);
    for (const event of ["keydown", "pointerdown", "input", "wheel"]) {
      page.get("main").element.dispatchEvent(new Event(event, { bubbles: true }));
      expect(await unattended()).toEqual([false]);
      await vi.advanceTimersByTimeAsync(ATTENDED_FOR);
      expect(await unattended()).toEqual([true]);
    }
  });

  it("the officer is told when the time is over", async () => {
    await vi.advanceTimersByTimeAsync(ATTENDED_FOR);
    here = false;
    await vi.advanceTimersByTimeAsync(6000);
    expect(page.get(".login-box [role=status]").text()).toContain("请重新登录；以同一用户登录后，页面和录入的内容仍在");
  });
});
