import { shallowRef } from "vue";
import type { Violation } from "@/kernel/api/types";

/** What the server gives to be signed, and what it finds doubtful in it. */
export interface Signable {
  signing_input: string;
  /** More that is signed with the same PIN entry (PORT-08). */
  others?: string[];
  warnings?: Violation[];
}

/** What the user is asked to sign. */
export interface SigningRequest<P extends Signable> {
  title: string;
  /** What will be signed, in the user's words: number, action, file … */
  facts: { label: string; value: string }[];
  /** The only card that may sign. */
  bound: string | null;
  /** Any card may sign: it is to be bound, or proves a company at its registration. */
  anyCard?: boolean;
  /** Asks the server what is to be signed, and checks that it is what the user sees. */
  prepare(cardNumber: string): Promise<P>;
  /** Takes the signatures to the server (`others` in the order of those asked for); a refusal there closes the dialog. */
  submit(signed: { prepared: P; signature: string; certificate: string; others?: string[] }): Promise<void>;
}

type Plain = SigningRequest<Signable>;

export const signing = shallowRef<(Plain & { finish: (done: boolean) => void; fail: (error: unknown) => void }) | null>(null);

/**
 * Has the card sign: reads the card, prepares, asks for the PIN, signs, submits.
 * @returns false when the user cancelled; @throws what `prepare` or `submit` threw.
 */
export function signWithCard<P extends Signable>(request: SigningRequest<P>): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const end = (then: () => void): void => {
      signing.value = null;
      then();
    };
    signing.value = {
      ...(request as unknown as Plain),
      finish: (done) => end(() => resolve(done)),
      fail: (error) => end(() => reject(error)),
    };
  });
}
