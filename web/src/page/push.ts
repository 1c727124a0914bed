// Notifications while nobody looks: the permission, the subscription, and what it is for. The settings sheet asks and shows;
// the worker (worker/push.ts) shows what comes.
import { askAs, type Tokens } from "../driver/tokens";

/** The sorts of notification there are. */
export type Want = "bell" | "finished";

export type PushState =
  /** This browser, or this address, cannot have notifications; why, and what to do. */
  | { name: "impossible"; reason: string }
  /** The person said no to the browser, and only there can say yes again. */
  | { name: "blocked" }
  | { name: "off" }
  | { name: "on"; wants: readonly Want[] };

/** What this browser wants to be told: not secret, and gone with the browser's data. */
const WANTS = "devtail.push.wants";
const ALL: readonly Want[] = ["bell", "finished"];
const SECURE_ONLY = "Browsers show notifications only for pages over HTTPS, or on this very machine.";
const INSTALL_FIRST = "On an iPhone or iPad, add this page to the home screen first, and open it from there.";
const NOT_HERE = "This browser has no notifications for pages.";

/** What the person can be offered now. */
export async function pushState(): Promise<PushState> {
  const reason = whyNot();
  if (reason) return { name: "impossible", reason };
  if (Notification.permission === "denied") return { name: "blocked" };
  const subscription = await current();
  return subscription && Notification.permission === "granted" ? { name: "on", wants: wanted() } : { name: "off" };
}

/** Asks the browser, then the gateway. To be called from a click. Throws an Error with words for a person. */
export async function turnOn(tokens: Tokens, wants: readonly Want[] = ALL): Promise<PushState> {
  const reason = whyNot();
  if (reason) throw new Error(reason);
  if ((await Notification.requestPermission()) !== "granted") return pushState();
  const key = await gatewayKey();
  const registration = await navigator.serviceWorker.ready;
  await dropForeign(registration, key);
  const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }).catch(() => {
    throw new Error("The browser's push service cannot be reached now. Try again later.");
  });
  await tell(subscription, wants, tokens);
  localStorage.setItem(WANTS, JSON.stringify(wants));
  return pushState();
}

/** Tells the gateway again what this browser wants, if it is subscribed: after a new pairing, and once a start. */
export async function refreshPush(tokens: Tokens): Promise<void> {
  if (whyNot() || Notification.permission !== "granted") return;
  const subscription = await current();
  if (subscription) await tell(subscription, wanted(), tokens).catch(() => undefined);
}

/** Ends it here and at the gateway. */
export async function turnOff(tokens: Tokens): Promise<PushState> {
  const subscription = whyNot() ? undefined : await current();
  if (subscription) {
    const { endpoint } = subscription;
    await subscription.unsubscribe();
    await askAs("DELETE", "/api/push/subscribe", { endpoint }, tokens);
  }
  localStorage.removeItem(WANTS);
  return pushState();
}

/** Tells the gateway of a subscription. Throws an Error with words for a person. */
export async function tell(subscription: Pick<PushSubscription, "toJSON">, wants: readonly Want[], tokens: Tokens): Promise<void> {
  const { endpoint, keys } = subscription.toJSON();
  const response = await askAs("POST", "/api/push/subscribe", { endpoint, keys, wants }, tokens);
  if (!response) throw new Error("The gateway does not answer. Try again.");
  if (response.ok) return;
  const answer = (await response.json().catch(() => undefined)) as { message?: string } | undefined;
  throw new Error(answer?.message ?? `The gateway answered ${response.status}. Try again.`);
}

async function current(): Promise<PushSubscription | undefined> {
  const registration = await navigator.serviceWorker.getRegistration();
  return (await registration?.pushManager.getSubscription()) ?? undefined;
}

/** A subscription that was made with another gateway's key at this address is void. */
async function dropForeign(registration: ServiceWorkerRegistration, key: Uint8Array): Promise<void> {
  const known = await registration.pushManager.getSubscription();
  const knownKey = known?.options.applicationServerKey;
  if (known && (!knownKey || !isSame(new Uint8Array(knownKey), key))) await known.unsubscribe();
}

async function gatewayKey(): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch("/api/push/key", { cache: "no-store" }).catch(() => undefined);
  const { key } = ((await response?.json().catch(() => undefined)) ?? {}) as { key?: string };
  if (!key) throw new Error("The gateway does not answer. Try again.");
  const base64 = key.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

function whyNot(): string | undefined {
  if (!isSecureContext) return SECURE_ONLY;
  if (!("serviceWorker" in navigator)) return NOT_HERE;
  if (!("PushManager" in window) || !("Notification" in window)) return /iP(hone|ad|od)/.test(navigator.userAgent) ? INSTALL_FIRST : NOT_HERE;
  return undefined;
}

function wanted(): readonly Want[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(WANTS) ?? "null");
    return Array.isArray(kept) ? ALL.filter((want) => kept.includes(want)) : ALL;
  } catch {
    return ALL;
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
