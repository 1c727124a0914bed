// Where the page begins: a pairing link, a hand-off, a shared terminal, a browser that is paired, or one that is not.
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
import "../style/tmux.css";

import { arrive, type Place } from "../driver/handoff";
import { forget, type Gateway, knownGateway, type Shown, takeFromFragment, takePairingCode } from "../driver/pairing";
import { openShare } from "../driver/share";
import { takeInstance } from "../driver/tab";
import { TokenRefused, Tokens } from "../driver/tokens";
import { App } from "./app";
import { GuestApp } from "./guest";
import { lostScreen, overScreen } from "./handoff";
import { pairScreen, signInScreen } from "./pair-screen";
import { Preferences } from "./preferences";

const UNKNOWN: Gateway = { host: location.hostname, device: "" };
const NOT_PAIRED = "This browser is not paired with the gateway.";
const OVER = "The sharing is over.";
const SIGNED_OUT = "This browser was signed out, or its key has expired.";

const code = takePairingCode();
const ticket = takeFromFragment("handoff");
const shareCode = takeFromFragment("share");
const tokens = new Tokens();
const preferences = new Preferences();

addEventListener("signed-out", (event) => {
  show(signInScreen((event instanceof CustomEvent && event.detail) || SIGNED_OUT));
});

addEventListener("hashchange", () => {
  if (/[#&](pair|handoff|share)=/.test(location.hash)) location.reload();
});

if (code) show(pairScreen(code, ({ access, gateway }) => (tokens.take(access), void enter(gateway, true))));
else if (ticket) void takeUp(ticket);
else if (shareCode) void look(shareCode);
else void begin();

/** Without the gateway's word that it is not paired, the page counts as paired: it may only be offline. */
async function begin(): Promise<void> {
  const known = knownGateway();
  try {
    if (!known) await tokens.access();
  } catch (error) {
    if (error instanceof TokenRefused) return show(signInScreen(NOT_PAIRED));
  }
  if (known?.guest) return watch(known, known.guest);
  await enter(known ?? UNKNOWN, false);
}

/** Looks at what somebody shares. */
async function look(code: string): Promise<void> {
  const opened = await openShare(code, tokens);
  if (!opened.ok) return show(lostScreen("This link leads nowhere", opened.message, () => void begin()));
  const { access, gateway, shown } = opened;
  if (access) tokens.take(access);
  const known = gateway ?? knownGateway() ?? UNKNOWN;
  if (known.guest) return watch(known, shown);
  location.hash = `#t=${shown.channel}`;
  await enter(known, false);
}

function watch(gateway: Gateway, shown: Shown): void {
  const guest = new GuestApp(gateway, shown, tokens, preferences);
  const over = (event: Event) => {
    forget();
    show(overScreen((event instanceof CustomEvent && event.detail) || OVER));
  };
  addEventListener("shared-no-more", over, { once: true });
  show(guest.element);
  guest.start();
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
