// A finger that goes sideways over the header, or comes in from the edge of a terminal, turns to another one.

export interface SwipeListener {
  /** Whether a finger that comes down there, on this, may turn to another terminal. */
  accepts(x: number, on: EventTarget): boolean;
  /** The finger is so many pixels from where it came down. */
  moved(by: number): void;
  /** It left: 1 is the next one, -1 the one before, 0 neither. */
  ended(step: -1 | 0 | 1): void;
}

/** How far a finger must go, and how far before it counts as sideways. */
const TURN_PX = 64;
const BEGIN_PX = 12;
const EDGE_PX = 24;

export function watchSwipes(element: HTMLElement, listener: SwipeListener): void {
  let from: Touch | undefined;
  let by = 0;
  const begin = ({ touches }: TouchEvent) => {
    const touch = touches.length === 1 ? touches[0] : undefined;
    from = touch && listener.accepts(touch.clientX, touch.target) ? touch : undefined;
    by = 0;
  };
  const move = (event: TouchEvent) => {
    const touch = event.touches[0];
    if (!from || !touch || event.touches.length !== 1) return;
    const dx = touch.clientX - from.clientX;
    const isSideways = by !== 0 || (Math.abs(dx) > BEGIN_PX && Math.abs(dx) > 2 * Math.abs(touch.clientY - from.clientY));
    if (!isSideways) return;
    event.preventDefault();
    event.stopPropagation();
    // Whoever saw the finger come down must not wait for it.
    if (by === 0) event.target?.dispatchEvent(new Event("touchcancel", { bubbles: true }));
    by = dx;
    listener.moved(dx);
  };
  const end = (event: TouchEvent) => {
    if (!event.isTrusted) return;
    if (by !== 0) {
      if (event.cancelable) event.preventDefault();
      event.stopPropagation();
      const isTurn = event.type === "touchend" && Math.abs(by) >= TURN_PX;
      listener.ended(!isTurn ? 0 : by < 0 ? 1 : -1);
    }
    from = undefined;
    by = 0;
  };
  element.addEventListener("touchstart", begin, { passive: true, capture: true });
  element.addEventListener("touchmove", move, { passive: false, capture: true });
  element.addEventListener("touchend", end, { passive: false, capture: true });
  element.addEventListener("touchcancel", end, { passive: false, capture: true });
}

/** Whether a point is next to an element's left or right edge. */
export function isAtEdge(element: HTMLElement, x: number): boolean {
  const { left, right } = element.getBoundingClientRect();
  return x - left < EDGE_PX || right - x < EDGE_PX;
}
