// "Continue on another device": the sheet of the device that is left, and the door of the one that goes on.
import { handOff, type Place } from "../driver/handoff";
import type { Tokens } from "../driver/tokens";
import { button, h } from "./element";
import { showOffer } from "./offer";

/** Offers the place where the person is now to another device. */
export function continueElsewhere(place: () => Place | undefined, tokens: Tokens): void {
  const ask = () => {
    const here = place();
    if (!here) return Promise.reject(new Error("This terminal is not shown yet. Wait a moment, then try again."));
    return handOff(here, tokens);
  };
  const words = {
    title: "Continue on another device",
    about: "Scan the code with its camera, or open the link there: it shows this terminal at this very place. One device, once.",
    holds: (leftMs: number) => `Holds for ${Math.ceil(leftMs / 1000)} s`,
    over: "The minute is over, and the link is void.",
    again: "New link",
  };
  showOffer(words, ask);
}

/** A link that leads nowhere any more. */
export function lostScreen(title: string, message: string, goOn: () => void): HTMLElement {
  const open = button("Open the terminals", goOn, { class: "primary" });
  return h("main", { class: "door" }, h("p", { class: "brand" }, "devtail"), h("div", { class: "card" }, h("h1", {}, title), h("p", { role: "alert" }, message), open));
}

/** A guest's time is over. */
export function overScreen(message: string): HTMLElement {
  return h("main", { class: "door" }, h("p", { class: "brand" }, "devtail"), h("div", { class: "card" }, h("h1", {}, "This was shared with you"), h("p", { role: "alert" }, message), h("p", {}, "Whoever shared it can make a new link.")));
}
