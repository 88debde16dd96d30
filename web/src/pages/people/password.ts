/** What the server's rule says (`singlewindow/kernel/people/values.py`), for the box; the server is the judge. */
export const PASSWORD_HINT = "8 至 64 位，含大写字母、小写字母、数字、符号中的至少三类，不含用户名";

/** What is wrong with a password that is typed twice, before the server is asked; "" where it is the same. */
export function differs(typed: { password: string; again: string }): string {
  if (!typed.again) return "请再输入一次密码";
  return typed.password === typed.again ? "" : "两次输入的密码不一致，请重新输入";
}
