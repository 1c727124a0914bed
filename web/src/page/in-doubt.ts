// What was on its way when a host lost track: only the person can say whether it is to be typed again.
import { keys, keysOf } from "../terminal/message";
import { shown } from "./text";
import type { Toasts } from "./toast";

/** Asks about these inputs, if keys are among them; `send` takes those keys once more. */
export function askAbout(inputs: readonly Uint8Array[], toasts: Toasts, send: (inputs: Uint8Array[]) => void): void {
  const typed = inputs.map(keysOf).join("");
  if (typed === "") return;
  toasts.ask(`The terminal was lost while this was on its way. It may or may not have arrived: ${shown(typed)}`, [
    { label: "Type it again", act: () => send(keys(new TextEncoder().encode(typed))) },
    { label: "Leave it", act: () => undefined },
  ]);
}
