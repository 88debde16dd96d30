import { ElMessage } from "element-plus";
import { onTop } from "./onTop";

/** Inside the top bar, where nothing that is being filled in can be covered. */
const OFFSET = 3;

/** A short success in the top bar, read out by screen readers; the newest replaces the one before. */
export const sayDone = (text: string): void => {
  ElMessage.closeAll("success");
  ElMessage({ type: "success", message: text, duration: 3000, offset: OFFSET, appendTo: onTop() });
};

/** Milliseconds in which a character is read, by those who read slowly (WCAG 2.2.1). */
const READ = 200;

/**
 * A refusal that belongs to no field; it stays as long as it takes to read it, at least 8 seconds, is closed with × or Escape,
 * and takes the place of what was said before, so that it covers the bar and nothing below.
 */
export const sayRefused = (text: string): void => {
  ElMessage.closeAll();
  ElMessage({ type: "error", message: text, duration: Math.max(8000, text.length * READ), showClose: true, offset: OFFSET, appendTo: onTop() });
};
