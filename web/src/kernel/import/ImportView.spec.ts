import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Job } from "@/kernel/api/types";
import { asked } from "@/kernel/dialogs/ask";
import { parcel } from "@/testing/definition";
import { refusal, serve } from "@/testing/server";
import ImportView from "./ImportView.vue";

const job = (more: Partial<Job> = {}): Job => ({
  id: 7, kind: "import", title: "批量导入", type: parcel.type, options: { check_only: false }, state: "queued", state_name: "排队中",
  total: null, done: 0, failed: 0, message: "", stopping: false, file: "车次.xlsx", result: null,
  created_at: "2026-11-26T09:00:00+08:00", ended_at: null, ...more,
});
const result = { id: 9, name: "结果.xlsx", size: 1, sha256: "", expires_at: "2026-12-03T09:00:00+08:00" };
const failures = {
  items: [{
    no: 2, data: { key: "2", findings: [
      { sheet: "表头", row: 4, column: "C", head: "关区", value: "99", message: "没有代码 99", advice: "请填写代码", clause: "手册 1.1" },
      { sheet: "货物", row: 5, column: "B", head: "重量", value: "", message: "太重", advice: "请分开", clause: "手册 1.2" },
    ] },
  }],
};

let wrapper: ReturnType<typeof mount<typeof ImportView>>;
beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => {
  wrapper?.unmount();
  vi.useRealTimers();
});

async function page(answers: Record<string, unknown>) {
  const server = serve({ "GET /api/jobs": { items: [] }, "POST /api/files": { id: 3 }, ...answers });
  wrapper = mount(ImportView, { props: { definitions: [parcel] }, attachTo: document.body });
  await flushPromises();
  const press = async (text: string) => {
    await wrapper.findAll("button").find((one) => one.text() === text)!.trigger("click");
    await flushPromises();
  };
  const choose = async () => {
    const input = wrapper.get<HTMLInputElement>("input[type=file]");
    Object.defineProperty(input.element, "files", { value: [new File(["x"], "车次.xlsx")], configurable: true });
    await input.trigger("change");
  };
  return { server, press, choose };
}

describe("批量导入 (GATE-11)", () => {
  it("is grey without a file, hands it in, follows the job and lists the errors by cell", async () => {
    const states = [
      job({ state: "running", state_name: "进行中", total: 200, done: 90, failed: 1 }),
      job({ state: "done", state_name: "已完成", total: 200, done: 199, failed: 1, result }),
    ];
    const { server, press, choose } = await page({
      "POST /api/jobs": job(), "GET /api/jobs/7": () => states.shift(), "GET /api/jobs/7/failures": failures,
    });
    expect(server.asked[0]!.query).toEqual({ kind: "import", type: parcel.type });
    await press("导入");
    expect(server.asked.some((one) => one.path === "/api/files")).toBe(false);
    await choose();
    await press("导入");
    const begun = server.asked.find((one) => one.method === "POST" && one.path === "/api/jobs")!;
    expect(begun.body).toEqual({ kind: "import", type: parcel.type, file: 3, options: { check_only: false }, again: false });
    expect(wrapper.get(".job").text()).toContain("排队等候处理");
    await vi.advanceTimersByTimeAsync(700);
    await flushPromises();
    expect(wrapper.get(".job").text()).toContain("共 200 份：已暂存 90 份，有误 1 份，尚余 109 份");
    await vi.advanceTimersByTimeAsync(700);
    await flushPromises();
    expect(wrapper.get(".job").text()).toContain("共 200 份：已暂存 199 份，有误 1 份");
    expect(wrapper.findAll(".refusals tbody tr").map((row) => row.findAll("td").map((cell) => cell.text()))).toEqual([
      ["2", "表头", "C4", "关区", "99", "没有代码 99", "请填写代码"], ["货物", "B5", "重量", "（空）", "太重", "请分开"],
    ]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(server.asked.filter((one) => one.path === "/api/jobs/7")).toHaveLength(2);
    expect(wrapper.findAll("button").some((one) => one.text() === "下载结果")).toBe(true);
  });

  it("says of a check how many could be saved", async () => {
    const { press, choose, server } = await page({
      "POST /api/jobs": job({ state: "done", state_name: "已完成", total: 3, done: 3, options: { check_only: true } }),
    });
    await choose();
    await press("检查");
    expect(server.asked.at(-1)!.body).toMatchObject({ options: { check_only: true } });
    expect(wrapper.get(".job").text()).toContain("共 3 份：可暂存 3 份，有误 0 份");
  });

  it("asks before it imports a file that was sent before", async () => {
    const { server, press, choose } = await page({
      "POST /api/jobs": ({ body }: { body: { again: boolean } }) =>
        body.again ? job({ state: "done", state_name: "已完成", total: 1, done: 1 }) : refusal(409, "sent-before", "该文件已由 王芳 提交过（已完成 1 份）"),
    });
    await choose();
    await press("导入");
    expect(asked.value?.text).toContain("该文件已由 王芳 提交过");
    asked.value!.answer(true);
    await flushPromises();
    const sent = server.asked.filter((one) => one.method === "POST" && one.path === "/api/jobs");
    expect(sent.map((one) => (one.body as { again: boolean }).again)).toEqual([false, true]);
    expect(sent[0]!.headers.get("Idempotency-Key")).not.toBe(sent[1]!.headers.get("Idempotency-Key"));
  });

  it("shows why a workbook was not taken, and stops and goes on", async () => {
    const { press, choose } = await page({
      "POST /api/jobs": job({ state: "running", state_name: "进行中", total: 9, done: 1 }),
      "POST /api/jobs/7/stop": job({ state: "stopped", state_name: "已停止", total: 9, done: 2 }),
      "POST /api/jobs/7/resume": job({ state: "failed", state_name: "未能完成", message: "工作簿中含有宏。怎么办：请另存" }),
    });
    await choose();
    await press("导入");
    await press("停止");
    expect(wrapper.get(".job").text()).toContain("已停止");
    await press("继续");
    expect(wrapper.get(".job-trouble").text()).toContain("工作簿中含有宏");
    expect(wrapper.findAll("button").some((one) => one.text() === "继续")).toBe(false);
  });

  it("keeps the chosen file when the server cannot be reached", async () => {
    const { press, choose } = await page({ "POST /api/files": refusal(503, "away", "服务器忙，请稍后重试") });
    await choose();
    await press("导入");
    expect(wrapper.get("[role=alert]").text()).toContain("服务器忙");
    expect(wrapper.get(".import-file").text()).toBe("车次.xlsx");
  });

  it("shows line, path and the sender's own number, and takes every format (INTG-02)", async () => {
    const place = "第 3 行 content/goods/1/weight";
    const finding = { sheet: "货物", row: 3, column: "content/goods/1/weight", place, head: "重量", value: "x", message: "太重", advice: "请分开", clause: "" };
    const { press, choose, server } = await page({
      "POST /api/jobs": job({ state: "done", state_name: "已完成", total: 1, failed: 1, file: "a.jsonl" }),
      "GET /api/jobs/7/failures": { items: [{ no: 1, data: { key: "1", sender: "ERP-1", findings: [finding] } }] },
    });
    expect(wrapper.get("input[type=file]").attributes("accept")).toBe(".xlsx,.jsonl,.json,.xml");
    await choose();
    await press("导入");
    const cells = wrapper.findAll(".refusals tbody td").map((cell) => cell.text());
    expect(cells.slice(0, 4)).toEqual(["1ERP-1", "货物", place, "重量"]);
    await press("XML 样例");
    expect(server.asked.at(-1)!.path).toBe(`/api/samples/${parcel.type}`);
  });
});
