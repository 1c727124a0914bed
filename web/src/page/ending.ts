// A line over a terminal that cannot be read: for a while, or for good.
import { button, h } from "./element";

export class Ending {
  readonly element = h("div", { class: "ended", hidden: true });

  /** It can be read. */
  hide(): void {
    this.element.hidden = true;
  }

  /** It cannot be read at present. */
  absent(why: string): void {
    this.#say(h("span", {}, `${why} Trying again.`));
  }

  /** It is over; `close` leaves it. */
  over(why: string, close: () => void): void {
    this.#say(h("span", {}, why), button("Close", close));
  }

  #say(...parts: HTMLElement[]): void {
    this.element.hidden = false;
    this.element.replaceChildren(...parts);
  }
}
