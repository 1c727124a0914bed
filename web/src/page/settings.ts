// What a person chose for this device. It is kept in the browser, and read with suspicion: another version may have written it.

export const FONT_PX_MIN = 8;
export const FONT_PX_MAX = 32;

export interface Settings {
  theme: "system" | "light" | "dark";
  contrast: "system" | "more";
  fontPx: number;
  bell: "flash" | "sound" | "none";
  keyRow: "auto" | "on" | "off";
  /** Output is announced, and rows can be read one by one. */
  reader: boolean;
  /** How far a finger or a wheel scrolls, in percent. */
  scroll: number;
  /** Latin words under composition go out letter by letter. */
  eager: boolean;
}

/** What may stand in each field that is a choice. */
export const CHOICES = {
  theme: ["system", "light", "dark"],
  contrast: ["system", "more"],
  bell: ["flash", "sound", "none"],
  keyRow: ["auto", "on", "off"],
} as const;
export const SCROLL_MIN = 25;
export const SCROLL_MAX = 400;

/** The settings of a text; what is missing or cannot be is as in `defaults`. */
export function readSettings(text: string | null, defaults: Settings): Settings {
  const raw = parse(text);
  const choice = <K extends keyof typeof CHOICES>(key: K): Settings[K] => {
    const known = (CHOICES[key] as readonly unknown[]).includes(raw[key]);
    return (known ? raw[key] : defaults[key]) as Settings[K];
  };
  const flag = (key: "reader" | "eager") => (typeof raw[key] === "boolean" ? raw[key] : defaults[key]);
  return {
    theme: choice("theme"),
    contrast: choice("contrast"),
    bell: choice("bell"),
    keyRow: choice("keyRow"),
    fontPx: within(raw["fontPx"], FONT_PX_MIN, FONT_PX_MAX, defaults.fontPx),
    scroll: within(raw["scroll"], SCROLL_MIN, SCROLL_MAX, defaults.scroll),
    reader: flag("reader"),
    eager: flag("eager"),
  };
}

function parse(text: string | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function within(value: unknown, min: number, max: number, otherwise: number): number {
  return typeof value === "number" && Number.isFinite(value) ? Math.min(max, Math.max(min, value)) : otherwise;
}
