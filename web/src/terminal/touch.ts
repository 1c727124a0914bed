// Scrolling with a finger, which xterm.js leaves to others: it moves through the scrollback, or turns the wheel for a
// program that has the whole screen or asked for the mouse.
import type { Terminal } from "@xterm/xterm";

/** A finger that moved less than this may still be a tap. */
const TAP_PX = 8;

/** `pulledUp` is told of each pull beyond the first line. */
export function scrollByTouch(place: HTMLElement, terminal: Terminal, pulledUp: (rows: number) => void): void {
  let last: Touch | undefined;
  let isScroll = false;
  /** What the finger moved and the screen has not. */
  let owed = 0;
  const begin = ({ touches }: TouchEvent) => {
    last = touches.length === 1 ? touches[0] : undefined;
    isScroll = false;
    owed = 0;
  };
  const move = (event: TouchEvent) => {
    const touch = event.touches[0];
    if (!last || !touch || event.touches.length !== 1) return;
    owed += last.clientY - touch.clientY;
    last = touch;
    isScroll ||= Math.abs(owed) > TAP_PX;
    if (!isScroll) return;
    event.preventDefault();
    const rows = Math.trunc(owed / rowHeight(place, terminal));
    owed -= rows * rowHeight(place, terminal);
    if (rows < 0 && terminal.buffer.active.viewportY === 0) pulledUp(-rows);
    scroll(place, terminal, rows, touch);
  };
  place.addEventListener("touchstart", begin, { passive: true });
  place.addEventListener("touchmove", move, { passive: false });
}

function scroll(place: HTMLElement, terminal: Terminal, rows: number, { clientX, clientY }: Touch): void {
  const isProgramsOwn = terminal.buffer.active.type === "alternate" || terminal.modes.mouseTrackingMode !== "none";
  if (!isProgramsOwn) return terminal.scrollLines(rows);
  const turn = { deltaY: Math.sign(rows), deltaMode: WheelEvent.DOM_DELTA_LINE, clientX, clientY, bubbles: true, cancelable: true };
  for (let row = 0; row < Math.abs(rows); row++) place.querySelector(".xterm-screen")?.dispatchEvent(new WheelEvent("wheel", turn));
}

function rowHeight(place: HTMLElement, terminal: Terminal): number {
  return (place.querySelector(".xterm-screen")?.getBoundingClientRect().height ?? 0) / terminal.rows || 1;
}
