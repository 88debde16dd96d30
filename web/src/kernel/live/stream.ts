/**
 * The changes that the server tells of (UI-14). A browser keeps six connections to a server, so all tabs of this
 * browser share one stream: the tab that holds the lock reads it and passes everything on to the others.
 */
import { ref } from "vue";
import type { Change } from "@/kernel/api/types";

/** What listeners hear: one change, or that anything may have changed. */
export type News = Change | "anything";
type Said = { live: true; change?: Change } | { anything: true } | { live: false };

const SILENT_MS = 35_000; // three beats of the server
const AGAIN_MS = 15_000; // after a refusal: too many streams, no session, server away

/** Whether changes come by themselves now; else pages look now and then. */
export const live = ref(false);

const listeners = new Set<(news: News) => void>();
let end: (() => void) | null = null;
let watchdog: ReturnType<typeof setTimeout> | undefined;

/** Hears all changes until the answered function is called. */
export function onNews(listener: (news: News) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Begins to listen for this account; what was begun before ends. */
export function beginLive(account: string): void {
  endLive();
  if (!("EventSource" in window)) return;
  const name = `live/${account}`;
  const over = new AbortController();
  // Without locks (an address that is not secure) each tab reads for itself.
  const channel = navigator.locks ? new BroadcastChannel(name) : null;
  if (channel) channel.onmessage = (event: MessageEvent<Said>) => hear(event.data);
  const tell = (said: Said): void => {
    channel?.postMessage(said);
    hear(said);
  };
  const lead = (): Promise<void> => read(tell, over.signal);
  if (channel) navigator.locks.request(name, { signal: over.signal }, lead).catch(() => undefined);
  else void lead();
  end = () => {
    over.abort();
    channel?.close();
  };
}

/** Listens no more. */
export function endLive(): void {
  end?.();
  end = null;
  clearTimeout(watchdog);
  live.value = false;
}

function hear(said: Said): void {
  if ("live" in said) {
    live.value = said.live;
    clearTimeout(watchdog);
    if (said.live) watchdog = setTimeout(() => (live.value = false), SILENT_MS);
  }
  if ("anything" in said) tellAll("anything");
  if ("change" in said && said.change) tellAll(said.change);
}

const tellAll = (news: News): void => [...listeners].forEach((listener) => listener(news));

/** Reads the stream until the signal; opens it anew when it was refused, ended or fell silent. */
function read(tell: (said: Said) => void, over: AbortSignal): Promise<void> {
  let source: EventSource | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let cursor = "";

  function open(): void {
    close();
    const first = cursor === "";
    const opened = new EventSource(`/api/events/stream${cursor && `?cursor=${cursor}`}`);
    const on = (name: string, does: (data: string) => void): void => opened.addEventListener(name, (event) => {
      heard(event as MessageEvent<string>);
      does((event as MessageEvent<string>).data);
    });
    on("hello", () => first && tell({ anything: true })); // what changed before it began is not told
    on("beat", () => undefined);
    on("resync", () => tell({ anything: true }));
    on("change", (data) => tell({ live: true, change: JSON.parse(data) as Change }));
    on("end", () => lost({ anything: true })); // whoever looks now learns that the session is over
    opened.onerror = () => (opened.readyState === EventSource.CLOSED ? lost() : tell({ live: false }));
    source = opened;
    awaitWord();
  }

  function heard(event: MessageEvent<string>): void {
    cursor = event.lastEventId || cursor;
    awaitWord();
    tell({ live: true });
  }

  function awaitWord(): void {
    clearTimeout(silence);
    silence = setTimeout(lost, SILENT_MS);
  }

  function lost(said?: Said): void {
    close();
    tell({ live: false });
    if (said) tell(said);
    again = setTimeout(open, AGAIN_MS);
  }

  function close(): void {
    clearTimeout(again);
    clearTimeout(silence);
    source?.close();
  }

  open();
  return new Promise((resolve) => over.addEventListener("abort", () => {
    close();
    resolve();
  }));
}
