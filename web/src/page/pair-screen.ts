// The door: pairs this browser with the gateway, or says how to get a link that does.
import { pair, suggestedName, type Gateway } from "../driver/pairing";
import type { Access } from "../driver/tokens";
import { h } from "./element";

export interface Admitted {
  access: Access;
  gateway: Gateway;
}

/** Asks for nothing but the device's name, which has a good default. */
export function pairScreen(code: string, admitted: (admitted: Admitted) => void): HTMLElement {
  const name = h("input", { id: "device", value: suggestedName(), maxlength: "64", autocomplete: "off" });
  const submit = h("button", { type: "submit", class: "primary" }, "Pair");
  const trouble = h("p", { class: "trouble", role: "alert", hidden: true });
  const onsubmit = async (event: Event) => {
    event.preventDefault();
    submit.disabled = true;
    trouble.hidden = true;
    const paired = await pair(code, name.value);
    if (paired.ok) return admitted(paired);
    if (paired.isFinal) return card.replaceChildren(...cannotPair(paired.message));
    trouble.textContent = paired.message;
    trouble.hidden = false;
    submit.disabled = false;
  };
  const form = h(
    "form",
    { onsubmit: (event) => void onsubmit(event) },
    h("label", { for: "device" }, "This device is called"),
    name,
    trouble,
    submit,
  );
  const card = h("div", { class: "card" }, h("h1", {}, "Pair with ", h("strong", {}, location.host)), h("p", {}, "This browser gets its own key to the terminals on that machine. It can be taken back there at any time."), form);
  return door(card);
}

/** There is no code, or it is used up. */
export function signInScreen(message: string): HTMLElement {
  return door(h("div", { class: "card" }, ...cannotPair(message)));
}

function cannotPair(message: string): HTMLElement[] {
  return [
    h("h1", {}, "Pair this browser"),
    h("p", { role: "alert" }, message),
    h("p", {}, "On ", h("strong", {}, location.hostname), ", run"),
    h("pre", {}, h("code", {}, "devtail pair")),
    h("p", {}, "and open the link it prints, or scan its QR code. It holds for 5 minutes."),
  ];
}

function door(card: HTMLElement): HTMLElement {
  return h("main", { class: "door" }, h("p", { class: "brand" }, "devtail"), card);
}
