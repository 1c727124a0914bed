// The settings' line for notifications: a switch, and in words what stands in its way.
import type { Tokens } from "../driver/tokens";
import { h } from "./element";
import { type PushState, pushState, turnOff, turnOn } from "./push";
import { type SettingsLine, toggle } from "./settings-sheet";

const LABEL = "Notifications";
const ABOUT = "When a terminal rings, or a command that took 10 s is over, and you do not look at it.";
const BLOCKED = "The browser blocks them for this page; its own settings can allow them again.";

/** A line that shows how it is and changes it. */
export function pushLine(tokens: Tokens, say: (message: string) => void): SettingsLine {
  const place = h("div", { class: "push-switch", role: "group", "aria-label": LABEL });
  const show = (state: PushState) => {
    const box = toggle(LABEL, state.name === "on", (isOn) => void change(isOn));
    const why = state.name === "impossible" ? state.reason : state.name === "blocked" ? BLOCKED : undefined;
    box.disabled = why !== undefined;
    place.replaceChildren(box, ...(why ? [h("small", {}, why)] : []));
  };
  const change = async (isOn: boolean) => {
    try {
      show(await (isOn ? turnOn(tokens) : turnOff(tokens)));
    } catch (error) {
      say(error instanceof Error ? error.message : String(error));
      show(await pushState());
    }
  };
  void pushState().then(show);
  return { label: LABEL, about: ABOUT, control: place };
}
