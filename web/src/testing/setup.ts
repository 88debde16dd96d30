import { PropertySymbol } from "happy-dom";
import { afterEach } from "vitest";
import { asked, told } from "@/kernel/dialogs/ask";
import { signing } from "@/kernel/signing/sign";

type Connected = { [PropertySymbol.connectedToDocument](): void };

if (typeof window !== "undefined") {
  // happy-dom loads no pages in iframes and says so on the terminal with a stack each time: here an iframe is a box.
  const iframe = HTMLIFrameElement.prototype as unknown as Connected;
  iframe[PropertySymbol.connectedToDocument] = (HTMLElement.prototype as unknown as Connected)[PropertySymbol.connectedToDocument];

  // Whom a test has not put in the server's place is not there, and is not looked for either.
  globalThis.fetch = () => Promise.reject(new TypeError("fetch failed"));

  // Files share a window: no test leaves a dialog open in it, or anything in its memory, for the next.
  afterEach(() => {
    signing.value = asked.value = told.value = null;
    localStorage.clear();
    sessionStorage.clear();
  });
}
