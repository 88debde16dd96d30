import { describe, expect, it } from "vitest";
import { quickCheck, sizeText } from "./checks";

const rules = { categories: [], max_bytes: 4_194_304, max_page_bytes: 204_800, hint: "", clause: "" };
const file = (bytes: BlobPart, name = "a.pdf"): File => new File([bytes], name);

describe("what can be seen of a file before it is sent (UI-18)", () => {
  it("takes a PDF up to the limit itself", async () => {
    const bytes = new Uint8Array(4_194_304);
    bytes.set(new TextEncoder().encode("%PDF-1.7"));
    expect(await quickCheck(file(bytes), rules)).toBeNull();
  });

  it("refuses one byte more, and what only calls itself a PDF", async () => {
    expect((await quickCheck(file(new Uint8Array(4_194_305)), rules))!.message).toContain("超过 4 MB");
    expect((await quickCheck(file("PK\u0003\u0004"), rules))!.message).toContain("不是 PDF 文件");
    expect((await quickCheck(file(""), rules))!.message).toContain("不是 PDF 文件");
    expect((await quickCheck(file("mail\n%PDF-1.7"), rules))!.message).toContain("不是 PDF 文件"); // the server takes it at the very beginning alone
  });

  it("writes sizes for people", () => {
    expect([sizeText(12), sizeText(204_800), sizeText(300_000), sizeText(4_194_304)]).toEqual(["12 字节", "200 KB", "292.97 KB", "4 MB"]);
  });
});
