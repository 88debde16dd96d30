/** One WebSocket to the card service, opened when it is needed and again after it was lost; one call at a time. */
import { noService, problemOf } from "./problem";

export interface Timeouts {
  /** Milliseconds until the service must have greeted. */
  connect: number;
  /** Milliseconds until the service must have answered a call. */
  answer: number;
}

interface Message {
  _id?: unknown;
  _method?: unknown;
  _args?: { Result?: boolean; Data?: string[]; Error?: string[] };
}

interface Waiting {
  id: number;
  resolve(data: string[]): void;
  reject(problem: Error): void;
}

export class CardConnection {
  #socket: Promise<WebSocket> | null = null;
  #waiting: Waiting | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #id = 0;

  /** @param notice called with the name of every event that the service pushes, and with "disconnected" */
  constructor(
    private readonly url: string,
    private readonly timeouts: Timeouts,
    private readonly notice: (event: string) => void,
  ) {}

  /** Opens the connection unless it is open. @throws {CardProblem} no-service */
  open(): Promise<WebSocket> {
    if (this.#socket) return this.#socket;
    const opening = this.#connect();
    this.#socket = opening;
    const lost = (): void => this.#drop(opening, "与读卡服务的连接已中断。");
    opening.then(
      (socket) => socket.addEventListener("close", lost),
      () => {
        if (this.#socket === opening) this.#socket = null;
      },
    );
    return opening;
  }

  /** The Data of the answer; waits for the calls before it. @throws {CardProblem} */
  call(method: string, args: Record<string, string>): Promise<string[]> {
    const mine = this.#last.then(() => this.#send(method, args));
    this.#last = mine.catch(() => {});
    return mine;
  }

  /** Closes the connection; the next call opens another. */
  close(why = "与读卡服务的连接已关闭。"): void {
    const socket = this.#socket;
    if (!socket) return;
    this.#drop(socket, why);
    socket.then(
      (open) => open.close(),
      () => {},
    );
  }

  async #send(method: string, args: Record<string, string>): Promise<string[]> {
    const opening = this.open();
    const socket = await opening;
    if (this.#socket !== opening) throw noService("与读卡服务的连接已关闭。");
    const late = setTimeout(() => this.close("读卡服务没有回应。"), this.timeouts.answer);
    try {
      return await new Promise<string[]>((resolve, reject) => {
        this.#waiting = { id: ++this.#id, resolve, reject };
        socket.send(JSON.stringify({ _method: method, _id: this.#id, args }));
      });
    } finally {
      clearTimeout(late);
      this.#waiting = null;
    }
  }

  async #connect(): Promise<WebSocket> {
    const socket = create(this.url);
    await greeted(socket, this.timeouts.connect);
    socket.addEventListener("message", (event: MessageEvent<unknown>) => this.#receive(parse(event.data)));
    return socket;
  }

  #receive(message: Message): void {
    if (message._method === "event") message._args?.Data?.forEach((event) => this.notice(event));
    else if (this.#waiting && message._id === this.#waiting.id) settle(this.#waiting, message);
  }

  #drop(socket: Promise<WebSocket>, why: string): void {
    if (this.#socket !== socket) return;
    this.#socket = null;
    this.#waiting?.reject(noService(why));
    this.notice("disconnected");
  }
}

function settle(waiting: Waiting, message: Message): void {
  const { Result: result, Data: data = [], Error: [text = "", code = ""] = [] } = message._args ?? {};
  if (result) waiting.resolve(data);
  else waiting.reject(problemOf(text, code, data));
}

function create(url: string): WebSocket {
  try {
    return new WebSocket(url);
  } catch {
    throw noService("无法连接读卡服务。");
  }
}

/** Waits for the service's opening message; a socket that closes before, or says nothing, is no card service. */
function greeted(socket: WebSocket, milliseconds: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (): void => {
      clearTimeout(late);
      reject(noService("无法连接读卡服务。"));
      socket.close();
    };
    const late = setTimeout(fail, milliseconds);
    socket.addEventListener("close", fail, { once: true });
    socket.addEventListener("message", function first(event: MessageEvent<unknown>) {
      if (parse(event.data)._method !== "open") return;
      clearTimeout(late);
      socket.removeEventListener("close", fail);
      socket.removeEventListener("message", first);
      resolve();
    });
  });
}

function parse(text: unknown): Message {
  try {
    return (JSON.parse(String(text)) as Message | null) ?? {};
  } catch {
    return {};
  }
}
