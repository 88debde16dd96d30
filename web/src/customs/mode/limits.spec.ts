import { describe, expect, it } from "vitest";
import { FAULT_BOXES, MODE_BOXES, textsOf, valuesOf, wrongIn } from "./limits";

const mode = { automatic: true, delay_seconds: 1.5, delay_max_seconds: 20, refuse_share: 0.3 };

describe("CUST-04: the boxes of 自动审核", () => {
  it("show shares in percent and send them as shares", () => {
    const texts = textsOf(MODE_BOXES, mode);
    expect(texts).toEqual({ delay_seconds: "1.5", delay_max_seconds: "20", refuse_share: "30" });
    expect(valuesOf(MODE_BOXES, texts)).toEqual({ delay_seconds: 1.5, delay_max_seconds: 20, refuse_share: 0.3 });
  });

  it("say what is wrong at the box where it belongs", () => {
    const texts = { delay_seconds: "10", delay_max_seconds: "5", refuse_share: "101" };
    expect(wrongIn(MODE_BOXES, texts)).toEqual({ delay_max_seconds: "最长延时不能小于最短延时", refuse_share: "不能大于 100" });
    expect(wrongIn(FAULT_BOXES, { lost: "-1", doubled: "", delayed: "x", shuffled: "1", lost_seconds: "0", hold_seconds: "3601" })).toEqual({
      lost: "请填写数字", doubled: "请填写数字", delayed: "请填写数字", hold_seconds: "不能大于 3600",
    });
  });
});
