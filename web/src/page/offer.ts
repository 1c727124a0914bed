// A sheet with a secret link for another device: its QR code, the link itself, and how long it holds.
import type { Offer } from "../driver/handoff";
import { showSheet } from "./dialog";
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

/** A sheet that is open. */
export interface OfferSheet {
  /** Asks for another link. */
  renew(): void;
  close(): void;
}

/** Shows a sheet and asks for a link; `above` and `below` stand around it. */
export function showOffer(words: OfferWords, ask: () => Promise<Offer>, above: Node[] = [], below: Node[] = []): OfferSheet {
  const place = h("div", { class: "offer" });
  let tick: ReturnType<typeof setInterval> | undefined;
  /** Counts the links asked for: an answer that comes late belongs to an older one, or to a sheet that is closed. */
  let asked = 0;
  const stop = () => clearInterval(tick);
  const trouble = (message: string, remedy: string) => {
    stop();
    place.replaceChildren(h("p", { role: "alert" }, message), button(remedy, () => void renew(), { class: "primary" }));
  };
  const show = (offer: Offer) => {
    const left = h("p", { class: "left", role: "timer" });
    place.replaceChildren(picture(offer.qr), left, linkLine(offer.link));
    const say = () => {
      const leftMs = offer.until - Date.now();
      if (leftMs <= 0) return trouble(words.over, words.again);
      left.textContent = words.holds(leftMs);
    };
    tick = setInterval(say, TICK_MS);
    say();
  };
  const renew = async () => {
    stop();
    const number = ++asked;
    place.replaceChildren(h("p", { role: "status" }, "Asking the gateway…"));
    const offer = await ask().catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    if (number !== asked) return;
    if (typeof offer === "string") trouble(offer, "Try again");
    else show(offer);
  };
  const close = showSheet(words.title, [h("p", {}, words.about), ...above, place, ...below], () => ((asked += 1), stop()));
  void renew();
  return { renew: () => void renew(), close };
}

function linkLine(link: string): HTMLElement {
  const said = h("span", { role: "status", class: "unseen" });
  const field = h("input", { readonly: true, value: link, "aria-label": "Link", onfocus: () => field.select() });
  const copy = button("Copy link", () => void copyLink(), { class: "copy" });
  const copyLink = async () => {
    try {
      await navigator.clipboard.writeText(link);
      said.textContent = "Copied.";
      copy.textContent = "Copied";
    } catch {
      // Without a secure page there is no clipboard; selected, the person can copy it.
      field.focus();
    }
  };
  return h("div", { class: "link" }, field, copy, said);
}

/** A QR code, dark on light in every theme: cameras want it so. */
function picture(rows: readonly string[]): Element {
  const side = String(rows.length + 2 * QUIET);
  const ground = shape("rect", { width: side, height: side, fill: "#fff" });
  const cells = rows.flatMap((row, y) => [...row].map((cell, x) => (cell === "1" ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : "")));
  const dark = shape("path", { d: cells.join(""), fill: "#000" });
  const svg = shape("svg", { viewBox: `0 0 ${side} ${side}`, class: "qr", role: "img", "aria-label": "QR code of the link", "shape-rendering": "crispEdges" });
  svg.append(ground, dark);
  return svg;
}

function shape(name: string, attributes: Record<string, string>): Element {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}
