// The questions a page asks: what to call a terminal, whether to end it, what to do with it.
import { button, h } from "./element";

/** Asks for a text; undefined if the person thought better of it. */
export function askText(title: string, label: string, value: string, lengthMax: number): Promise<string | undefined> {
  const input = h("input", { id: "answer", value, maxlength: String(lengthMax), autocomplete: "off", autocapitalize: "off" });
  const fields = [h("label", { for: "answer" }, label), input];
  return show(title, fields, "Save", "primary").then((isAgreed) => (isAgreed ? input.value.trim() : undefined));
}

/** Asks whether to do something that cannot be undone. */
export function confirm(title: string, text: string, yes: string): Promise<boolean> {
  return show(title, [h("p", {}, text)], yes, "danger");
}

/** Offers things to do; at most one is done. */
export function choose(title: string, actions: readonly { label: string; act(): void }[]): void {
  const buttons = actions.map(({ label, act }) => button(label, () => (dialog.close(), act()), { class: "choice" }));
  const cancel = button("Cancel", () => dialog.close());
  const dialog = h("dialog", { "aria-labelledby": "choose-title" }, h("h2", { id: "choose-title" }, title), ...buttons, h("div", { class: "actions" }, cancel));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

function show(title: string, body: Node[], yes: string, look: string): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = button("Cancel", () => dialog.close(""));
    const agree = h("button", { type: "submit", class: look, value: "yes" }, yes);
    const form = h("form", { method: "dialog" }, h("h2", { id: "dialog-title" }, title), ...body, h("div", { class: "actions" }, cancel, agree));
    const dialog = h("dialog", { "aria-labelledby": "dialog-title" }, form);
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
    dialog.querySelector("input")?.select();
  });
}
