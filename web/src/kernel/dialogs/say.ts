import { ElMessage } from "element-plus";

/** A short success at the top of the page, read out by screen readers. */
export const sayDone = (text: string): void => {
  ElMessage({ type: "success", message: text, duration: 3000, grouping: true });
};

/** A refusal that belongs to no field; it stays longer and can be closed. */
export const sayRefused = (text: string): void => {
  ElMessage({ type: "error", message: text, duration: 8000, showClose: true, grouping: true });
};
