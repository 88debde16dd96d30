import { onScopeDispose } from "vue";
import { businessNow } from "./businessClock";

const LOOK_MS = 1000;
const LATER_MS = 1000; // the server's clock may be a little behind

/** Calls `due` in each new minute of the business time, soon after it has begun; also when that clock was moved. */
export function useEachMinute(due: () => void): void {
  const minute = (): number => Math.floor((businessNow().valueOf() - LATER_MS) / 60_000);
  let last = minute();
  const timer = setInterval(() => {
    const now = minute();
    if (now === last) return;
    last = now;
    due();
  }, LOOK_MS);
  onScopeDispose(() => clearInterval(timer));
}
