import { mount } from "@vue/test-utils";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "@/kernel/api/problem";
import { api, type Entry, type Register } from "../api";
import EntryForm from "./EntryForm.vue";

const declaration = {
  name: "declaration", title: "报关单", key_label: "报关单号", may_add: false, dated: false,
  members: [{
    name: "status", label: "状态", kind: "choice", choices: { "7": "审结", "9": "放行" }, steps: { "7": ["9"], "9": [] },
    columns: [], listed: true, editable: true,
  }],
} as Register;
const pilot = {
  name: "pilot_district", title: "试点关区", key_label: "关区代码", may_add: true, dated: true,
  members: [{ name: "enabled", label: "是否开放", kind: "flag", choices: {}, steps: null, columns: [], listed: true, editable: true }],
} as Register;
const entry = { key: "223320261000000001", seq: 4, data: { status: "7" }, first_day: null, last_day: null } as Entry;

describe("CUST-03: an entry is changed", () => {
  beforeEach(() => void vi.restoreAllMocks());

  it("can be saved only once something differs, with the seq that was seen", async () => {
    const set = vi.spyOn(api, "setEntry").mockResolvedValue({ ...entry, seq: 5 });
    const form = mount(EntryForm, { props: { register: declaration, entry } });
    expect(form.get("button").attributes("disabled")).toBeDefined();
    await form.get("select").setValue("9");
    await form.trigger("submit");
    expect(set).toHaveBeenCalledWith("declaration", entry.key, { seq: 4, data: { status: "9" }, first_day: null, last_day: null });
    await vi.waitFor(() => expect(form.emitted("saved")).toHaveLength(1));
  });

  it("stays with the server's words when another officer was first", async () => {
    vi.spyOn(api, "setEntry").mockRejectedValue(new Problem(412, { detail: "这条数据刚刚被其他关员修改过，请刷新后重试" }));
    const form = mount(EntryForm, { props: { register: declaration, entry } });
    await form.get("select").setValue("9");
    await form.trigger("submit");
    await vi.waitFor(() => expect(form.get("[role=alert]").text()).toContain("其他关员"));
    expect(form.emitted("saved")).toBeUndefined();
    expect(form.get<HTMLSelectElement>("select").element.value).toBe("9");
  });

  it("a text goes to the server as it was typed, whatever its length: cut, it would be published so", async () => {
    const name = { name: "name", label: "口岸名称", kind: "text", choices: {}, steps: null, columns: [], listed: true, editable: true };
    const set = vi.spyOn(api, "setEntry").mockRejectedValue(new Problem(422, { detail: "口岸名称：至多 500 个字符，现为 501 个" }));
    const form = mount(EntryForm, { props: { register: { ...pilot, members: [name] } as Register, entry: { ...entry, data: { name: "皇岗" } } } });
    const box = form.get<HTMLInputElement>('[aria-label="口岸名称"]');
    expect(box.attributes("maxlength")).toBeUndefined();
    await box.setValue("岗".repeat(501));
    await form.trigger("submit");
    expect(set.mock.calls[0]?.[2].data).toEqual({ name: "岗".repeat(501) });
    await vi.waitFor(() => expect(form.get("[role=alert]").text()).toContain("现为 501 个"));
  });

  it("a new entry's key is not cut where it is too long: that is told while it is typed, and nothing is sent", async () => {
    const set = vi.spyOn(api, "setEntry");
    const form = mount(EntryForm, { props: { register: pilot, entry: null } });
    const box = form.get<HTMLInputElement>("input.control");
    expect(box.attributes("maxlength")).toBeUndefined();
    await box.setValue("1".repeat(65));
    expect([form.get("[role=alert]").text(), box.attributes("aria-invalid")]).toEqual(["关区代码至多 64 个字符，现为 65 个，请核对", "true"]);
    await form.trigger("submit");
    await form.findAll("button").find((each) => each.text() === "试算差异")!.trigger("click");
    expect(set).not.toHaveBeenCalled();
    await box.setValue("1".repeat(64));
    expect([form.get("[role=alert]").text(), box.attributes("aria-invalid")]).toEqual(["", "false"]);
  });

  it("a day that does not exist is sent as it was typed, and refused, not turned into another", async () => {
    const refusal = new Problem(422, { detail: "起始日期不是有效的日期" });
    const set = vi.spyOn(api, "setEntry").mockRejectedValue(refusal);
    const form = mount(EntryForm, { props: { register: pilot, entry: null } });
    await form.get("input.control").setValue("0208");
    const [first, last] = form.findAll<HTMLInputElement>(".day-box input.control");
    await first!.setValue("2026-11-31");
    await last!.setValue("20261201");
    await last!.trigger("blur");
    await form.trigger("submit");
    expect(set).toHaveBeenCalledWith("pilot_district", "0208", { seq: 0, data: { enabled: false }, first_day: "2026-11-31", last_day: "2026-12-01" });
    await vi.waitFor(() => expect(form.get("[role=alert]").text()).toContain("不是有效的日期"));
    expect(first!.element.value).toBe("2026-11-31");
  });

  it("INSP-03: a new pilot district is sent as an entry that nobody has seen yet", async () => {
    const set = vi.spyOn(api, "setEntry").mockResolvedValue(entry);
    const form = mount(EntryForm, { props: { register: pilot, entry: null } });
    await form.get("input.control").setValue("0208");
    await form.trigger("submit");
    expect(set).toHaveBeenCalledWith("pilot_district", "0208", { seq: 0, data: { enabled: false }, first_day: null, last_day: null });
  });

  it("OPER-02: a day's hours are corrected, tried without writing, and saved", async () => {
    const calendar = {
      name: "port_calendar", title: "口岸工作日历", key_label: "关区代码-年月", may_add: true, dated: false,
      members: [{ name: "days", label: "工作时间", kind: "hours", choices: {}, steps: null, columns: [], listed: false, editable: true }],
    } as unknown as Register;
    const month = { key: "5301-202611", seq: 2, data: { days: { "27": ["09:00-17:00"] } }, first_day: null, last_day: null } as Entry;
    const expected = { seq: 2, data: { days: { "27": ["09:00-12:00"], "28": ["09:00-12:00"] } }, first_day: null, last_day: null };
    const tried = vi.spyOn(api, "tryEntry").mockResolvedValue([{ label: "28 日", before: "休息", after: "09:00-12:00" }]);
    const set = vi.spyOn(api, "setEntry").mockResolvedValue({ ...month, seq: 3 });
    const form = mount(EntryForm, { props: { register: calendar, entry: month } });
    expect(form.findAll("tbody tr")).toHaveLength(30);
    expect(form.get("button[type=submit]").attributes("disabled")).toBeDefined();
    await form.get('[aria-label="28 日的工作时间"]').setValue("9:00-12:00");
    await form.get('[aria-label="27 日的工作时间"]').setValue("9：00—12：00");
    expect(form.findAll("tr.altered")).toHaveLength(2);
    await form.findAll("button").find((each) => each.text() === "试算差异")!.trigger("click");
    await vi.waitFor(() => expect(form.get(".differences").text()).toContain("28 日休息09:00-12:00"));
    expect(tried).toHaveBeenCalledWith("port_calendar", "5301-202611", expected);
    expect(set).not.toHaveBeenCalled();
    await form.trigger("submit");
    expect(set).toHaveBeenCalledWith("port_calendar", "5301-202611", expected);
  });

  it("OPER-02: hours go to the server as they were typed, however many: it says of each what is wrong with it", async () => {
    const calendar = {
      name: "port_calendar", title: "口岸工作日历", key_label: "关区代码-年月", may_add: true, dated: false,
      members: [{ name: "days", label: "工作时间", kind: "hours", choices: {}, steps: null, columns: [], listed: false, editable: true }],
    } as unknown as Register;
    const set = vi.spyOn(api, "setEntry").mockResolvedValue(entry);
    const form = mount(EntryForm, { props: { register: calendar, entry: { ...entry, key: "5301-202611", data: { days: {} } } as Entry } });
    const hours = Array.from({ length: 24 }, (_, at) => `${String(at).padStart(2, "0")}:00-${String(at).padStart(2, "0")}:50`);
    for (const label of ["周一至周五的工作时间", "28 日的工作时间"]) expect(form.get(`[aria-label="${label}"]`).attributes("maxlength")).toBeUndefined();
    await form.get('[aria-label="28 日的工作时间"]').setValue(hours.join("，"));
    await form.trigger("submit");
    expect(set.mock.calls[0]![2].data).toEqual({ days: { "28": hours } });
  });

  it("OPER-02: a new month is filled by its weekdays", async () => {
    const calendar = {
      name: "port_calendar", title: "口岸工作日历", key_label: "关区代码-年月", may_add: true, dated: false,
      members: [{ name: "days", label: "工作时间", kind: "hours", choices: {}, steps: null, columns: [], listed: false, editable: true }],
    } as unknown as Register;
    const set = vi.spyOn(api, "setEntry").mockResolvedValue(entry);
    const form = mount(EntryForm, { props: { register: calendar, entry: null } });
    expect(form.text()).toContain("先填写关区代码-年月");
    await form.get("input.control").setValue("5317-202612");
    await form.get('[aria-label="周一至周五的工作时间"]').setValue("9:00-17:00");
    await form.findAll("button").find((each) => each.text().startsWith("填入周一至周五"))!.trigger("click");
    await form.trigger("submit");
    const [, key, sent] = set.mock.calls[0]!;
    expect([key, sent.seq, Object.keys(sent.data.days as object).length]).toEqual(["5317-202612", 0, 23]);
  });
});
