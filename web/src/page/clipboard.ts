// The clipboard, for a person: browsers hand it out only on HTTPS, to a page that is worked in, and some not at all.
import { h } from "./element";
import { ask } from "./dialog";
import type { Toasts } from "./toast";

/** Copies what a person selected. */
export async function copySelection(text: string, toasts: Toasts): Promise<void> {
  if (text === "") return;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    if (!copyTheOldWay(text)) return toasts.say("The browser did not allow it.");
  }
  toasts.say("Copied.");
}

/** The clipboard's text; where the browser does not give it, the person is asked to paste it. */
export async function readClipboardText(): Promise<string> {
  try {
    return await navigator.clipboard.readText();
  } catch {
    const field = h("textarea", { id: "paste", rows: "5", autocomplete: "off", autocapitalize: "off", spellcheck: "false" });
    const label = h("label", { for: "paste" }, "The browser keeps the clipboard to itself. Paste into this field:");
    return (await ask("Paste", [label, field], "Paste", "primary")) ? field.value : "";
  }
}

/** By a selection in a field, which needs no permission. */
function copyTheOldWay(text: string): boolean {
  const field = h("textarea", { class: "unseen", readonly: true });
  const { activeElement } = document;
  field.value = text;
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  if (activeElement instanceof HTMLElement) activeElement.focus({ preventScroll: true });
  return isCopied;
}
