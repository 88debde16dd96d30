import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Attachment, Definition, View } from "@/kernel/api/types";
import { asked } from "@/kernel/dialogs/ask";
import DocumentForm from "@/kernel/form/DocumentForm.vue";
import { useDocument } from "@/kernel/form/useDocument";
import { canonical } from "@/kernel/signing/canonical";
import { base64url } from "@/kernel/signing/digest";
import { signing } from "@/kernel/signing/sign";
import { blank, parcel, stored } from "@/testing/definition";
import { refusal, serve, type Request } from "@/testing/server";

const definition: Definition = {
  ...parcel,
  sections: [...parcel.sections, { title: "随附补充材料", fields: [], tables: [], attachments: ["1"], states: [] }],
  attachments: {
    categories: [{ code: "1", name: "随附补充材料", most: 3 }, { code: "9", name: "声明", most: 0 }],
    max_bytes: 4_194_304, max_page_bytes: 204_800, hint: "", clause: "",
  },
};
const pdf = (name: string): File => new File([`%PDF-1.7 ${name}`], name);
const uploaded = (id: number, name: string): Attachment => ({ id, category: "1", name, size: 12, pages: 1, sha256: `${id}`, uploaded_at: "2026-11-26T00:00:00Z" });

let types = 0;
let unmount = (): void => {};
afterEach(() => {
  unmount();
  signing.value = null;
  there = null;
});

let there: { id: number; name: string } | null = null; // the file in whose place the server would put a new one

/** The server's part of an upload: signs nothing, but gives each file a statement of its own. */
function prepared({ body }: Request) {
  const { card_no: card, ...file } = body as Record<string, string>;
  const statement = { draft: "1", ...file, card, nonce: file.name };
  return { token: `token ${file.name}`, statement, signing_input: `${base64url('{"alg":"ES256"}')}.${base64url(canonical(statement))}`, replaces: there };
}

/** @param meanwhile what a colleague has saved by the time that a file arrives */
async function form(files: Attachment[] = [], take: (name: string) => unknown = () => null, more: Partial<View> = {}, meanwhile: Partial<View> = {}) {
  const type = `sample.filed${(types += 1)}`;
  const path = `/api/documents/${type}`;
  const view = stored({ number: "1", attachments: files, ...more });
  const sent: Record<string, string>[] = [];
  const now = [...files];
  const upload = ({ body }: Request): unknown => {
    const part = Object.fromEntries([...(body as FormData).entries()].map(([name, value]) => [name, value instanceof File ? value.name : value])) as Record<string, string>;
    const refused = take(part.file!);
    if (refused) return refused;
    sent.push(part);
    now.push(uploaded(100 + now.length, part.file!));
    return { ...view, version: view.version + now.length, attachments: [...now], ...meanwhile };
  };
  serve({
    [`GET ${path}/1`]: view, [`GET ${path}/new`]: blank, [`GET /api/autosaves/${type}`]: { items: [] }, [`GET /api/definitions/${type}`]: { ...definition, type },
    [`POST ${path}/1/attachments/prepare`]: prepared, [`POST ${path}/1/attachments`]: upload,
  });
  const document = useDocument(type);
  await document.load("1");
  const wrapper = mount(DocumentForm, { props: { document }, attachTo: window.document.body });
  unmount = () => wrapper.unmount();
  await flushPromises();
  const press = async (words: string) => {
    await wrapper.findAll("button").find((one) => one.text() === words)!.trigger("click");
    await flushPromises();
  };
  const choose = async (...chosen: File[]) => {
    const input = wrapper.get<HTMLInputElement>("[data-test=files]");
    Object.defineProperty(input.element, "files", { value: chosen, configurable: true });
    await input.trigger("change");
    await vi.waitFor(() => expect(wrapper.find("dialog .none").exists() && !wrapper.find("dialog [role=alert]").exists()).toBe(false));
    await flushPromises();
  };
  const listed = () => wrapper.findAll("dialog tbody tr td:first-child").map((one) => one.text());
  const sign = async () => {
    await vi.waitFor(() => expect(signing.value).not.toBeNull());
    const batch = await signing.value!.prepare("8930L0000A011");
    await signing.value!.submit({ prepared: batch, signature: "S0", certificate: "C", others: batch.others!.map((_, at) => `S${at + 1}`) });
    signing.value!.finish(true);
    await flushPromises();
  };
  return { wrapper, document, press, choose, listed, sign, sent };
}

describe("随附单据编辑 (APPT-03)", () => {
  it("上传 PDF opens it; 添加文件 lists the files, 上传/保存 has all signed at once and uploads each", async () => {
    const { wrapper, press, choose, listed, sign, sent } = await form();
    await press("上传 PDF");
    expect(wrapper.get("dialog").attributes("aria-label")).toBe("随附单据编辑");
    expect((window.document.activeElement as HTMLElement).textContent).toBe("添加文件");
    await press("上传/保存");
    expect(wrapper.get("dialog").text()).toContain("尚未添加文件怎么办：请点击「添加文件」");
    await choose(pdf("合同.pdf"), pdf("发票.pdf"));
    expect(listed()).toEqual(["合同.pdf", "发票.pdf"]);
    expect((window.document.activeElement as HTMLElement).textContent).toBe("上传/保存");
    await press("上传/保存");
    await sign();
    expect(sent).toEqual([
      { token: "token 合同.pdf", signature: "S0", certificate: "C", file: "合同.pdf" },
      { token: "token 发票.pdf", signature: "S1", certificate: "C", file: "发票.pdf" },
    ]);
    expect(wrapper.find("dialog").exists()).toBe(false);
    expect(wrapper.get(".files").text()).toContain("已有 2 个");
    expect(wrapper.get(".files tbody").text()).toContain("合同.pdf");
  });

  it("Escape, × and 关闭 ask before files that were added and not uploaded are lost (UI-05)", async () => {
    const { wrapper, press, choose, listed } = await form();
    const escape = () => wrapper.get("dialog").element.dispatchEvent(new Event("cancel", { cancelable: true }));
    await press("上传 PDF");
    await choose(pdf("合同.pdf"), pdf("发票.pdf"));
    for (const way of [escape, () => wrapper.get(".dialog-close").trigger("click"), () => press("关闭")]) {
      void way();
      await vi.waitFor(() => expect(asked.value?.text).toBe("已添加的 2 个文件尚未上传，是否放弃？"));
      asked.value!.answer(false);
      await flushPromises();
      asked.value = null;
    }
    expect(listed()).toEqual(["合同.pdf", "发票.pdf"]);
    await press("移除");
    await press("移除");
    escape();
    await flushPromises();
    expect([asked.value, wrapper.find("dialog").exists()]).toEqual([null, false]);
  });

  it("no more than the category takes; what is no PDF does not get on the list", async () => {
    const { wrapper, press, choose, listed } = await form([uploaded(1, "一.pdf"), uploaded(2, "二.pdf")]);
    await press("上传 PDF");
    await choose(new File(["PK"], "三.zip"));
    expect(wrapper.get("dialog").text()).toContain("文件「三.zip」不是 PDF 文件");
    await choose(pdf("三.pdf"), pdf("四.pdf"));
    expect(listed()).toEqual(["三.pdf"]);
    expect(wrapper.get("dialog").text()).toContain("还可以上传 1 个文件，已选择 1 个");
    await press("移除");
    expect(listed()).toEqual(["尚未添加文件"]);
  });

  it("a full category says so, with the limit, instead of opening it", async () => {
    const { wrapper, press } = await form([1, 2, 3].map((id) => uploaded(id, `${id}.pdf`)));
    await press("上传 PDF");
    expect(wrapper.find("dialog").exists()).toBe(false);
    expect(window.document.body.textContent).toContain("「随附补充材料」至多上传 3 个文件，现已有 3 个");
  });

  it("a file that the server refuses stays on the list with its reason; the others are uploaded", async () => {
    const violations = [{ path: "attachments", rule: "pdf.page", message: "第 1 页超过 200K", advice: "请压缩", clause: "UI-18", source: "rule" }];
    const { wrapper, press, choose, listed, sign, sent } = await form([], (name) => (name === "大.pdf" ? refusal(422, "refused", "第 1 页超过 200K", { violations }) : null));
    await press("上传 PDF");
    await choose(pdf("大.pdf"), pdf("小.pdf"));
    await press("上传/保存");
    await sign();
    expect(sent.map((one) => one.file)).toEqual(["小.pdf"]);
    expect(listed()[0]).toBe("大.pdf");
    expect(wrapper.get("dialog").text()).toContain("第 1 页超过 200K怎么办：请压缩");
    expect(wrapper.get(".files").text()).toContain("已有 1 个");
  });

  it("given up at the card, everything stays on the list", async () => {
    const { press, choose, listed } = await form();
    await press("上传 PDF");
    await choose(pdf("合同.pdf"));
    await press("上传/保存");
    await vi.waitFor(() => expect(signing.value).not.toBeNull());
    signing.value!.finish(false);
    await flushPromises();
    expect(listed()).toEqual(["合同.pdf"]);
  });

  it("a file added beside unsaved content moves the form to no version that it has not compared: 暂存 still asks", async () => {
    const theirs = { version: 3, content: { contact: "李明" } };
    const { document, press, choose, sign } = await form([], undefined, { version: 1, content: { contact: "赵云" } }, theirs);
    document.content.value = { contact: "王芳" };
    await press("上传 PDF");
    await choose(pdf("合同.pdf"));
    await press("上传/保存");
    await sign();
    expect(document.view.value!.attachments.map((one) => one.name)).toEqual(["合同.pdf"]);
    expect([document.view.value!.version, document.view.value!.content.contact, document.content.value.contact]).toEqual([1, "赵云", "王芳"]);
  });

  it("a file added beside unsaved content goes on to its own version where nobody else saved anything", async () => {
    const { document, press, choose, sign } = await form([], undefined, { version: 1, content: { contact: "赵云" } });
    document.content.value = { contact: "王芳" };
    await press("上传 PDF");
    await choose(pdf("合同.pdf"), pdf("发票.pdf"));
    await press("上传/保存");
    await sign();
    expect([document.view.value!.version, document.view.value!.content.contact, document.content.value.contact]).toEqual([3, "赵云", "王芳"]);
  });

  it("a file added to a form without unsaved content shows what a colleague has saved", async () => {
    const { document, press, choose, sign } = await form([], undefined, { version: 1, content: { contact: "赵云" } }, { version: 3, content: { contact: "李明" } });
    await press("上传 PDF");
    await choose(pdf("合同.pdf"));
    await press("上传/保存");
    await sign();
    expect([document.view.value!.version, document.content.value.contact]).toEqual([3, "李明"]);
  });

  it("what may not be changed is grey and says why; what the server said of its files stands there", async () => {
    const why = "单据状态为「已申请」，不允许暂存";
    const actions = { ...stored().actions, save: { allowed: false, why } };
    const { wrapper, press } = await form([uploaded(1, "一.pdf")], undefined, { actions, editable: [] });
    expect(wrapper.get("[data-upload='1']").attributes()).toMatchObject({ "aria-disabled": "true", title: why });
    await press("上传 PDF");
    expect([wrapper.find("dialog").exists(), window.document.body.textContent!.includes(why)]).toEqual([false, true]);
    expect(wrapper.get(".files .row-actions button").attributes("aria-disabled")).toBe("true");
  });

  const statement = (id: number, name: string): Attachment => ({ ...uploaded(id, name), category: "9" });

  /** Chooses a file for the category of no section, which holds one. */
  async function chooseStatement({ wrapper }: Awaited<ReturnType<typeof form>>, file: File) {
    const own = wrapper.get("[aria-label=随附单据]");
    await own.get<HTMLInputElement>("[data-field=attachment_category]").setValue("9");
    await own.get("[data-field=attachment_category]").trigger("keydown", { key: "Enter" });
    await flushPromises();
    const input = own.get<HTMLInputElement>("[data-test=file]");
    Object.defineProperty(input.element, "files", { value: [file], configurable: true });
    await input.trigger("change");
  }

  it("a category of no section keeps its own part, and is replaced after asking", async () => {
    const made = await form([statement(1, "声明.pdf")]);
    const own = made.wrapper.get("[aria-label=随附单据]");
    expect([own.text().includes("声明.pdf"), made.wrapper.get(".files").text().includes("声明.pdf")]).toEqual([true, false]);
    await chooseStatement(made, pdf("新.pdf"));
    await vi.waitFor(() => expect(asked.value?.text).toBe("「声明」已有文件「声明.pdf」，是否用「新.pdf」替换？"));
    asked.value!.answer(false);
  });

  it.each([["甲.pdf", 1], ["乙.pdf", 2]])("%s may go only if it is the file that the question named, whatever stands there by then (INSP-05)", async (name, id) => {
    const made = await form([statement(1, "甲.pdf")]);
    await chooseStatement(made, pdf("新.pdf"));
    await vi.waitFor(() => expect(asked.value?.text).toContain("已有文件「甲.pdf」"));
    made.document.view.value = { ...made.document.view.value!, attachments: [statement(id, name)] };
    there = { id, name };
    asked.value!.answer(true);
    await vi.waitFor(() => expect(signing.value).not.toBeNull());
    const said = await signing.value!.prepare("8930L0000A011").then(() => "", String);
    expect(said.includes("该类别刚刚已有人上传「乙.pdf」")).toBe(id === 2);
  });
});
