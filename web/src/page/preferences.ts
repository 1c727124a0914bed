// The settings in use: kept in the browser, shared by its tabs, and put on the page.
import type { Look } from "../terminal/emulator";
import { FONT_PX_MAX, FONT_PX_MIN, readSettings, type Settings } from "./settings";

const KEY = "devtail.settings";
const FONT_PX = 14;
const FONT_PX_NARROW = 13;
const NARROW_PX = 600;
/** What the browser paints around the page: the header's ground. */
const GROUNDS = { light: "#f4f5f7", dark: "#1b1e24", lightMore: "#ffffff", darkMore: "#000000" };

export class Preferences {
  readonly #dark = matchMedia("(prefers-color-scheme: dark)");
  readonly #contrast = matchMedia("(prefers-contrast: more)");
  readonly #changed = new Set<() => void>();
  #settings = readSettings(stored(), defaults());

  constructor() {
    for (const query of [this.#dark, this.#contrast]) query.addEventListener("change", () => this.#tell());
    addEventListener("storage", ({ key }) => {
      if (key !== KEY) return;
      this.#settings = readSettings(stored(), defaults());
      this.#tell();
    });
    this.#paint();
  }

  get settings(): Readonly<Settings> {
    return this.#settings;
  }

  set(part: Partial<Settings>): void {
    this.#settings = { ...this.#settings, ...part };
    try {
      localStorage.setItem(KEY, JSON.stringify(this.#settings));
    } catch {
      // Without room or permission they hold for as long as the page does.
    }
    this.#tell();
  }

  /** Letters of this size, within bounds and in half pixels. */
  zoom(fontPx: number): void {
    const size = Math.min(FONT_PX_MAX, Math.max(FONT_PX_MIN, Math.round(fontPx * 2) / 2));
    if (size !== this.#settings.fontPx) this.set({ fontPx: size });
  }

  /** Calls this after each change, until what is returned is called. */
  onChange(act: () => void): () => void {
    this.#changed.add(act);
    return () => this.#changed.delete(act);
  }

  /** How terminals look. */
  get look(): Look {
    const { fontPx, reader, scroll, eager } = this.#settings;
    return { ...this.#colours, fontPx, hasReader: reader, sensitivity: scroll / 100, isEager: eager };
  }

  get #colours(): { isDark: boolean; hasContrast: boolean } {
    const { theme, contrast } = this.#settings;
    return { isDark: theme === "system" ? this.#dark.matches : theme === "dark", hasContrast: contrast === "more" || this.#contrast.matches };
  }

  #tell(): void {
    this.#paint();
    for (const act of this.#changed) act();
  }

  #paint(): void {
    const { isDark, hasContrast } = this.#colours;
    const { dataset } = document.documentElement;
    dataset["theme"] = isDark ? "dark" : "light";
    dataset["contrast"] = hasContrast ? "more" : "normal";
    dataset["keyRow"] = this.#settings.keyRow;
    const ground = GROUNDS[hasContrast ? (isDark ? "darkMore" : "lightMore") : isDark ? "dark" : "light"];
    for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) meta.content = ground;
  }
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function defaults(): Settings {
  // On Android every word is under composition; where Chinese is written, Latin letters are its pinyin and must wait.
  const eager = /Android/.test(navigator.userAgent) && !navigator.languages.some((language) => language.startsWith("zh"));
  const fontPx = innerWidth < NARROW_PX ? FONT_PX_NARROW : FONT_PX;
  return { theme: "system", contrast: "system", fontPx, bell: "flash", keyRow: "auto", reader: false, scroll: 100, eager };
}
