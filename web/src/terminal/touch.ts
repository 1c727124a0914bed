// Fingers on a terminal, which xterm.js leaves to others: they scroll through what was, or turn the wheel for a program that has
// the whole screen or asked for the mouse; two change the size of the letters; one that stays selects.
import type { Terminal } from "@xterm/xterm";

import type { Point } from "./cell";
import { Fingers, type Gesture, HOLD_MS } from "./gesture";

/** What fingers do besides scrolling. */
export interface TouchListener {
  /** The letters should be so many times as large as when the fingers came; the first call of a pinch has `isFirst`. */
  pinched(scale: number, isFirst: boolean): void;
  held(at: Point): void;
  dragged(at: Point): void;
  dropped(): void;
  tapped(at: Point): void;
  /** How far a finger scrolls, 1: the content stays under it. */
  sensitivity(): number;
}

/** Of a thrown page's speed, what is left after a millisecond. */
const FRICTION = 0.997;
const SLOW_PX_PER_MS = 0.05;

export class Touching {
  readonly #place: HTMLElement;
  readonly #terminal: Terminal;
  readonly #listener: TouchListener;
  readonly #fingers = new Fingers();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #fling = 0;
  /** What the finger moved and the screen has not. */
  #owed = 0;
  #isPinch = false;

  constructor(place: HTMLElement, terminal: Terminal, listener: TouchListener) {
    this.#place = place;
    this.#terminal = terminal;
    this.#listener = listener;
    place.addEventListener("touchstart", (event) => this.#down(event), { passive: true });
    place.addEventListener("touchmove", (event) => this.#moved(event), { passive: false });
    place.addEventListener("touchend", (event) => this.#up(event), { passive: false });
    place.addEventListener("touchcancel", () => this.#cancelled());
    // A press that stays is ours; what a mouse asks for is xterm.js's.
    const isTouch = (event: MouseEvent) => event instanceof PointerEvent && event.pointerType === "touch";
    const silence = (event: MouseEvent) => isTouch(event) && (event.preventDefault(), event.stopPropagation());
    place.addEventListener("contextmenu", silence, { capture: true });
  }

  #down(event: TouchEvent): void {
    cancelAnimationFrame(this.#fling);
    this.#isPinch = false;
    this.#owed = 0;
    this.#fingers.down(event.timeStamp, pointsOf(event.touches));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#act(this.#fingers.held(performance.now())), HOLD_MS + 5);
  }

  #moved(event: TouchEvent): void {
    const gesture = this.#fingers.moved(event.timeStamp, pointsOf(event.touches));
    if (!gesture) return;
    if (event.cancelable) event.preventDefault();
    this.#act(gesture);
  }

  #up(event: TouchEvent): void {
    clearTimeout(this.#timer);
    const gesture = this.#fingers.up(event.timeStamp, pointsOf(event.touches));
    // Only a tap may become a click: it opens the keyboard.
    if (gesture?.name !== "tap" && event.cancelable) event.preventDefault();
    this.#act(gesture);
  }

  #cancelled(): void {
    clearTimeout(this.#timer);
    this.#fingers.cancelled();
  }

  #act(gesture: Gesture | undefined): void {
    switch (gesture?.name) {
      case undefined:
        return;
      case "scroll":
        return this.#scroll(gesture.by * this.#listener.sensitivity(), gesture.at);
      case "fling":
        return this.#throw(gesture.speed * this.#listener.sensitivity(), gesture.at);
      case "pinch":
        this.#listener.pinched(gesture.scale, !this.#isPinch);
        this.#isPinch = true;
        return;
      case "hold":
        return this.#listener.held(gesture.at);
      case "drag":
        return this.#listener.dragged(gesture.at);
      case "drop":
        return this.#listener.dropped();
      case "tap":
        return this.#listener.tapped(gesture.at);
    }
  }

  #throw(speed: number, at: Point): void {
    let last = performance.now();
    const roll = (now: number) => {
      const elapsed = now - last;
      last = now;
      speed *= FRICTION ** elapsed;
      this.#scroll(speed * elapsed, at);
      if (Math.abs(speed) > SLOW_PX_PER_MS) this.#fling = requestAnimationFrame(roll);
    };
    this.#fling = requestAnimationFrame(roll);
  }

  #scroll(by: number, at: Point): void {
    this.#owed -= by;
    const height = rowHeight(this.#place, this.#terminal);
    const rows = Math.trunc(this.#owed / height);
    this.#owed -= rows * height;
    if (rows !== 0) scroll(this.#place, this.#terminal, rows, at);
  }
}

function scroll(place: HTMLElement, terminal: Terminal, rows: number, { x, y }: Point): void {
  const isProgramsOwn = terminal.buffer.active.type === "alternate" || terminal.modes.mouseTrackingMode !== "none";
  if (!isProgramsOwn) return terminal.scrollLines(rows);
  const turn = { deltaY: Math.sign(rows), deltaMode: WheelEvent.DOM_DELTA_LINE, clientX: x, clientY: y, bubbles: true, cancelable: true };
  for (let row = 0; row < Math.abs(rows); row++) place.querySelector(".xterm-screen")?.dispatchEvent(new WheelEvent("wheel", turn));
}

function rowHeight(place: HTMLElement, terminal: Terminal): number {
  return (place.querySelector(".xterm-screen")?.getBoundingClientRect().height ?? 0) / terminal.rows || 1;
}

function pointsOf(touches: TouchList): Point[] {
  return Array.from(touches, ({ clientX, clientY }) => ({ x: clientX, y: clientY }));
}
