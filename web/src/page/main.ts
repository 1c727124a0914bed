// Where the page begins: a pairing link, a hand-off, a browser that is paired, or one that is not.
import "@xterm/xterm/css/xterm.css";
import "../style/tokens.css";
import "../style/page.css";
import "../style/controls.css";
import "../style/frame.css";
import "../style/list.css";
import "../style/offer.css";
import "../style/over.css";
import "../style/settings.css";
import "../style/door.css";
import "../style/terminal.css";

import { arrive, type Place } from "../driver/handoff";
import { type Gateway, knownGateway, takeFromFragment, takePairingCode } from "../driver/pairing";
import { takeInstance } from "../driver/tab";
import { TokenRefused, Tokens } from "../driver/tokens";
import { App } from "./app";
import { lostScreen } from "./handoff";
import { pairScreen, signInScreen } from "./pair-screen";
import { Preferences } from "./preferences";

const UNKNOWN: Gateway = { host: location.hostname, device: "" };
const NOT_PAIRED = "This browser is not paired with the gateway.";
const SIGNED_OUT = "This browser was signed out, or its key has expired.";

const code = takePairingCode();
const ticket = takeFromFragment("handoff");
const tokens = new Tokens();
const preferences = new Preferences();

addEventListener("signed-out", (event) => {
  show(signInScreen((event instanceof CustomEvent && event.detail) || SIGNED_OUT));
});

addEventListener("hashchange", () => {
  if (/[#&](pair|handoff)=/.test(location.hash)) location.reload();
});

if (code) show(pairScreen(code, ({ access, gateway }) => (tokens.take(access), void enter(gateway, true))));
else if (ticket) void takeUp(ticket);
else void begin();

/** Without the gateway's word that it is not paired, the page counts as paired: it may only be offline. */
async function begin(): Promise<void> {
  const known = knownGateway();
  try {
    if (!known) await tokens.access();
  } catch (error) {
    if (error instanceof TokenRefused) return show(signInScreen(NOT_PAIRED));
  }
  await enter(known ?? UNKNOWN, false);
}

/** Goes on where another device is. */
async function takeUp(ticket: string): Promise<void> {
  const arrived = await arrive(ticket, tokens);
  if (!arrived.ok) return show(lostScreen("This link leads nowhere", arrived.message, () => void begin()));
  if (arrived.access) tokens.take(arrived.access);
  await enter(arrived.gateway ?? knownGateway() ?? UNKNOWN, false, arrived.place);
}

async function enter(gateway: Gateway, isNew: boolean, place?: Place): Promise<void> {
  const app = new App(gateway, tokens, await takeInstance(), preferences, isNew);
  show(app.element);
  app.start(place);
}

function show(element: HTMLElement): void {
  document.getElementById("root")!.replaceChildren(element);
}
