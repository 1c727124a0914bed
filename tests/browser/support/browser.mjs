// Debian's Chromium, and what a person does with the page.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const CHROMIUM = process.env.DEVTAIL_CHROMIUM ?? "/usr/bin/chromium";
const PICTURES = process.env.DEVTAIL_PICTURES ?? fileURLToPath(new URL("../../../target/pictures", import.meta.url));
const WITHIN_MS = 20_000;

/** The two sizes the page is made for. */
export const SIZES = {
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true, colorScheme: "dark" },
  desk: { viewport: { width: 1280, height: 800 }, colorScheme: "light" },
};

/** Starts a browser. */
export function launch() {
  if (!existsSync(CHROMIUM)) throw new Error(`${CHROMIUM} is missing. Install it: apt-get install chromium`);
  return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
}

/** One tab, as a person sees it. */
export class Tab {
  /** Opens a tab of a context; whatever goes wrong in it fails the test. */
  static async open(context) {
    const tab = new Tab();
    tab.page = await context.newPage();
    tab.errors = [];
    tab.page.on("pageerror", (error) => tab.errors.push(String(error.stack ?? error)));
    tab.page.on("console", (message) => message.text().includes("Content Security Policy") && tab.errors.push(message.text()));
    return tab;
  }

  /** Pairs with the link, whose address is replaced by the one the tab reaches the gateway at. */
  async pair(link, origin) {
    await this.page.goto(`${origin}/${new URL(link).hash}`);
    await this.page.getByRole("button", { name: "Pair" }).click();
    await this.shown();
  }

  /** Waits until a terminal is on the screen. */
  async shown() {
    await this.page.locator(".pane:not([hidden]) .xterm-rows").waitFor({ timeout: WITHIN_MS });
  }

  /** Types on the keyboard, into the terminal. */
  async type(text) {
    await this.page.locator(".pane:not([hidden]) .xterm-helper-textarea").focus();
    await this.page.keyboard.type(text);
  }

  /** What the terminal shows, line by line, without the blanks at their ends. */
  async screen() {
    return this.page.evaluate(() => {
      const rows = document.querySelector(".pane:not([hidden]) .xterm-rows");
      return [...(rows?.children ?? [])].map((row) => row.textContent.replaceAll("\u00a0", " ").trimEnd()).join("\n");
    });
  }

  /** Waits until the screen has what is looked for. */
  async sees(pattern) {
    let screen = "";
    const found = await this.until(async () => pattern.test((screen = await this.screen())));
    assert.ok(found, `${pattern} was not seen within ${WITHIN_MS} ms; the screen:\n${screen}`);
    return screen;
  }

  /** Waits until the link is in this state, as the page says. */
  async isLinked(state) {
    await this.page.locator(`.dot[data-state="${state}"]`).waitFor({ state: "attached", timeout: WITHIN_MS });
  }

  /** Runs a command and returns the lines it printed. A mark around them tells them from their own echo. */
  async run(command) {
    const mark = `m${Math.random().toString(36).slice(2, 8)}`;
    await this.type(`printf '%s\\n' ${mark.slice(0, 3)}''${mark.slice(3)}; ${command}; printf '%s\\n' ${mark.slice(0, 3)}''${mark.slice(3)}.\n`);
    const screen = await this.sees(new RegExp(`^${mark}\\.$`, "m"));
    const lines = screen.split("\n");
    return lines.slice(lines.indexOf(mark) + 1, lines.indexOf(`${mark}.`));
  }

  async until(condition) {
    const end = Date.now() + WITHIN_MS;
    while (Date.now() < end) {
      if (await condition()) return true;
      await this.page.waitForTimeout(50);
    }
    return false;
  }

  /** Keeps a picture for a person to look at. */
  async picture(name) {
    await mkdir(PICTURES, { recursive: true });
    await this.page.screenshot({ path: `${PICTURES}/${name}.png` });
  }

  /** Nothing went wrong in the page meanwhile. */
  isWell() {
    assert.deepEqual(this.errors, []);
  }
}
