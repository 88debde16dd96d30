import { bindCard, cardAddress, challengeBinding } from "@/kernel/api/people";
import { signWithCard } from "@/kernel/signing/sign";
import { cardClient } from "@/kernel/signing/cardService";
import { inspectStatement } from "@/kernel/signing/inspect";

/** Whom the card is to be bound to; id null: the own account. */
export interface Binding {
  id: number | null;
  username: string;
  displayName: string;
  company: string;
}

/**
 * Binds the card in the reader to an account: the card signs that it is to be (PORT-04, PORT-09).
 * @returns false when the user cancelled; @throws the refusal
 */
export function bind(to: Binding): Promise<boolean> {
  const address = cardAddress(to.id);
  return signWithCard({
    title: "绑定卡",
    facts: [{ label: "绑定到账号", value: `${to.username}（${to.displayName}）` }],
    bound: null,
    anyCard: true,
    prepare: async (card) => {
      const made = await challengeBinding(address, await cardClient().certificate());
      const { username, company } = to;
      inspectStatement(made.signing_input, { purpose: "bind", company, username, card }, "绑定卡");
      return made;
    },
    submit: async ({ prepared, signature, certificate }) => {
      await bindCard(address, { challenge: prepared.challenge, signature, certificate });
    },
  });
}
