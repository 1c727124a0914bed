// A program wants to set the clipboard (OSC 52). Browsers allow it only to a page that is worked in; else a person decides.
import type { Toasts } from "./toast";

/** Of several that wait, only the newest is worth asking about. */
const TOPIC = "copy";

export async function copy(text: string, toasts: Toasts): Promise<void> {
  try {
    if (!document.hasFocus()) throw new Error("not worked in");
    await navigator.clipboard.writeText(text);
    toasts.say("Copied to the clipboard.");
  } catch {
    const write = () =>
      navigator.clipboard?.writeText(text).catch(() => toasts.say("The browser did not allow it.")) ??
      toasts.say("Browsers offer the clipboard only over HTTPS or on localhost.");
    toasts.ask(`The program in the terminal wants to copy ${text.length} characters.`, [
      { label: "Copy", act: () => void write() },
      { label: "Ignore", act: () => undefined },
    ], TOPIC);
  }
}
