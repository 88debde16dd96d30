import { vi } from "vitest";
import type { Change } from "@/kernel/api/types";

/** Stands in for the browser's EventSource; the test says what the server sends. */
export class Source extends EventTarget {
  static readonly CLOSED = 2;
  static all: Source[] = [];
  readyState = 1;
  onerror: () => void = () => undefined;

  constructor(readonly address: string) {
    super();
    Source.all.push(this);
  }

  send(event: string, data: object = {}, lastEventId = "1"): void {
    this.dispatchEvent(new MessageEvent(event, { data: JSON.stringify(data), lastEventId }));
  }

  fail(readyState: number): void {
    this.readyState = readyState;
    this.onerror();
  }

  close(): void {
    this.readyState = Source.CLOSED;
  }
}

/** Puts the stand-in in place; in a browser without locks each tab reads for itself. */
export function standInForStreams(locks?: object): void {
  Source.all = [];
  vi.stubGlobal("EventSource", Source);
  vi.stubGlobal("navigator", Object.create(navigator, { locks: { value: locks } }));
}

export const change = (more: Partial<Change> = {}): Change => ({
  type: "sample.parcel", number: "1", status: "4", status_name: "同意", version: 1, kind: "receipt", code: "APPROVED", amendment: "", author: "wang",
  at: "2026-11-25T10:00:00+08:00", cursor: "2", ...more,
});
