// The settings, on a sheet: each change shows at once.
import { button, h } from "./element";
import { showSheet } from "./dialog";
import type { Preferences } from "./preferences";
import { CHOICES, FONT_PX_MAX, FONT_PX_MIN, SCROLL_MAX, SCROLL_MIN, type Settings } from "./settings";

/** A line that another part of the page adds, with a control of its own. */
export interface SettingsLine {
  label: string;
  about?: string;
  control: HTMLElement;
}

const WORDS: { [K in keyof typeof CHOICES]: [label: string, choices: Record<(typeof CHOICES)[K][number], string>] } = {
  theme: ["Colours", { system: "System", light: "Light", dark: "Dark" }],
  contrast: ["Contrast", { system: "System", more: "High" }],
  bell: ["Bell", { flash: "Flash", sound: "Sound", none: "None" }],
  keyRow: ["Extra keys", { auto: "On touch", on: "Always", off: "Never" }],
};

export function showSettings(preferences: Preferences, more: readonly SettingsLine[], about: readonly [string, string][]): void {
  const choice = (key: keyof typeof CHOICES) => choiceLine(preferences, key);
  const flag = (key: "reader" | "eager", label: string, text: string) => switchLine(preferences, key, label, text);
  showSheet("Settings", [
    group("Look", choice("theme"), choice("contrast"), sizeLine(preferences)),
    group("Terminal", choice("bell"), choice("keyRow"), scrollLine(preferences), ...more.map(line)),
    group(
      "Typing and reading",
      flag("eager", "Send each letter at once", "For keyboards that hold words back. Off for pinyin and the like, which replace letters."),
      flag("reader", "Screen reader", "Announces output and lets rows be read one by one."),
    ),
    h("dl", { class: "about" }, ...about.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
  ]);
}

/** A switch, as the lines of settings have it. */
export function toggle(label: string, isOn: boolean, changed: (isOn: boolean) => void): HTMLInputElement {
  const box = h("input", { type: "checkbox", role: "switch", class: "switch", "aria-label": label, onchange: () => changed(box.checked) });
  box.checked = isOn;
  return box;
}

function group(title: string, ...lines: HTMLElement[]): HTMLElement {
  return h("section", { class: "settings" }, h("h3", {}, title), ...lines);
}

function line({ label, about, control }: SettingsLine): HTMLElement {
  const text = h("div", { class: "what" }, h("span", {}, label), ...(about ? [h("small", {}, about)] : []));
  return h("div", { class: "setting" }, text, control);
}

function choiceLine<K extends keyof typeof CHOICES>(preferences: Preferences, key: K): HTMLElement {
  const [label, words] = WORDS[key];
  const radios = CHOICES[key].map((value) => {
    const attributes = { type: "radio", name: `setting-${key}`, value, checked: preferences.settings[key] === value };
    const input = h("input", { ...attributes, onchange: () => preferences.set({ [key]: value } as Partial<Settings>) });
    return h("label", {}, input, h("span", {}, (words as Record<string, string>)[value] ?? value));
  });
  return line({ label, control: h("div", { class: "segments", role: "radiogroup", "aria-label": label }, ...radios) });
}

function switchLine(preferences: Preferences, key: "reader" | "eager", label: string, about: string): HTMLElement {
  return line({ label, about, control: toggle(label, preferences.settings[key], (isOn) => preferences.set({ [key]: isOn })) });
}

function sizeLine(preferences: Preferences): HTMLElement {
  const shown = h("output", { "aria-live": "polite" });
  const write = () => (shown.textContent = `${preferences.settings.fontPx} px`);
  const step = (by: number) => () => (preferences.zoom(preferences.settings.fontPx + by), write());
  write();
  const smaller = button("A−", step(-1), { "aria-label": "Smaller letters, A−" });
  const larger = button("A+", step(1), { "aria-label": "Larger letters, A+" });
  return line({ label: "Letters", about: `${FONT_PX_MIN} to ${FONT_PX_MAX} px. Two fingers change them too.`, control: h("div", { class: "stepper" }, smaller, shown, larger) });
}

function scrollLine(preferences: Preferences): HTMLElement {
  const attributes = { type: "range", min: String(SCROLL_MIN), max: String(SCROLL_MAX), step: "25", "aria-label": "Scroll speed" };
  const range = h("input", { ...attributes, oninput: () => preferences.set({ scroll: range.valueAsNumber }) });
  range.value = String(preferences.settings.scroll);
  return line({ label: "Scroll speed", control: range });
}
