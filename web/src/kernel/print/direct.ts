const PATIENCE_MS = 60_000; // how long the printer's dialog may stand open before the file is let go

/**
 * Prints a PDF without a preview: the browser's own print dialog opens on it.
 * A browser that keeps its viewer to itself shows the file in a window of its own, from where it can be printed.
 */
export function printDirectly(file: Blob): Promise<void> {
  const address = URL.createObjectURL(file);
  const frame = document.createElement("iframe");
  frame.title = "打印件";
  frame.style.cssText = "position:fixed;width:0;height:0;border:0";
  const leave = (): void => {
    frame.remove();
    URL.revokeObjectURL(address);
  };
  return new Promise((resolve) => {
    frame.onload = () => {
      try {
        frame.contentWindow!.focus();
        frame.contentWindow!.print();
      } catch {
        window.open(address);
      }
      setTimeout(leave, PATIENCE_MS);
      resolve();
    };
    frame.src = address;
    document.body.append(frame);
  });
}
