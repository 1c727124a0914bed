// What a page finds in its browser, as far as the driver uses it: made by hand, so that a test decides what happens when.

/** A WebSocket whose other end is the test. */
export class SocketDouble {
  /** Every one since `install`, oldest first. */
  static all: SocketDouble[] = [];
  readonly sent: Uint8Array[] = [];
  bufferedAmount = 0;
  /** The code it was closed with from this side. */
  closed: number | undefined;
  onopen = () => undefined;
  onmessage = (_: { data: unknown }) => undefined;
  onclose = (_: { code: number; reason: string }) => undefined;

  constructor() {
    SocketDouble.all.push(this);
  }

  send(bytes: Uint8Array): void {
    this.sent.push(bytes);
  }

  close(code: number): void {
    this.closed ??= code;
  }
}

/** Puts the doubles where a browser has the real ones; what they are told is told to `page`, as window and document would. */
export function install(page: EventTarget, { hasLocks = true, storageMax = Infinity } = {}): void {
  SocketDouble.all = [];
  const storage = new Map<string, string>();
  const sessionStorage = {
    getItem: (key: string) => storage.get(key) ?? null,
    setItem: (key: string, value: string) => {
      if (value.length > storageMax) throw new Error("the quota is exceeded");
      storage.set(key, value);
    },
    removeItem: (key: string) => void storage.delete(key),
  };
  const addEventListener = page.addEventListener.bind(page);
  // Nobody else is there to hold a lock.
  const locks = { request: (...args: unknown[]) => (args.at(-1) as () => unknown)() };
  const navigator = hasLocks ? { locks } : {};
  const doubles = { navigator, WebSocket: SocketDouble, location: { href: "https://host.example/" }, document: page, addEventListener, sessionStorage };
  for (const [name, value] of Object.entries(doubles)) Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}
