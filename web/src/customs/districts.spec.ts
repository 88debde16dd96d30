import { expect, it } from "vitest";
import { districtNamed } from "./districts";

it("UI-04: a 关区 is shown with code and name; one that the table does not have with its code, and none as nothing", () => {
  expect(["5301", "2233", "9999", ""].map(districtNamed)).toEqual(["5301 皇岗海关", "2233 浦东机场海关", "9999", ""]);
});
