// A sheet with a secret link for another device: its QR code, the link itself, and how long it holds.
import type { Offer } from "../driver/handoff";
import { button, h } from "./element";

const TICK_MS = 1_000;
const SVG = "http://www.w3.org/2000/svg";
/** Blank modules around a QR code, as its standard asks. */
const QUIET = 4;

/** What a sheet says around its link. */
export interface OfferWords {
  title: string;
  about: string;
  /** What is said of the time that is left. */
  holds(leftMs: number): string;
  /** What is said, and pressed, once it is over. */
  over: string;
  again: string;
}

export class OfferSheet {
  readonly #dialog: HTMLDialogElement;
  readonly #body = h("div", { class: "offer" });
  readonly #words: OfferWords;
  readonly #ask: () => Promise<Offer>;
  #tick: ReturnType<typeof setInterval> | undefined;
  /** Counts the links asked for: an answer that comes late belongs to an older one. */
  #asked = 0;

  constructor(words: OfferWords, ask: () => Promise<Offer>, more: Node[] = []) {
    this.#words = words;
    this.#ask = ask;
    const close = button("Close", () => this.close());
    this.#dialog = h("dialog", { class: "sheet", "aria-labelledby": "offer-title" }, h("h2", { id: "offer-title" }, words.title), h("p", {}, words.about), ...more, this.#body, h("div", { class: "actions" }, close));
    this.#dialog.addEventListener("close", () => (this.#stop(), this.#dialog.remove()));
  }

  /** Shows it and asks for its first link; returns once it is closed. */
  show(): Promise<void> {
    document.body.append(this.#dialog);
    this.#dialog.showModal();
    void this.renew();
    return new Promise((resolve) => this.#dialog.addEventListener("close", () => resolve()));
  }

  close(): void {
    this.#dialog.close();
  }

  /** Asks for a link and shows it. */
  async renew(): Promise<void> {
    this.#stop();
    const number = ++this.#asked;
    this.#body.replaceChildren(h("p", { role: "status" }, "Asking the gateway…"));
    const offer = await this.#ask().catch((error: unknown) => String(error instanceof Error ? error.message : error));
    if (number !== this.#asked || !this.#dialog.open) return;
    if (typeof offer === "string") this.#trouble(offer, "Try again");
    else this.#offer(offer);
  }

  #offer(offer: Offer): void {
    const left = h("p", { class: "left", role: "timer" });
    const copied = h("span", { role: "status", class: "unseen" });
    const link = h("input", { readonly: true, value: offer.link, "aria-label": "Link", onfocus: (event) => (event.target as HTMLInputElement).select() });
    const copy = button("Copy link", () => void copyInto(offer.link, link, copied, copy));
    this.#body.replaceChildren(picture(offer.qr), left, h("div", { class: "link" }, link, copy), copied);
    const tick = () => {
      const leftMs = offer.until - Date.now();
      left.textContent = this.#words.holds(Math.max(0, leftMs));
      if (leftMs <= 0) this.#trouble(this.#words.over, this.#words.again);
    };
    this.#tick = setInterval(tick, TICK_MS);
    tick();
  }

  #trouble(message: string, remedy: string): void {
    this.#stop();
    const again = button(remedy, () => void this.renew(), { class: "primary" });
    this.#body.replaceChildren(h("p", { role: "alert" }, message), again);
  }

  #stop(): void {
    clearInterval(this.#tick);
  }
}

async function copyInto(text: string, field: HTMLInputElement, said: HTMLElement, copy: HTMLButtonElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    said.textContent = "Copied.";
    copy.textContent = "Copied";
  } catch {
    // Without a secure page there is no clipboard; selected, the person can copy it.
    field.focus();
    field.select();
  }
}

/** A QR code, dark on light in every theme: cameras want it so. */
function picture(rows: readonly string[]): Element {
  const side = rows.length + 2 * QUIET;
  const svg = document.createElementNS(SVG, "svg");
  const set = (element: Element, attributes: Record<string, string>) => Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
  set(svg, { viewBox: `0 0 ${side} ${side}`, class: "qr", role: "img", "aria-label": "QR code of the link", "shape-rendering": "crispEdges" });
  const ground = document.createElementNS(SVG, "rect");
  set(ground, { width: String(side), height: String(side), fill: "#fff" });
  const dark = document.createElementNS(SVG, "path");
  const cells = rows.flatMap((row, y) => [...row].map((cell, x) => (cell === "1" ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : "")));
  set(dark, { d: cells.join(""), fill: "#000" });
  svg.append(ground, dark);
  return svg;
}
