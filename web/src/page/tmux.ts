// The host's own tmux sessions, below our terminals: work in one, make one, name one, end one.
import type { Driver } from "../driver/driver";
import { type TmuxSession, type TmuxSessions, type TmuxWindow } from "../generated/terminal_pb";
import type { SessionEvent } from "../session/event";
import { NAME_MAX } from "../terminal/message";
import { activeWindow, attachCommand, readTmux, type TmuxAsk, tmuxQuery } from "../terminal/tmux";
import { askText, confirm } from "./dialog";
import { button, h } from "./element";
import { ask } from "./question";
import type { Toasts } from "./toast";

const TOO_MANY = "Too much waits for an answer already. Try again once the link is back.";

/** What opens a terminal with this command in it, or shows the one that has it. */
export type OpenCommand = (command: string[], name: string) => void;

export class Tmux {
  /** Hidden until tmux has said something: on a host without it there is nothing to see. */
  readonly element = h("section", { class: "tmux", "aria-labelledby": "tmux-heading", hidden: true });
  readonly #items = h("ul", {});
  readonly #empty = h("p", { class: "empty" }, "No session.");
  readonly #driver: Driver;
  readonly #toasts: Toasts;
  readonly #open: OpenCommand;
  /** What was asked and not answered: who waits for it. A list that is refused is no news. */
  readonly #asked = new Map<number, { then: () => void; isChange: boolean }>();
  #server = "";

  constructor(driver: Driver, toasts: Toasts, open: OpenCommand) {
    this.#driver = driver;
    this.#toasts = toasts;
    this.#open = open;
    const make = button("New session", () => void this.#create(), { class: "create" });
    this.element.append(h("h2", { id: "tmux-heading" }, "tmux"), this.#empty, this.#items, make);
  }

  /** Asks for the sessions, unless an answer is on its way. */
  refresh(): void {
    if (this.#asked.size === 0) this.#ask({ case: "list", value: {} }, () => {}, false);
  }

  /** Whether the event was an answer to this. */
  handle(event: SessionEvent): boolean {
    if (event.name !== "fetched") return false;
    const asked = this.#asked.get(event.req);
    if (!asked) return false;
    this.#asked.delete(event.req);
    const sessions = event.answer.ok ? readTmux(event.answer.bytes) : undefined;
    if (sessions) {
      this.#show(sessions);
      asked.then();
    } else if (!event.answer.ok && asked.isChange) {
      this.#toasts.say(event.answer.fault.message);
      this.refresh();
    }
    return true;
  }

  #ask(kind: TmuxAsk, then: () => void, isChange = true): void {
    const req = ask(this.#driver, tmuxQuery(this.#server, kind));
    if (req !== undefined) this.#asked.set(req, { then, isChange });
    else if (isChange) this.#toasts.say(TOO_MANY);
  }

  #show(all: TmuxSessions): void {
    this.#server = all.server;
    this.element.hidden = false;
    this.#empty.hidden = all.sessions.length > 0;
    this.#items.replaceChildren(...all.sessions.map((session) => this.#item(session)));
  }

  #item(session: TmuxSession): HTMLElement {
    const { name } = session;
    const open = this.#opener(name, about(session), () => this.#attach(session));
    const rename = button("✎", () => void this.#rename(session), { class: "icon", "aria-label": `Rename session ${name}`, title: "Rename" });
    const kill = button("✕", () => void this.#kill(session), { class: "icon", "aria-label": `End session ${name}`, title: "End" });
    const row = h("div", { class: "row" }, open, rename, kill);
    if (session.windows.length < 2) return h("li", {}, row);
    const windows = session.windows.map((window) => h("li", {}, this.#window(session, window)));
    return h("li", {}, row, h("ul", { class: "windows" }, ...windows));
  }

  #window(session: TmuxSession, window: TmuxWindow): HTMLElement {
    const select: TmuxAsk = { case: "selectWindow", value: { id: window.id } };
    const open = this.#opener(`${window.index}: ${window.name}`, noteOf(window), () => this.#ask(select, () => this.#attach(session)));
    if (window.active) open.setAttribute("aria-current", "true");
    return open;
  }

  #opener(name: string, about: string, act: () => void): HTMLButtonElement {
    const open = h("button", { type: "button", class: "open", onclick: act }, h("span", { class: "name" }, name));
    if (about) open.append(h("span", { class: "about" }, about));
    return open;
  }

  #attach(session: TmuxSession): void {
    this.#open(attachCommand(session), session.name);
  }

  async #create(): Promise<void> {
    const name = await askText("New tmux session", "Name", "", NAME_MAX);
    if (name === undefined) return;
    // The key makes it one session, however often the question is asked on the way.
    const key = crypto.getRandomValues(new Uint8Array(16));
    this.#ask({ case: "newSession", value: { key, name } }, () => {});
  }

  async #rename(session: TmuxSession): Promise<void> {
    const name = await askText("Rename session", "Name", session.name, NAME_MAX);
    if (name) this.#ask({ case: "renameSession", value: { id: session.id, name } }, () => {});
  }

  async #kill(session: TmuxSession): Promise<void> {
    if (!(await confirm(`End session “${session.name}”?`, "Whatever runs in its windows is stopped.", "End it"))) return;
    this.#ask({ case: "killSession", value: { id: session.id } }, () => {});
  }
}

function about(session: TmuxSession): string {
  const window = activeWindow(session);
  const count = session.windows.length > 1 ? `${session.windows.length} windows` : window?.command;
  const seen = session.attached > 0 ? "attached" : "";
  return [count, seen, window ? noteOf(window) : "", window?.cwd].filter(Boolean).join(" · ");
}

/** What a person should know before they look for it: keys that go nowhere, for one. */
function noteOf(window: TmuxWindow): string {
  const mode = window.mode ? `${window.mode}: q leaves it` : "";
  return [mode, window.bell ? "bell" : "", window.activity ? "activity" : ""].filter(Boolean).join(" · ");
}
