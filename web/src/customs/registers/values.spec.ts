import { describe, expect, it } from "vitest";
import type { Entry, Member, Register } from "../api";
import { changed, choicesNow, shown, startValues } from "./values";

const member = (part: Partial<Member>): Member => ({
  name: "x", label: "", kind: "text", choices: {}, steps: null, columns: [], listed: true, editable: true, ...part,
});
const status = member({
  name: "status", kind: "choice", choices: { "7": "审结", "9": "放行", "10": "结关" }, steps: { "7": ["9"], "9": ["10"], "10": [] },
});
const enabled = member({ name: "enabled", kind: "flag" });
const register = { name: "r", title: "", key_label: "", may_add: false, dated: false, members: [status, enabled] } as Register;
const entry = { key: "1", seq: 3, data: { status: "7", enabled: true }, first_day: null, last_day: null } as Entry;

describe("CUST-02: a register's values", () => {
  it("are shown in words", () => {
    expect(shown(status, "9")).toBe("9 放行");
    expect(shown(enabled, false)).toBe("否");
    expect(shown(member({ kind: "rows" }), [{}, {}])).toBe("2 行");
    expect(shown(member({}), undefined)).toBe("");
  });

  it("offer the steps that may follow, and nothing after the last", () => {
    expect(choicesNow(status, "7").map((each) => each.code)).toEqual(["7", "9"]);
    expect(choicesNow(status, "10").map((each) => each.code)).toEqual(["10"]);
    expect(choicesNow({ ...status, steps: null }, "7")).toHaveLength(3);
  });

  it("are sent only where they differ", () => {
    expect(changed(register, entry, startValues(register, entry))).toEqual({});
    expect(changed(register, entry, { status: "9", enabled: true })).toEqual({ status: "9" });
    const calendar = { ...register, members: [member({ name: "days", kind: "hours" })] } as Register;
    const month = { ...entry, data: { days: { "27": ["09:00-17:00"] } } } as Entry;
    expect(changed(calendar, month, { days: { "27": ["09:00-17:00"] } })).toEqual({});
    expect(changed(calendar, month, { days: {} })).toEqual({ days: {} });
    expect(changed(register, null, { status: "", enabled: true })).toEqual({ enabled: true });
  });
});
