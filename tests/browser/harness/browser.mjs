// Chromium, and what a person does on the page.
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const PROGRAM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const PICTURES = fileURLToPath(new URL("../pictures/", import.meta.url));
const PATIENCE_MS = 30_000;

/** The sizes we look at. */
export const SIZES = {
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
  laptop: { viewport: { width: 1280, height: 800 } },
};

/** A browser with a profile of its own; playwright makes the folder and takes it away. */
export async function launch() {
  if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is missing: run apt-get install chromium`);
  const args = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ];
  return chromium.launch({ executablePath: PROGRAM, headless: true, chromiumSandbox: false, args });
}

/** One tab and the terminal in it. */
export class Tab {
  page;
  errors = [];
  #heard = 0;

  /** Opens a tab of this context. */
  static async open(context) {
    const tab = new Tab();
    tab.page = await context.newPage();
    tab.page.setDefaultTimeout(PATIENCE_MS);
    tab.page.on("pageerror", (error) => tab.errors.push(String(error)));
    return tab;
  }

  /** Opens a pairing link and pairs under this name; a terminal stands there afterwards. */
  async pair(link, name) {
    await this.page.goto(link);
    await this.page.locator("#device").fill(name);
    await this.page.getByRole("button", { name: "Pair" }).click();
    await this.focus();
    await this.isLive();
  }

  /** Puts the keyboard into the terminal that is shown. */
  async focus() {
    await this.page.locator(".xterm:visible .xterm-screen").click();
    await this.page.locator(".xterm:visible .xterm-helper-textarea").focus();
  }

  async type(text) {
    await this.page.keyboard.type(text);
  }

  /** Types a command and Enter. */
  async run(command) {
    await this.type(command);
    await this.page.keyboard.press("Enter");
  }

  /** Pastes into the terminal, as the browser does on a person's word; the clipboard itself stays as it is. */
  async paste(text) {
    await this.page.locator(".xterm:visible .xterm-helper-textarea").evaluate((area, text) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", text);
      area.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    }, text);
  }

  /** What stands on the screen, row by row. */
  async text() {
    const rows = await this.page.locator(".xterm:visible .xterm-rows > div").allInnerTexts();
    return rows.map((row) => row.replaceAll("\u00a0", " ").trimEnd()).join("\n");
  }

  /** Waits until the screen holds this; a failure shows the screen. */
  async shows(what) {
    const holds = (text) => (what instanceof RegExp ? what.test(text) : text.includes(what));
    const until = Date.now() + PATIENCE_MS;
    let text = await this.text();
    while (!holds(text)) {
      if (Date.now() > until) throw new Error(`the screen never showed ${what}; the link is ${await this.link()}; it shows:\n${text}`);
      await this.page.evaluate(() => new Promise((next) => requestAnimationFrame(next)));
      text = await this.text();
    }
    return text;
  }

  /** What the header says of the link, in a few words. */
  async link() {
    return this.page.evaluate(() => `${document.querySelector(".dot")?.dataset.state} ${document.querySelector(".banner:not([hidden])")?.textContent ?? ""}`);
  }

  /** Waits until the header says so: "live", "offline", "connecting", "suspect", "closed". */
  async is(...states) {
    const any = states.map((state) => `.dot[data-state="${state}"]`).join(", ");
    await this.page.locator(any).first().waitFor({ state: "attached" });
  }

  async isLive() {
    await this.is("live");
  }

  /** The middle of a text on the screen, as [x, y]; the last of several. */
  async at(text) {
    await this.shows(text);
    return this.page.evaluate((text) => {
      const rows = [...document.querySelectorAll(".pane:not([hidden]) .xterm-rows > div")];
      const row = rows.findLast((row) => row.textContent.replaceAll("\u00a0", " ").includes(text));
      const start = row.textContent.replaceAll("\u00a0", " ").lastIndexOf(text);
      const range = document.createRange();
      const nodes = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
      let passed = 0;
      for (let node = nodes.nextNode(); node; passed += node.length, node = nodes.nextNode()) {
        if (start >= passed && start < passed + node.length) range.setStart(node, start - passed);
        if (start + text.length <= passed + node.length) {
          range.setEnd(node, start + text.length - passed);
          break;
        }
      }
      const { left, top, width, height } = range.getBoundingClientRect();
      return [left + width / 2, top + height / 2];
    }, text);
  }

  /** Reads so many bytes of what is typed while `act` runs, in hex, as a program in raw mode gets them that printed `modes`. */
  async hears(count, act, modes = "") {
    const number = ++this.#heard;
    const read = `head -c ${count} | od -An -v -tx1 | tr -d ' \\n'`;
    await this.run(`clear; stty raw -echo; printf '${modes}ears%s\\r\\n' ${number}; got=$(${read}); stty sane; echo heard${number}:$got.`);
    await this.shows(new RegExp(`^ears${number}$`, "m"));
    await act();
    // A long line goes on in the next row.
    const line = new RegExp(`^heard${number}:([0-9a-f\\n]*)\\.`, "m");
    return (await this.shows(line)).match(line)[1].replaceAll("\n", "");
  }

  /** Keeps a picture, where somebody wants to look. */
  async picture(name) {
    if (!process.env.KEEP_PICTURES) return;
    await mkdir(PICTURES, { recursive: true });
    await this.page.screenshot({ path: `${PICTURES}${name}.png` });
  }
}
