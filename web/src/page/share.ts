// "Share, read only": the sheet that makes a link by which others look at a terminal, and ends it again.
import { endShare, share, type Sharing } from "../driver/share";
import type { Tokens } from "../driver/tokens";
import { button, h } from "./element";
import { showOffer } from "./offer";
import type { Toasts } from "./toast";

/** What can be chosen, seconds. */
const TIMES: readonly [label: string, seconds: number][] = [
  ["15 min", 15 * 60],
  ["1 h", 60 * 60],
  ["1 day", 24 * 60 * 60],
  ["1 week", 7 * 24 * 60 * 60],
];
const DEFAULT_S = 60 * 60;

/** Offers a link to whoever shall look at this terminal. */
export function shareReadOnly(channel: Uint8Array, name: string, tokens: Tokens, toasts: Toasts): void {
  let seconds = DEFAULT_S;
  let made: Sharing | undefined;
  const end = async () => {
    const ended = made;
    made = undefined;
    stop.hidden = true;
    if (ended) await endShare(ended.id, tokens).catch((error: unknown) => toasts.say(error instanceof Error ? error.message : String(error)));
  };
  const over = () => (sheet.close(), toasts.say("Nobody looks by this link any more."));
  const stop = button("Stop sharing", () => void end().then(over), { class: "danger stop", hidden: true });
  const ask = async () => {
    await end();
    made = await share(channel, name, seconds, tokens);
    stop.hidden = false;
    return made;
  };
  const choose = (chosen: number) => {
    seconds = chosen;
    sheet.renew();
  };
  const words = {
    title: "Share, read only",
    about: "Whoever opens the link sees this terminal, and everything printed in it, and cannot type.",
    holds: (leftMs: number) => `Over in ${left(leftMs)}`,
    over: "The time is over, and whoever looked is out.",
    again: "New link",
  };
  const sheet = showOffer(words, ask, [times(choose)], [stop]);
}

function times(choose: (seconds: number) => void): HTMLElement {
  const radios = TIMES.map(([label, seconds]) => {
    const input = h("input", { type: "radio", name: "share-time", value: String(seconds), checked: seconds === DEFAULT_S, onchange: () => choose(seconds) });
    return h("label", {}, input, h("span", {}, label));
  });
  return h("div", { class: "segments", role: "radiogroup", "aria-label": "For how long" }, ...radios);
}

function left(ms: number): string {
  const minutes = Math.ceil(ms / 60_000);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}
