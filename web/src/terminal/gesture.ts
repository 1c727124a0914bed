// What fingers mean: a tap, a scroll, a pinch, or a press that stays. Pure: points and times in, meanings out.
import type { Point } from "./cell";

export type Gesture =
  /** Down by so many pixels since the last one: the content follows the finger. */
  | { name: "scroll"; by: number; at: Point }
  /** So many times as large as when the fingers came. */
  | { name: "pinch"; scale: number }
  | { name: "hold"; at: Point }
  /** The finger that held is there now, or left. */
  | { name: "drag"; at: Point }
  | { name: "drop" }
  | { name: "tap"; at: Point }
  /** It left while scrolling, at so many pixels a millisecond. */
  | { name: "fling"; speed: number; at: Point };

/** A finger that moved less than this may still be a tap. */
const TAP_PX = 8;
export const HOLD_MS = 450;
/** A finger that stood this long before it left throws nothing. */
const STILL_MS = 60;
/** How much of the newest speed counts against the one before. */
const SPEED_NEW = 0.6;

type State =
  | { name: "idle" }
  | { name: "down"; from: Point; since: number }
  | { name: "scrolling"; last: Point; at: number; speed: number }
  | { name: "pinching"; distance: number }
  | { name: "dragging" }
  /** Fingers are left over from a pinch. */
  | { name: "spent" };

export class Fingers {
  #state: State = { name: "idle" };

  /** Fingers came. */
  down(now: number, points: readonly Point[]): Gesture | undefined {
    const [first, second] = points;
    if (first && second) this.#state = this.#state.name === "dragging" ? this.#state : { name: "pinching", distance: distance(first, second) };
    else if (first) this.#state = { name: "down", from: first, since: now };
    return undefined;
  }

  moved(now: number, points: readonly Point[]): Gesture | undefined {
    const [first, second] = points;
    const state = this.#state;
    if (!first) return undefined;
    switch (state.name) {
      case "down":
        if (distance(state.from, first) <= TAP_PX) return undefined;
        this.#state = { name: "scrolling", last: first, at: now, speed: 0 };
        return { name: "scroll", by: first.y - state.from.y, at: first };
      case "scrolling": {
        const by = first.y - state.last.y;
        const speed = SPEED_NEW * (by / Math.max(1, now - state.at)) + (1 - SPEED_NEW) * state.speed;
        this.#state = { name: "scrolling", last: first, at: now, speed };
        return { name: "scroll", by, at: first };
      }
      case "pinching":
        return second && { name: "pinch", scale: distance(first, second) / Math.max(1, state.distance) };
      case "dragging":
        return { name: "drag", at: first };
      case "idle":
      case "spent":
        return undefined;
    }
  }

  /** Fingers left; these are still there. */
  up(now: number, points: readonly Point[]): Gesture | undefined {
    const state = this.#state;
    this.#state = points.length > 0 ? { name: "spent" } : { name: "idle" };
    if (points.length > 0 || state.name === "idle" || state.name === "spent" || state.name === "pinching") return undefined;
    if (state.name === "dragging") return { name: "drop" };
    if (state.name === "down") return { name: "tap", at: state.from };
    return now - state.at < STILL_MS ? { name: "fling", speed: state.speed, at: state.last } : undefined;
  }

  /** Time has passed: a finger that stayed where it came down holds. */
  held(now: number): Gesture | undefined {
    const state = this.#state;
    if (state.name !== "down" || now - state.since < HOLD_MS) return undefined;
    this.#state = { name: "dragging" };
    return { name: "hold", at: state.from };
  }

  /** The system took the fingers away. */
  cancelled(): void {
    this.#state = { name: "idle" };
  }
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
