// Fingers on the screen, and an input method, which playwright has not: through the browser's own devtools protocol.

/** A finger that stays this long holds; the page says so after 450 ms. */
const HOLD_MS = 650;

export class Fingers {
  #devtools;
  #page;

  static async on(context, page) {
    const fingers = new Fingers();
    fingers.#page = page;
    fingers.#devtools = await context.newCDPSession(page);
    return fingers;
  }

  /** From one point to another, in steps. */
  async swipe([x1, y1], [x2, y2], steps = 12) {
    await this.#touch("touchStart", [[x1, y1]]);
    for (let step = 1; step <= steps; step++) await this.#touch("touchMove", [[x1 + ((x2 - x1) * step) / steps, y1 + ((y2 - y1) * step) / steps]]);
    await this.#touch("touchEnd", []);
  }

  /** Stays at a point until it counts, then goes through others and leaves. */
  async hold(at, ...through) {
    await this.#touch("touchStart", [at]);
    await this.#page.evaluate((time) => new Promise((next) => setTimeout(next, time)), HOLD_MS);
    for (const point of through) await this.#touch("touchMove", [point]);
    await this.#touch("touchEnd", []);
  }

  /** Two taps, one right behind the other. */
  async tapTwice(at) {
    for (let tap = 0; tap < 2; tap++) {
      await this.#touch("touchStart", [at]);
      await this.#touch("touchEnd", []);
    }
  }

  /** Two fingers around a point go from one distance to another. */
  async pinch([x, y], from, to, steps = 10) {
    const both = (distance) => [[x, y - distance / 2], [x, y + distance / 2]];
    await this.#touch("touchStart", both(from));
    for (let step = 1; step <= steps; step++) await this.#touch("touchMove", both(from + ((to - from) * step) / steps));
    await this.#touch("touchEnd", []);
  }

  /** An input method composes these texts one after the other, and takes the last. */
  async compose(...texts) {
    for (const text of texts) await this.preedit(text);
    await this.#devtools.send("Input.insertText", { text: texts.at(-1) });
  }

  /** An input method shows this and has not taken it. */
  async preedit(text) {
    await this.#devtools.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length });
  }

  /** A soft keyboard puts in a text without any key. */
  async insert(text) {
    await this.#devtools.send("Input.insertText", { text });
  }

  async #touch(type, points) {
    await this.#devtools.send("Input.dispatchTouchEvent", { type, touchPoints: points.map(([x, y], id) => ({ x, y, id })) });
  }
}
