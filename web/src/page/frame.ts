// The frame around the terminals: header, tabs, list and key row, and how they take turns on a phone.
import { button, h } from "./element";
import { glyph } from "./glyph";
import { isAtEdge, type SwipeListener, watchSwipes } from "./swipe";
import { type TabEntry, Tabs, type TabsListener } from "./tabs";

/** What others made and the frame puts in its place. */
export interface FrameParts {
  banner: HTMLElement;
  dot: HTMLElement;
  list: HTMLElement;
  keyRow: HTMLElement;
  toasts: HTMLElement;
}

export interface FrameListener extends TabsListener {
  showList(): void;
  search(): void;
  openMenu(): void;
  /** A finger went sideways: 1 for the next terminal, -1 for the one before. */
  swiped(step: -1 | 1): void;
}

/** Of the way a finger goes, what the header follows. */
const FOLLOW = 0.5;
const SLIDE_MS = 220;

export class Frame {
  readonly element: HTMLElement;
  /** Where the terminals stand. */
  readonly panes = h("div", { class: "panes" });
  readonly #host: string;
  readonly #name = h("span", { class: "title" });
  readonly #title: HTMLElement;
  readonly #tabs: Tabs;
  readonly #wide = matchMedia("(min-width: 760px)");

  constructor(host: string, parts: FrameParts, listener: FrameListener) {
    this.#host = host;
    this.#title = h("h1", {}, h("span", { class: "host" }, host), this.#name);
    this.#tabs = new Tabs(listener);
    const all = button("", () => listener.showList(), { class: "icon back", "aria-label": "All terminals", title: "All terminals" });
    all.append(glyph("list"));
    const more = button("", () => listener.openMenu(), { class: "icon more", "aria-label": "More", title: "More" });
    more.append(glyph("more"));
    const search = button("", () => listener.search(), { class: "icon search", "aria-label": "Search in this terminal", title: "Search (Ctrl+Shift+F)" });
    search.append(glyph("search"));
    const header = h("header", {}, all, this.#title, this.#tabs.element, parts.banner, parts.dot, search, more);
    const work = h("main", { class: "work" }, this.panes, parts.keyRow);
    this.element = h("div", { class: "app", "data-view": "list" }, header, parts.list, work, parts.toasts);
    // On a wide screen the header has tabs, which a finger scrolls.
    this.#watch(header, () => this.view === "terminal" && !this.isWide, listener);
    this.#watch(this.panes, (x, on) => isAtEdge(this.panes, x) && !isHandle(on), listener);
  }

  /** What a phone shows; a wide screen shows both. */
  get view(): "list" | "terminal" {
    return this.element.dataset["view"] === "terminal" ? "terminal" : "list";
  }

  set view(view: "list" | "terminal") {
    this.element.dataset["view"] = view;
  }

  get isWide(): boolean {
    return this.#wide.matches;
  }

  /** Names what is looked at, and the tabs. */
  entitle(title: string | undefined, tabs: readonly TabEntry[]): void {
    // Its elements stay: a finger on one that went would be heard no more.
    if (this.#name.textContent !== title) this.#name.textContent = title ?? "";
    document.title = title === undefined ? `${this.#host} · devtail` : `${title} · ${this.#host}`;
    this.#tabs.show(tabs);
  }

  /** The terminal that is shown now came from the right (1) or the left (-1). */
  slide(step: -1 | 1): void {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const come = [{ transform: `translateX(${step * 100}%)` }, { transform: "none" }];
    for (const element of [this.panes, this.#title]) element.animate(come, { duration: SLIDE_MS, easing: "cubic-bezier(0.2, 0.8, 0.2, 1)" });
  }

  #watch(element: HTMLElement, accepts: SwipeListener["accepts"], listener: FrameListener): void {
    watchSwipes(element, {
      accepts,
      moved: (by) => {
        this.#title.style.transform = `translateX(${by * FOLLOW}px)`;
        this.panes.style.transform = `translateX(${by * FOLLOW}px)`;
      },
      ended: (step) => {
        this.#title.style.transform = "";
        this.panes.style.transform = "";
        if (step !== 0) listener.swiped(step);
      },
    });
  }
}

/** Whether this moves an end of a selection. */
function isHandle(on: EventTarget): boolean {
  return on instanceof Element && on.closest(".handle") !== null;
}
