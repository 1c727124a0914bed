// Whether guesses are shown, and whether they are underlined: only where the wait can be felt. Mosh's numbers.
// The twin of client/src/predict/display.rs. Times are milliseconds.

/** Guesses are shown once a round trip takes longer than this. */
const SHOW_ABOVE_MS = 60;
/** And no longer once it takes at most this, and none is pending. */
const HIDE_AT_MS = 40;
/** They are underlined once it takes longer than this. */
const UNDERLINE_ABOVE_MS = 160;
/** And no longer once it takes at most this. */
const PLAIN_AT_MS = 100;
/** A guess that waits this long is a glitch: guesses are shown, however quick the Link was. */
const GLITCH_AFTER_MS = 250;
/** A guess that waits this long: they are also underlined. */
const LONG_GLITCH_AFTER_MS = 5_000;
/** So many quick confirmations end a glitch. */
const GLITCH_CURE = 10;
/** Of which at most one counts in this time. */
const CURE_EVERY_MS = 150;

/** Decides what is shown of the guesses of proven epochs. */
export class Display {
  #srtt = 0;
  #isSlow = false;
  #isVerySlow = false;
  /** Quick confirmations still missing after a glitch. */
  #glitch = 0;
  #cured: number | undefined;

  /** A round trip takes this long. */
  measured(srtt: number | undefined, isActive: boolean): void {
    this.#srtt = srtt ?? 0;
    this.adapt(isActive);
  }

  /** What is pending may keep guesses on show. */
  adapt(isActive: boolean): void {
    if (this.#srtt > SHOW_ABOVE_MS) this.#isSlow = true;
    else if (this.#srtt <= HIDE_AT_MS && !isActive) this.#isSlow = false;
    if (this.#srtt > UNDERLINE_ABOVE_MS) this.#isVerySlow = true;
    else if (this.#srtt <= PLAIN_AT_MS) this.#isVerySlow = false;
  }

  /** A guess made then is still pending. */
  pending(now: number, made: number): void {
    if (now - made >= LONG_GLITCH_AFTER_MS) this.#glitch = 2 * GLITCH_CURE;
    else if (now - made >= GLITCH_AFTER_MS) this.#glitch = Math.max(this.#glitch, GLITCH_CURE);
  }

  /** A guess made then came true. */
  confirmed(now: number, made: number): void {
    const mayCount = this.#cured === undefined || now - this.#cured >= CURE_EVERY_MS;
    if (now - made >= GLITCH_AFTER_MS || !mayCount || this.#glitch === 0) return;
    this.#glitch -= 1;
    this.#cured = now;
  }

  /** When a guess made then changes what is shown, if it is pending for so long. */
  due(made: number): number | undefined {
    if (this.#glitch < GLITCH_CURE) return made + GLITCH_AFTER_MS;
    return this.#glitch < 2 * GLITCH_CURE ? made + LONG_GLITCH_AFTER_MS : undefined;
  }

  get shows(): boolean {
    return this.#isSlow || this.#glitch > 0;
  }

  get underlines(): boolean {
    return this.#isVerySlow || this.#glitch > GLITCH_CURE;
  }
}
