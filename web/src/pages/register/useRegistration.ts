import { reactive, ref, shallowRef, watch, type Ref } from "vue";
import { companyOfCard, prepareRegistration, register } from "@/kernel/api/people";
import type { RegistrationCompany, RegistrationForm } from "@/kernel/api/types";
import { signWithCard } from "@/kernel/signing/sign";
import { inspectStatement } from "@/kernel/signing/inspect";
import { useCard } from "@/kernel/signing/useCard";
import { differs } from "@/pages/people/password";
import { textOf, useBoxes } from "@/pages/people/useBoxes";

const BOXES = ["customs_code", "scc", "name", "ciq_code", "username", "display_name", "password", "again", "captcha"] as const;

/** What is asked of the captcha's row. */
interface CaptchaBox {
  renew(): Promise<void>;
  id(): string;
}

/**
 * The registration's form: the card fills in the company, the applicant the account, and the card signs both.
 * @param done called with the new user name
 */
export function useRegistration(captchaBox: Ref<CaptchaBox | undefined>, done: (username: string) => unknown) {
  const { client, card, trouble: noCard, reading, read } = useCard();
  const company = shallowRef<RegistrationCompany | null>(null);
  const typed = reactive({ ciq_code: "", username: "", display_name: "", password: "", again: "", captcha: "" });
  const cardTrouble = ref("");
  const busy = ref(false);
  const boxes = useBoxes(BOXES);
  let certificate = "";

  watch([card, noCard], async () => {
    company.value = null;
    cardTrouble.value = noCard.value?.text ?? "";
    const wanted = card.value?.number;
    if (!wanted) return;
    try {
      certificate = await client.certificate();
      const found = await companyOfCard(certificate);
      if (card.value?.number === wanted) company.value = found;
    } catch (error) {
      if (card.value?.number === wanted) cardTrouble.value = textOf(error);
    }
  });

  function form(): RegistrationForm {
    const { customs_code, scc, name } = company.value!;
    const { ciq_code, username, display_name, password } = typed;
    return { customs_code, scc, name, ciq_code, username: username.trim(), display_name, password, certificate };
  }

  async function submit(): Promise<void> {
    if (busy.value || !company.value) return;
    boxes.clear();
    if (differs(typed)) return boxes.mark("again", differs(typed));
    if (!captchaBox.value?.id()) return boxes.mark("captcha", "验证码没有取到，请点击【换一张】");
    if (!typed.captcha.trim()) return boxes.mark("captcha", "请输入验证码");
    busy.value = true;
    try {
      const filled = form();
      if (await sign(filled)) return void done(filled.username);
      await captchaBox.value?.renew();
    } catch (error) {
      boxes.refuse(error);
      await captchaBox.value?.renew();
    } finally {
      busy.value = false;
    }
  }

  function sign(filled: RegistrationForm): Promise<boolean> {
    const solved = { captcha_id: captchaBox.value?.id() ?? "", captcha: typed.captcha.trim() };
    return signWithCard({
      title: "企业注册",
      facts: [{ label: "注册企业", value: `${filled.name}（${filled.customs_code}）` }, { label: "用户名", value: filled.username }],
      bound: company.value!.card_no,
      prepare: async (number) => {
        const made = await prepareRegistration({ ...filled, ...solved });
        const { customs_code, username } = filled;
        inspectStatement(made.signing_input, { purpose: "register", company: customs_code, username, card: number }, "企业注册");
        return made;
      },
      submit: async ({ prepared, signature }) => {
        await register({ ...filled, challenge: prepared.challenge, signature });
      },
    });
  }

  const { wrong, trouble } = boxes;
  return { card, company, typed, wrong, trouble, cardTrouble, reading, busy, read, submit };
}
