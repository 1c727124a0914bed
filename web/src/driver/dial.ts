// One WebSocket from dialling to its end. It tells its owner what happens until `drop`, and nothing after it.
import { badPacket, Code, codeFromClose, Fault } from "../wire/fault";
import { DIAL_WITHIN_MS } from "../wire/limits";

const SUBPROTOCOL = "devtail.v1";
const TOKEN_PREFIX = "devtail.token.";
const NORMAL = 1000;
const CLOSE_BASE = 4000;
const REASON_MAX = 100;
/** Bytes the browser holds unsent from which on nothing more is handed to it. */
const BUFFERED_MAX = 64 * 1024;

export interface Listener {
  up(dial: Dial): void;
  packet(dial: Dial, bytes: Uint8Array): void;
  /** It failed before it was up, or ended after. `fault`: what the gateway said, if anything. */
  down(dial: Dial, fault: Fault | undefined): void;
}

export class Dial {
  readonly #socket: WebSocket;
  readonly #listener: Listener;
  readonly #deadline: ReturnType<typeof setTimeout>;
  #isUp = false;
  #isOver = false;

  constructor(token: string, listener: Listener) {
    this.#listener = listener;
    this.#socket = new WebSocket(socketUrl(), [SUBPROTOCOL, TOKEN_PREFIX + token]);
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onopen = () => this.#opened();
    this.#socket.onmessage = ({ data }) => this.#message(data);
    this.#socket.onclose = ({ code, reason }) => this.#closed(faultOf(code, reason));
    this.#deadline = setTimeout(() => this.#closed(undefined), DIAL_WITHIN_MS);
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  get takesMore(): boolean {
    return this.#socket.bufferedAmount < BUFFERED_MAX;
  }

  send(packet: Uint8Array): void {
    this.#socket.send(packet as Uint8Array<ArrayBuffer>);
  }

  /** Ends it without a word to the owner; the gateway is told the Fault, if there is one. */
  drop(fault?: Fault): void {
    this.#isOver = true;
    clearTimeout(this.#deadline);
    if (fault) this.#socket.close(CLOSE_BASE + fault.code, fault.message.slice(0, REASON_MAX));
    else this.#socket.close(NORMAL);
  }

  #opened(): void {
    if (this.#isOver) return;
    clearTimeout(this.#deadline);
    this.#isUp = true;
    this.#listener.up(this);
  }

  #message(data: unknown): void {
    if (this.#isOver) return;
    if (data instanceof ArrayBuffer) return this.#listener.packet(this, new Uint8Array(data));
    const fault = badPacket("it came as text");
    this.drop(fault);
    this.#listener.down(this, fault);
  }

  #closed(fault: Fault | undefined): void {
    if (this.#isOver) return;
    this.drop();
    this.#listener.down(this, fault);
  }
}

function socketUrl(): string {
  const url = new URL("/ws", location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

function faultOf(closeCode: number, reason: string): Fault | undefined {
  const code = codeFromClose(closeCode);
  return code && new Fault(code, reason || WITHOUT_WORDS[code] || "The gateway ended the connection.");
}

const WITHOUT_WORDS: Partial<Record<Code, string>> = {
  [Code.Revoked]: "This device was signed out on the gateway.",
  [Code.Version]: "The gateway speaks another version. Reload the page.",
};
