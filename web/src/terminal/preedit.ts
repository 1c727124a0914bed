// What an input method is composing, underlined at the cursor; the program has none of it yet.
import type { Terminal } from "@xterm/xterm";

export class Preedit {
  readonly element = document.createElement("div");
  readonly #terminal: Terminal;

  constructor(terminal: Terminal, screen: HTMLElement) {
    this.#terminal = terminal;
    this.element.className = "preedit";
    this.element.hidden = true;
    screen.append(this.element);
  }

  show(text: string): void {
    this.element.hidden = text === "";
    this.element.textContent = text;
    if (text === "") return;
    const screen = this.element.parentElement!.getBoundingClientRect();
    const { cursorX, cursorY } = this.#terminal.buffer.active;
    const { cols, rows, options } = this.#terminal;
    const height = screen.height / rows;
    Object.assign(this.element.style, {
      left: `${(Math.min(cursorX, cols - 1) * screen.width) / cols}px`,
      top: `${cursorY * height}px`,
      lineHeight: `${height}px`,
      maxWidth: `${screen.width}px`,
      font: `${options.fontSize}px/${height}px ${options.fontFamily}`,
    });
    // A long one begins further left rather than leave the screen.
    const over = this.element.offsetLeft + this.element.offsetWidth - screen.width;
    if (over > 0) this.element.style.left = `${Math.max(0, this.element.offsetLeft - over)}px`;
  }
}
