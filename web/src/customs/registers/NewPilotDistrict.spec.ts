import { mount } from "@vue/test-utils";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "@/kernel/api/problem";
import { api, type Entry } from "../api";
import NewPilotDistrict from "./NewPilotDistrict.vue";
import PilotDistrictTable from "./PilotDistrictTable.vue";

describe("INSP-03: a new pilot district", () => {
  beforeEach(() => void vi.restoreAllMocks());

  it("is not sent without four digits", async () => {
    const set = vi.spyOn(api, "setPilotDistrict");
    const form = mount(NewPilotDistrict);
    await form.get("input.control").setValue("22a");
    await form.trigger("submit");
    expect(set).not.toHaveBeenCalled();
    expect(form.get("[role=alert]").text()).toBe("关区代码应为 4 位数字");
  });

  it("is sent as an entry that nobody has seen yet, and the list is read again", async () => {
    const set = vi.spyOn(api, "setPilotDistrict").mockResolvedValue({} as Entry);
    const table = mount(PilotDistrictTable, { props: { entries: [] } });
    expect(table.find("form").exists()).toBe(false);
    await table.get("button").trigger("click");
    await table.get("input.control").setValue("0208");
    await table.get("form").trigger("submit");
    expect(set).toHaveBeenCalledWith("0208", { seq: 0, enabled: true, first_day: null, last_day: null });
    await vi.waitFor(() => expect(table.emitted("changed")).toHaveLength(1));
    expect(table.find("form").exists()).toBe(false);
  });

  it("stays with the server's words when the district is on the list already", async () => {
    vi.spyOn(api, "setPilotDistrict").mockRejectedValue(new Problem(412, { detail: "2233 已在列表中" }));
    const form = mount(NewPilotDistrict);
    await form.get("input.control").setValue("2233");
    await form.trigger("submit");
    await vi.waitFor(() => expect(form.get("[role=alert]").text()).toBe("2233 已在列表中"));
    expect(form.emitted("added")).toBeUndefined();
  });
});
