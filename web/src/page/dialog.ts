// The two questions a list of terminals asks: what to call one, and whether to end one.
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
