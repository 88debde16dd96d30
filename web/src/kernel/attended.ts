/**
 * Whether somebody is at the desk: pages look again and again by themselves, which must not keep a session for ever
 * (PORT-07, CUST-03). Requests without a key or the mouse in the minute before them say so; the server does not count them.
 */
import { useHeaders } from "@/kernel/api/client";

/** Milliseconds; the server puts a session's end off once a minute. */
export const ATTENDED_FOR = 60_000;
const ACTS = ["keydown", "pointerdown", "input", "wheel"];
let last = Date.now(); // somebody has opened the page

for (const act of ACTS) window.addEventListener(act, () => (last = Date.now()), { capture: true, passive: true });
useHeaders((): Record<string, string> => (Date.now() - last > ATTENDED_FOR ? { "X-Unattended": "1" } : {}));
