// What was typed and is not settled, on a sheet: what may have arrived, and what can still be taken back.
import { button, h } from "./element";
import { showSheet } from "./dialog";
import type { Waiting } from "./outgoing";
import { shown } from "./text";

/** What waits for one terminal. */
export interface WaitingIn {
  name: string;
  waiting: Waiting;
  withdraw(): void;
}

/** `contact`: how the link is, in a sentence. */
export function showWaiting(contact: string, terminals: readonly WaitingIn[]): void {
  const parts = terminals.map(({ name, waiting, withdraw }) => {
    const unsent = h("section", {}, h("h4", {}, "Not sent yet"), h("p", { class: "typed" }, shown(waiting.unsent)), button("Take it back", () => (withdraw(), unsent.remove())));
    const sent = h("section", {}, h("h4", {}, "Sent, not confirmed"), h("p", { class: "typed" }, shown(waiting.sent)));
    const both = [...(waiting.unsent ? [unsent] : []), ...(waiting.sent ? [sent] : [])];
    return h("section", { class: "waiting" }, h("h3", {}, name), ...both);
  });
  const nothing = parts.length > 0 ? [] : [h("p", {}, "Nothing waits.")];
  showSheet("On its way", [h("p", { class: "contact" }, contact), ...parts, ...nothing]);
}
