import { expect, it } from "vitest";
import { nextAddress } from "./nextAddress";
import { regionAreas, regionOf } from "./regions";

it("PORT-01: names the 31 provinces' single windows, each once", () => {
  const codes = regionAreas.flatMap((area) => area.regions.map((region) => region.code));
  expect(codes).toHaveLength(31);
  expect(new Set(codes).size).toBe(31);
  expect(regionAreas.flatMap((area) => area.regions).every((region) => /^\p{Script=Han}{2,3}$/u.test(region.name))).toBe(true);
});

it("PORT-01: finds the region of an address, and none for anything else", () => {
  expect(regionOf("44")?.name).toBe("广东");
  for (const odd of ["99", "", undefined, null, ["44"]]) expect(regionOf(odd)).toBeUndefined();
});

it("PORT-01: follows addresses of this site only", () => {
  expect(nextAddress("/app/inspection?x=1")).toBe("/app/inspection?x=1");
  for (const odd of ["//evil.example", "/\\evil.example", "https://evil.example", undefined, ["/a"]]) expect(nextAddress(odd)).toBe("/");
});
