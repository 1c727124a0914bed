// Drives a ClientSession: sockets, timers, tokens. The turn is the same as the native driver's:
// wake → handle → drain events → while the socket takes more: pollTransmit → sleep until pollTimeout.
import type { SessionEvent } from "../session/event";
import type { ClientSession } from "../session/session";
import { Code, Fault } from "../wire/fault";
import { Clock } from "./clock";
import { Dial } from "./dial";
import { type Tokens, TokenRefused } from "./tokens";

/** While the socket is full, when to look again. */
const FULL_SOCKET_MS = 50;
/** The longest a browser's timer can wait. */
const TIMER_MAX_MS = 2 ** 31 - 1;

export class Driver {
  readonly #session: ClientSession;
  readonly #tokens: Tokens;
  readonly #onEvent: (event: SessionEvent) => void;
  readonly #clock = new Clock();
  /** The Link in use. */
  #link: Dial | undefined;
  /** The dial under way; "token": it waits for its credential. */
  #dial: Dial | "token" | undefined;
  #dials = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isTurning = false;

  constructor(session: ClientSession, tokens: Tokens, onEvent: (event: SessionEvent) => void) {
    this.#session = session;
    this.#tokens = tokens;
    this.#onEvent = onEvent;
  }

  /** Watches the network and the page's visibility, and takes the first turn. */
  start(): void {
    const nudge = () => this.act((session, now) => session.nudge(now));
    addEventListener("online", () => this.act((session, now) => session.networkChanged(now)));
    addEventListener("pageshow", (event) => event.persisted && nudge());
    document.addEventListener("resume", nudge);
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && nudge());
    this.#turn();
  }

  now(): number {
    return this.#clock.now();
  }

  /** Does something with the session, then takes a turn. */
  act<T>(act: (session: ClientSession, now: number) => T): T {
    const result = act(this.#session, this.now());
    this.#turn();
    return result;
  }

  #turn(): void {
    if (this.#isTurning) return;
    this.#isTurning = true;
    try {
      for (let event = this.#session.pollEvent(); event; event = this.#session.pollEvent()) this.#handle(event);
      this.#transmit();
    } finally {
      this.#isTurning = false;
    }
    this.#sleep();
  }

  #handle(event: SessionEvent): void {
    if (event.name === "dial") void this.#startDial();
    else if (event.name === "cancelDial") this.#cancelDial();
    else if (event.name === "hangUp") this.#hangUp();
    else this.#onEvent(event);
  }

  #transmit(): void {
    while (this.#link?.takesMore) {
      const packet = this.#session.pollTransmit(this.now());
      if (!packet) return;
      this.#link.send(packet);
    }
  }

  #sleep(): void {
    clearTimeout(this.#timer);
    const at = this.#session.pollTimeout();
    const full = this.#link && !this.#link.takesMore;
    if (at === undefined && !full) return;
    const wait = Math.max(0, (at ?? Infinity) - this.now());
    this.#timer = setTimeout(() => this.#wake(), Math.min(full ? FULL_SOCKET_MS : TIMER_MAX_MS, Math.ceil(wait)));
  }

  #wake(): void {
    this.act((session, now) => session.handleTimeout(now, Math.random()));
  }

  async #startDial(): Promise<void> {
    this.#cancelDial();
    this.#dial = "token";
    const number = this.#dials;
    try {
      const token = await this.#tokens.access();
      if (number === this.#dials) this.#dial = new Dial(token, this);
    } catch (error) {
      if (number !== this.#dials) return;
      this.#dial = undefined;
      const refused = error instanceof TokenRefused;
      if (refused) return this.act((session) => session.giveUp(new Fault(Code.Unauthenticated, error.message)));
      this.act((session, now) => session.dialFailed(now, Math.random()));
    }
  }

  #cancelDial(): void {
    this.#dials += 1;
    if (this.#dial instanceof Dial) this.#dial.drop();
    this.#dial = undefined;
  }

  #hangUp(): void {
    this.#link?.drop();
    this.#link = undefined;
  }

  up(dial: Dial): void {
    if (dial !== this.#dial) return dial.drop();
    this.#dial = undefined;
    this.#hangUp();
    this.#link = dial;
    dial.send(this.#session.hello());
    this.act((session, now) => session.linkUp(now));
  }

  packet(dial: Dial, bytes: Uint8Array): void {
    if (dial !== this.#link) return;
    try {
      this.act((session, now) => session.handlePacket(now, bytes));
    } catch (error) {
      const fault = error instanceof Fault ? error : new Fault(Code.Failed, "The page failed. Reload it.");
      dial.drop(fault);
      this.#lost(fault);
      if (!(error instanceof Fault)) throw error;
    }
  }

  down(dial: Dial, fault: Fault | undefined): void {
    if (dial === this.#link) return this.#lost(fault);
    if (dial !== this.#dial) return;
    this.#dial = undefined;
    // A browser does not say why an upgrade failed; that the token was refused is one of the reasons.
    this.#tokens.suspect();
    this.act((session, now) => session.dialFailed(now, Math.random()));
  }

  #lost(fault: Fault | undefined): void {
    this.#link = undefined;
    const isExpired = fault?.code === Code.Unauthenticated;
    if (isExpired) this.#tokens.suspect();
    this.act((session, now) => session.linkDown(now, Math.random(), isExpired ? undefined : fault));
  }
}
