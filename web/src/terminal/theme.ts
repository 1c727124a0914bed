// The terminal's colours, light and dark; the page around it has the same ground.
import type { ITheme } from "@xterm/xterm";

const DARK: ITheme = {
  background: "#15171c",
  foreground: "#d7dae0",
  cursor: "#d7dae0",
  cursorAccent: "#15171c",
  selectionBackground: "#3b4557",
  black: "#23262e",
  red: "#ef7b85",
  green: "#9ac97c",
  yellow: "#e2bd77",
  blue: "#6fb3f2",
  magenta: "#c98fe3",
  cyan: "#62bfc9",
  white: "#c3c8d1",
  brightBlack: "#6d7482",
  brightRed: "#ff9aa2",
  brightGreen: "#b5e39a",
  brightYellow: "#f4d493",
  brightBlue: "#93c9ff",
  brightMagenta: "#deadf5",
  brightCyan: "#86d9e2",
  brightWhite: "#f4f6fa",
};

const LIGHT: ITheme = {
  background: "#ffffff",
  foreground: "#24272e",
  cursor: "#24272e",
  cursorAccent: "#ffffff",
  selectionBackground: "#cfe0f7",
  black: "#24272e",
  red: "#b3261e",
  green: "#2f7a1f",
  yellow: "#8a5d00",
  blue: "#1860b8",
  magenta: "#8a35a8",
  cyan: "#0a7480",
  white: "#c9cdd5",
  brightBlack: "#5a6070",
  brightRed: "#d0382f",
  brightGreen: "#3d9429",
  brightYellow: "#a87300",
  brightBlue: "#2a78d8",
  brightMagenta: "#a64cc6",
  brightCyan: "#138d9b",
  brightWhite: "#ffffff",
};

/** The same for eyes that need more: the ground and the letters as far apart as can be. */
const DARK_CONTRAST: ITheme = { ...DARK, background: "#000000", foreground: "#ffffff", cursor: "#ffffff", cursorAccent: "#000000", selectionBackground: "#2f5fa8", brightBlack: "#a9b0bd" };
const LIGHT_CONTRAST: ITheme = { ...LIGHT, foreground: "#000000", cursor: "#000000", selectionBackground: "#a9c8f5", white: "#4b5160", brightBlack: "#3a3f4a" };

/** How a page looks at present. */
export interface Colours {
  isDark: boolean;
  hasContrast: boolean;
}

export function theme({ isDark, hasContrast }: Colours): ITheme {
  if (hasContrast) return isDark ? DARK_CONTRAST : LIGHT_CONTRAST;
  return isDark ? DARK : LIGHT;
}
