import type { Component } from "vue";
import type { FieldKind } from "@/kernel/api/types";
import CodeControl from "./code/CodeControl.vue";
import DateControl from "./date/DateControl.vue";
import DecimalControl from "./decimal/DecimalControl.vue";
import MomentControl from "./moment/MomentControl.vue";
import TextControl from "./text/TextControl.vue";
import TextareaControl from "./textarea/TextareaControl.vue";

/** The control of each kind of field; all take modelValue, locked, inputId and emit update:modelValue, left. */
export const controls: Record<FieldKind, Component> = {
  text: TextControl,
  code: CodeControl,
  date: DateControl,
  moment: MomentControl,
  decimal: DecimalControl,
  textarea: TextareaControl,
};
