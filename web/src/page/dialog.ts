// What the page asks, and what it shows on a sheet. All of them are <dialog>: Escape closes them, the focus stays within and
// goes back to where it was.
import { button, h } from "./element";
import { glyph } from "./glyph";

/** Asks for a text; undefined if the person thought better of it. */
export function askText(title: string, label: string, value: string, lengthMax: number): Promise<string | undefined> {
  const input = h("input", { id: "answer", value, maxlength: String(lengthMax), autocomplete: "off", autocapitalize: "off" });
  const fields = [h("label", { for: "answer" }, label), input];
  return ask(title, fields, "Save", "primary").then((isAgreed) => (isAgreed ? input.value.trim() : undefined));
}

/** Asks whether to do something that cannot be undone. */
export function confirm(title: string, text: string, yes: string): Promise<boolean> {
  return ask(title, [h("p", {}, text)], yes, "danger");
}

/** Asks before something; `look` is how its button looks. */
export function ask(title: string, body: Node[], yes: string, look: "primary" | "danger"): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = button("Cancel", () => dialog.close(""));
    const agree = h("button", { type: "submit", class: look, value: "yes" }, yes);
    const form = h("form", { method: "dialog" }, h("h2", { id: "dialog-title" }, title), ...body, h("div", { class: "actions" }, cancel, agree));
    const dialog = open(form, "question", () => resolve(dialog.returnValue === "yes"));
    dialog.querySelector("input")?.select();
  });
}

/** Shows a sheet: from below on a phone, in the middle of a desk. Returns what closes it. */
export function showSheet(title: string, body: Node[], closed: () => void = () => undefined): () => void {
  const close = button("", () => dialog.close(), { class: "icon", "aria-label": "Close" });
  close.append(glyph("close"));
  const head = h("div", { class: "sheet-head" }, h("h2", { id: "dialog-title" }, title), close);
  const dialog = open(h("div", { class: "sheet-body" }, head, ...body), "sheet", closed);
  return () => dialog.close();
}

function open(content: HTMLElement, look: string, closed: () => void): HTMLDialogElement {
  const dialog = h("dialog", { class: look, "aria-labelledby": "dialog-title" }, content);
  dialog.addEventListener("close", () => {
    dialog.remove();
    closed();
  });
  // A click beside it: the dialog itself is hit only there, its content covers it.
  dialog.addEventListener("pointerdown", (event) => event.target === dialog && dialog.close(""));
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
