/** A small invented document type for the specs: every kind of field, one condition of each sort. */
import type { ActionDefinition, Definition, Field, View } from "@/kernel/api/types";

export const field = (name: string, label: string, more: Partial<Field> = {}): Field => ({
  name, label, source: "content", kind: "text", entry: "optional", required: false, disabled: false, max_length: 0, pattern: null,
  pattern_message: "", codes: null, hint: `${label}的填写方法`, advice: "", clause: "手册 1.1", lookup: false, upper: false, span: 1, variants: [],
  least_digits: 0, fills: "", preset: false, elements: "", narrowed: {}, element: "", ...more,
});

const action = (name: string, label: string, more: Partial<ActionDefinition> = {}): ActionDefinition => ({
  name, label, states: [], style: "primary", shortcut: "", confirm: null, signed: false, done: null, amends: "", edits: null, choice: "",
  alters: null, by_field: false, asks: [], timed: false, ...more,
});

export const parcel: Definition = {
  type: "sample.parcel",
  title: "包裹申请",
  sections: [
    {
      title: "申请信息", tables: [], attachments: [], states: [],
      fields: [
        field("number", "统一编号", { source: "header", entry: "system" }),
        field("entry_no", "报关单号", {
          entry: "required", required: true, max_length: 18, pattern: "[0-9]{18}", pattern_message: "报关单号应为 18 位数字", lookup: true,
        }),
        field("district", "关区", { kind: "code", entry: "system", codes: "districts" }),
        field("contact", "联系人", { entry: "required", required: true, max_length: 5 }),
      ],
    },
    {
      title: "其他", tables: [], attachments: [], states: [],
      fields: [
        field("kind", "类别", { kind: "code", codes: "kinds" }),
        field("weight", "重量", { kind: "decimal", required: { op: "eq", field: "kind", value: "B" }, disabled: { op: "eq", field: "kind", value: "A" } }),
        field("note", "备注", { kind: "textarea", span: 3 }),
      ],
    },
  ],
  lines: [],
  attachments: null,
  states: [
    { code: "0", name: "暂存", waiting: false },
    { code: "1", name: "已申请", waiting: true },
  ],
  actions: [
    action("new", "新增"),
    action("save", "暂存", { shortcut: "Alt+S", done: "暂存成功" }),
    action("delete", "删除", { shortcut: "Alt+R", done: "删除成功" }),
    action("apply", "申请", { signed: true, done: "申请成功" }),
    action("print", "打印", { style: "plain", shortcut: "Alt+P" }),
  ],
  prints: [{ name: "form", title: "包裹申请", states: [], dialog: "" }],
  query: {
    conditions: [
      { name: "status", label: "单据状态", kind: "status", codes: null, required: false, max_days: 0, paired: false, choices: [] },
      { name: "entry_no", label: "报关单号", kind: "text", codes: null, required: false, max_days: 0, paired: false, choices: [] },
      { name: "updated", label: "最近操作时间", kind: "span", codes: null, required: true, max_days: 30, paired: false, choices: [] },
    ],
    columns: [
      { name: "number", label: "统一编号", link: "document", sortable: true },
      { name: "status", label: "单据状态", link: "receipts", sortable: true },
      { name: "district", label: "关区", link: "", sortable: false },
    ],
    delete: true,
    delete_word: "删除",
    print: false,
    row_actions: [],
  },
  statistics: null,
  amendments: null,
};

/** The same with a table of rows: 名称, 重量, and a mark that kind A forbids and kind B demands. */
export const parcelWithGoods: Definition = {
  ...parcel,
  lines: [{
    name: "goods", label: "货物", least: 1, most: 3, clause: "手册 1.2", new: "新增", save: "保存", delete: "删除", insert: "插入", kept: null, elements: "", overflow: null, waits: false,
    fields: [
      field("name", "名称", { entry: "required", required: true, max_length: 10 }),
      field("weight", "重量", { kind: "decimal", entry: "required", required: true, pattern: "[0-9]+", pattern_message: "请填写数字" }),
      field("mark", "唛头", { required: { op: "eq", field: "header.kind", value: "B" }, disabled: { op: "eq", field: "header.kind", value: "A" } }),
    ],
  }],
};

export const blank: View = {
  type: parcel.type, number: null, version: 0, status: { code: "", name: "未暂存", waiting: false }, header: { number: "" },
  content: {}, attachments: [], updated_at: null, coded_on: null, warnings: [], notices: null, alerts: [], marker: null, amendment: "", answered: false, editable: null, in_force: null,
  actions: {
    new: { allowed: true, why: "" }, save: { allowed: true, why: "" }, apply: { allowed: true, why: "" },
    delete: { allowed: false, why: "单据尚未暂存，不能删除" }, print: { allowed: false, why: "单据尚未暂存，不能打印" },
  },
};

export const stored = (more: Partial<View> = {}): View => ({
  ...blank, number: "202600000000000001", version: 1, status: { code: "0", name: "暂存", waiting: false },
  header: { number: "202600000000000001" }, actions: { ...blank.actions, delete: { allowed: true, why: "" }, print: { allowed: true, why: "" } }, ...more,
});
