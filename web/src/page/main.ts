// Where the page begins: a pairing link, a browser that is paired, or one that is not.
import "@xterm/xterm/css/xterm.css";
import "../style/tokens.css";
import "../style/page.css";
import "../style/controls.css";
import "../style/frame.css";
import "../style/list.css";
import "../style/over.css";
import "../style/settings.css";
import "../style/door.css";
import "../style/terminal.css";
import "../style/tmux.css";

import { type Gateway, knownGateway, takePairingCode } from "../driver/pairing";
import { takeInstance } from "../driver/tab";
import { TokenRefused, Tokens } from "../driver/tokens";
import { App } from "./app";
import { pairScreen, signInScreen } from "./pair-screen";
import { Preferences } from "./preferences";

const UNKNOWN: Gateway = { host: location.hostname, device: "" };
const NOT_PAIRED = "This browser is not paired with the gateway.";
const SIGNED_OUT = "This browser was signed out, or its key has expired.";

const code = takePairingCode();
const tokens = new Tokens();
const preferences = new Preferences();

addEventListener("signed-out", (event) => {
  show(signInScreen((event instanceof CustomEvent && event.detail) || SIGNED_OUT));
});

addEventListener("hashchange", () => {
  if (location.hash.includes("pair=")) location.reload();
});

if (code) show(pairScreen(code, ({ access, gateway }) => (tokens.take(access), void enter(gateway, true))));
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

async function enter(gateway: Gateway, isNew: boolean): Promise<void> {
  const app = new App(gateway, tokens, await takeInstance(), preferences, isNew);
  show(app.element);
  app.start();
}

function show(element: HTMLElement): void {
  document.getElementById("root")!.replaceChildren(element);
}
