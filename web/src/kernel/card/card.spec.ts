import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CardClient } from "./client";
import { CardProblem } from "./problem";

type Args = { Result?: boolean; Data?: string[]; Error?: string[] };
type Request = { _method: string; _id: number; args: Record<string, string> };

/** A card service: `answers` tells for each method (without prefix) what it says, or null for silence. */
class FakeSocket extends EventTarget {
  static all: FakeSocket[] = [];
  static greets = true;
  static answers: Record<string, (args: Record<string, string>) => Args | null> = {};
  readonly received: Request[] = [];
  closed = false;
  unanswered = 0;
  static mostUnanswered = 0;

  constructor(readonly url: string) {
    super();
    FakeSocket.all.push(this);
    if (FakeSocket.greets) queueMicrotask(() => this.push({ _method: "open" }));
  }

  send(text: string): void {
    const request = JSON.parse(text) as Request;
    this.received.push(request);
    FakeSocket.mostUnanswered = Math.max(FakeSocket.mostUnanswered, ++this.unanswered);
    const answer = FakeSocket.answers[request._method.replace("cus-sec_", "")]?.(request.args);
    const said = answer === undefined ? { Result: true, Data: [request._method] } : answer;
    if (said) setTimeout(() => this.answer(request, said));
  }

  answer(request: Request, said: Args): void {
    this.unanswered -= 1;
    this.push({ _id: request._id, _method: request._method, _status: "00", _args: said });
  }

  push(message: unknown): void {
    this.dispatchEvent(new MessageEvent("message", { data: typeof message === "string" ? message : JSON.stringify(message) }));
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    setTimeout(() => this.dispatchEvent(new Event("close")));
  }

  get methods(): string[] {
    return this.received.map((request) => request._method.replace("cus-sec_", ""));
  }
}

const socket = (index = 0): FakeSocket => FakeSocket.all[index]!;
const says = (...data: string[]) => () => ({ Result: true, Data: data });
const refuses = (text: string, code: string, ...data: string[]) => () => ({ Result: false, Data: data, Error: [text, code] });

async function problem(call: Promise<unknown>): Promise<CardProblem> {
  const error: unknown = await call.then(
    () => new Error("it succeeded"),
    (thrown: unknown) => thrown,
  );
  if (error instanceof CardProblem) return error;
  throw error;
}

let client: CardClient;

beforeEach(() => {
  FakeSocket.all = [];
  FakeSocket.greets = true;
  FakeSocket.mostUnanswered = 0;
  FakeSocket.answers = { SpcInitEnvEx: says("SW1A000000001") };
  vi.stubGlobal("WebSocket", FakeSocket);
  client = new CardClient("ws://127.0.0.1:61232", { connect: 50, answer: 50 });
});

afterEach(() => vi.unstubAllGlobals());

describe("calls", () => {
  it("PORT-03: reads the card, initialising it once", async () => {
    FakeSocket.answers.SpcGetCardID = says("SW1A000000001");
    FakeSocket.answers.SpcGetUName = says("王小明");
    FakeSocket.answers.SpcGetEntName = says("上海甲进出口有限公司");
    FakeSocket.answers.SpcGetSignCert = says("MIIB");
    expect(await client.cardId()).toBe("SW1A000000001");
    expect(await client.owner()).toEqual({ number: "SW1A000000001", holder: "王小明", company: "上海甲进出口有限公司" });
    expect(await client.certificate()).toBe("MIIB");
    expect(FakeSocket.all).toHaveLength(1);
    expect(socket().methods.filter((method) => method === "SpcInitEnvEx")).toHaveLength(1);
    expect(socket().url).toBe("ws://127.0.0.1:61232");
  });

  it("PORT-08: signs with the PIN, which only the card service gets", async () => {
    FakeSocket.answers.SpcSignDataAsPEM = says("c2lnbmF0dXJl", "4000000000000001");
    await client.verifyPin("12345678");
    expect(await client.sign("header.statement", "12345678")).toBe("c2lnbmF0dXJl");
    expect(socket().received.at(-1)?.args).toEqual({ inData: "header.statement", passwd: "12345678" });
  });

  it("PORT-05: one at a time, also after one that failed", async () => {
    await client.cardId();
    FakeSocket.answers.SpcVerifyPIN = refuses("PIN 码错误。", "Err:Base60020", "4");
    const refused = problem(client.verifyPin("wrong"));
    const certificate = client.certificate();
    expect((await refused).kind).toBe("wrong-pin");
    expect(await certificate).toBe("cus-sec_SpcGetSignCert");
    expect(socket().methods.slice(-2)).toEqual(["SpcVerifyPIN", "SpcGetSignCert"]);
    expect(FakeSocket.mostUnanswered).toBe(1);
  });

  it("PORT-05: takes only the answer to its own call", async () => {
    FakeSocket.answers.SpcGetCardID = () => {
      socket().push("no json");
      socket().push({ _id: 999, _method: "cus-sec_SpcGetCardID", _args: { Result: true, Data: ["other"] } });
      return { Result: true, Data: ["own"] };
    };
    expect(await client.cardId()).toBe("own");
  });
});

describe("problems", () => {
  const cases = [
    { code: "Err:Base60010", text: "读卡器中没有卡。请插入电子口岸卡后重试。", data: [], kind: "no-card", tries: null },
    { code: "Err:Base60011", text: "卡被拔出。请插回原来的卡后重试。", data: [], kind: "removed", tries: null },
    { code: "Err:Base60020", text: "PIN 码错误，还可以再试 4 次。请核对。", data: ["4"], kind: "wrong-pin", tries: 4 },
    { code: "Err:Base60021", text: "卡已被锁定。请到发卡机构解锁。", data: [], kind: "locked", tries: 0 },
    { code: "Err:Base60030", text: "无法读取卡内证书。请更换卡。", data: [], kind: "unreadable", tries: null },
    { code: "Err:Base99999", text: "别的原因。请重试。", data: [], kind: "failed", tries: null },
  ];

  it.each(cases)("PORT-05: $kind", async ({ code, text, data, kind, tries }) => {
    FakeSocket.answers.SpcSignDataAsPEM = refuses(text, code, ...data);
    const found = await problem(client.sign("text", "1"));
    expect(found).toMatchObject({ kind, triesLeft: tries, text });
    expect(found.message).toBe(text.slice(0, text.indexOf("。") + 1));
    expect(found.advice).not.toBe("");
  });

  it("PORT-05: words without a full stop, and none at all, still make a message", async () => {
    FakeSocket.answers.SpcGetCardID = refuses("打开设备失败", "Err:Base1");
    expect(await problem(client.cardId())).toMatchObject({ message: "打开设备失败", advice: "" });
    FakeSocket.answers.SpcGetCardID = () => ({ Result: false });
    expect((await problem(client.cardId())).message).not.toBe("");
  });

  it("PORT-05: an empty reader is initialised again when a card has come", async () => {
    FakeSocket.answers.SpcInitEnvEx = refuses("读卡器中没有卡。请插卡。", "Err:Base60010");
    expect((await problem(client.cardId())).kind).toBe("no-card");
    FakeSocket.answers.SpcInitEnvEx = says("SW1A000000001");
    await client.cardId();
  });
});

describe("connection", () => {
  it("PORT-05: a service that does not run is told, and tried again by the next call", async () => {
    FakeSocket.greets = false;
    const first = problem(client.connect());
    socket().close();
    expect(await first).toMatchObject({ kind: "no-service", message: "无法连接读卡服务。" });
    FakeSocket.greets = true;
    await client.cardId();
    expect(FakeSocket.all).toHaveLength(2);
  });

  it("PORT-05: something else on that port, which never greets, is given up", async () => {
    FakeSocket.greets = false;
    expect((await problem(client.cardId())).kind).toBe("no-service");
    expect(socket().closed).toBe(true);
  });

  it("PORT-05: an address that the browser refuses", async () => {
    vi.stubGlobal("WebSocket", function refused() {
      throw new SyntaxError("bad address");
    });
    expect((await problem(client.connect())).kind).toBe("no-service");
  });

  it("PORT-05: a service that goes away fails the call under way and is told once", async () => {
    const gone = vi.fn();
    client.on("disconnected", gone);
    await client.cardId();
    FakeSocket.answers.SpcSignDataAsPEM = () => {
      socket().close();
      return null;
    };
    expect(await problem(client.sign("text", "1"))).toMatchObject({ kind: "no-service", message: "与读卡服务的连接已中断。" });
    expect(gone).toHaveBeenCalledTimes(1);
    await client.cardId();
    expect(socket(1).methods).toEqual(["SpcInitEnvEx", "SpcGetCardID"]);
  });

  it("PORT-05: a call without an answer ends, and a late answer reaches nobody", async () => {
    FakeSocket.answers.SpcGetCardID = () => null;
    expect(await problem(client.cardId())).toMatchObject({ kind: "no-service", message: "读卡服务没有回应。" });
    FakeSocket.answers.SpcGetCardID = says("SW1A000000001");
    const next = client.cardId();
    socket().push({ _id: 3, _args: { Result: true, Data: ["late"] } });
    expect(await next).toBe("SW1A000000001");
  });

  it("PORT-05: closing while connecting ends the call", async () => {
    const call = problem(client.cardId());
    await Promise.resolve();
    client.close();
    expect((await call).kind).toBe("no-service");
  });

  it("PORT-05: tells of cards put in and pulled until one stops listening", async () => {
    const seen: string[] = [];
    const stop = client.on("card_removed", () => seen.push("removed"));
    client.on("card_inserted", () => seen.push("inserted"));
    await client.connect();
    socket().push({ _method: "event", _args: { Data: ["card_removed"] } });
    socket().push({ _method: "event", _args: { Data: ["card_inserted"] } });
    stop();
    socket().push({ _method: "event", _args: { Data: ["card_removed"] } });
    expect(seen).toEqual(["removed", "inserted"]);
  });
});
