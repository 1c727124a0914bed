// A pill over a terminal that another device drives: who, and one tap to take over.
import { type Audience, personName } from "../terminal/people";
import { button, h } from "./element";

export class Driving {
  readonly element = h("div", { class: "driving", role: "status", hidden: true });
  readonly #who = h("span", {});

  constructor(takeOver: () => void) {
    this.element.append(this.#who, button("Take over", takeOver));
  }

  /** Says who drives, if that is another device. */
  show({ driver }: Audience): void {
    this.element.hidden = driver === undefined;
    if (driver) this.#who.textContent = `${personName(driver)} drives`;
  }
}

/** Who else is here, in words; empty: nobody. */
export function company({ others }: Audience): string {
  return others.map((person) => personName(person) + (person.drives ? " (drives)" : "")).join(", ");
}
