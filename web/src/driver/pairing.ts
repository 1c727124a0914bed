// Pairing: the code in the link's fragment becomes a device of this gateway.
import { type Access, post, readAccess } from "./tokens";

const DEVICE_NAME_MAX = 64;
const KNOWN = "devtail.gateway";

/** What a guest may see. */
export interface Shown {
  /** The terminal's id, in hex. */
  channel: string;
  name: string;
  /** Milliseconds of `Date.now()` at which it is over. */
  until: number;
}

/** What this browser knows of its gateway, to greet with; no secrets. */
export interface Gateway {
  host: string;
  device: string;
  /** There if this browser is a guest. */
  guest?: Shown | undefined;
}

export type Paired = { ok: true; access: Access; gateway: Gateway } | { ok: false; message: string; isFinal: boolean };

/** The code of a pairing link, if the page was opened by one; it leaves the address bar and the history at once. */
export function takePairingCode(): string | undefined {
  return takeFromFragment("pair");
}

/** The code behind this key of the fragment, if the page was opened with one; it leaves the address bar and the history at once. */
export function takeFromFragment(key: string): string | undefined {
  const code = new URLSearchParams(location.hash.slice(1)).get(key);
  if (code === null) return undefined;
  history.replaceState(null, "", location.pathname + location.search);
  return code;
}

/** Asks the gateway to take this browser as a device. */
export async function pair(code: string, device: string): Promise<Paired> {
  const name = device.trim().slice(0, DEVICE_NAME_MAX) || suggestedName();
  const response = await post("/api/pair", { code, device: name, cookie: true }).catch(() => undefined);
  if (!response) return failed("The gateway does not answer. Is it still running, and is this device on its network?", false);
  const answer: unknown = await response.json().catch(() => undefined);
  const access = response.ok ? readAccess(answer) : undefined;
  if (access) {
    const gateway = { host: field(answer, "host") ?? location.host, device: name };
    remember(gateway);
    return { ok: true, access, gateway };
  }
  if (response.status === 429) {
    const seconds = (answer as { retry_after_s?: number } | undefined)?.retry_after_s ?? 10;
    return failed(`Too many tries. Wait ${seconds} s, then press Pair again.`, false);
  }
  if (response.status === 401) return failed("This link was used before or is older than 5 minutes: each pairs one device, once.", true);
  return failed(field(answer, "message") ?? `The gateway answered ${response.status}. Try again.`, false);
}

/** Greets with this gateway from now on. */
export function remember(gateway: Gateway): void {
  localStorage.setItem(KNOWN, JSON.stringify(gateway));
}

/** Greets with no gateway any more. */
export function forget(): void {
  localStorage.removeItem(KNOWN);
}

/** The gateway this browser was paired with last, if it remembers. */
export function knownGateway(): Gateway | undefined {
  try {
    const known: unknown = JSON.parse(localStorage.getItem(KNOWN) ?? "null");
    const host = field(known, "host");
    return host === undefined ? undefined : { host, device: field(known, "device") ?? "", guest: guestOf(known) };
  } catch {
    return undefined;
  }
}

function guestOf(known: unknown): Shown | undefined {
  const { guest } = known as { guest?: unknown };
  const channel = field(guest, "channel");
  const { until } = (guest ?? {}) as { until?: unknown };
  return channel === undefined || typeof until !== "number" ? undefined : { channel, name: field(guest, "name") ?? "", until };
}

/** A name a person would recognise in a list: "Chrome on Android". */
export function suggestedName(agent = navigator.userAgent): string {
  const browser = BROWSERS.find(([mark]) => agent.includes(mark))?.[1] ?? "Browser";
  const system = SYSTEMS.find(([mark]) => agent.includes(mark))?.[1];
  return system ? `${browser} on ${system}` : browser;
}

const BROWSERS = [
  ["Firefox/", "Firefox"],
  ["FxiOS/", "Firefox"],
  ["Edg", "Edge"],
  ["OPR/", "Opera"],
  ["Chrom", "Chrome"],
  ["CriOS/", "Chrome"],
  ["Safari/", "Safari"],
] as const;
const SYSTEMS = [
  ["iPhone", "iPhone"],
  ["iPad", "iPad"],
  ["Android", "Android"],
  ["Mac OS X", "Mac"],
  ["Windows", "Windows"],
  ["Linux", "Linux"],
] as const;

function failed(message: string, isFinal: boolean): Paired {
  return { ok: false, message, isFinal };
}

function field(value: unknown, name: string): string | undefined {
  const found = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  return typeof found === "string" && found !== "" ? found : undefined;
}
