/** The card in the reader, asked over the card service on this computer (PORT-03, PORT-05, PORT-08). */
import { CardConnection, type Timeouts } from "./connection";

export type CardEvent = "card_inserted" | "card_removed" | "disconnected";

/** Whom a card stands for, as the card says. */
export interface CardOwner {
  number: string;
  holder: string;
  company: string;
}

const TIMEOUTS: Timeouts = { connect: 3_000, answer: 20_000 };

/**
 * Calls wait for each other, so two dialogs may share a client. Every method throws a `CardProblem`.
 * PIN and signature are for the card that was read last: one exchanged meanwhile is refused as "removed".
 */
export class CardClient {
  readonly #connection: CardConnection;
  readonly #listeners = new Map<CardEvent, Set<() => void>>();
  #initialised = false;

  /** @param url of the service, from /api/config: ws://127.0.0.1:61232 */
  constructor(url: string, timeouts: Timeouts = TIMEOUTS) {
    this.#connection = new CardConnection(url, timeouts, (event) => this.#tell(event as CardEvent));
  }

  /** Makes sure that the service is there. The other methods do so themselves. */
  async connect(): Promise<void> {
    await this.#connection.open();
  }

  /** Number of the card in the reader, 13 characters. */
  cardId(): Promise<string> {
    return this.#first("SpcGetCardID");
  }

  /** Card number, holder and company. */
  async owner(): Promise<CardOwner> {
    return {
      number: await this.cardId(),
      holder: await this.#first("SpcGetUName"),
      company: await this.#first("SpcGetEntName"),
    };
  }

  /** The card's certificate, Base64 of DER. */
  certificate(): Promise<string> {
    return this.#first("SpcGetSignCert");
  }

  /** Returns when the PIN is right. */
  async verifyPin(pin: string): Promise<void> {
    await this.#call("SpcVerifyPIN", { passwd: pin });
  }

  /** Signs a text's UTF-8 bytes: Base64 of raw r‖s. The PIN goes to the card service alone. */
  sign(text: string, pin: string): Promise<string> {
    return this.#first("SpcSignDataAsPEM", { inData: text, passwd: pin });
  }

  /** Calls back on every event of that name; returns the way to stop. Events come while connected. */
  on(event: CardEvent, listener: () => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  /** Closes the connection; the next call opens another. */
  close(): void {
    this.#connection.close();
  }

  async #first(method: string, args: Record<string, string> = {}): Promise<string> {
    return (await this.#call(method, args))[0] ?? "";
  }

  async #call(method: string, args: Record<string, string>): Promise<string[]> {
    if (!this.#initialised) {
      await this.#connection.call("cus-sec_SpcInitEnvEx", {});
      this.#initialised = true;
    }
    return this.#connection.call(`cus-sec_${method}`, args);
  }

  #tell(event: CardEvent): void {
    if (event === "disconnected") this.#initialised = false;
    for (const listener of [...(this.#listeners.get(event) ?? [])]) listener();
  }
}
