import { ElMessage } from "element-plus";

/** Inside the top bar, where nothing that is being filled in can be covered. */
const OFFSET = 3;

/** A short success in the top bar, read out by screen readers; the newest replaces the one before. */
export const sayDone = (text: string): void => {
  ElMessage.closeAll("success");
  ElMessage({ type: "success", message: text, duration: 3000, offset: OFFSET });
};

/** A refusal that belongs to no field; it stays longer, can be closed, and takes the place of a success. */
export const sayRefused = (text: string): void => {
  ElMessage.closeAll("success");
  ElMessage({ type: "error", message: text, duration: 8000, showClose: true, grouping: true, offset: OFFSET });
};
