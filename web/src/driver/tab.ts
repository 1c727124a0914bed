// What a tab leaves to its next page: the client instance, its unsettled inputs, and what was open.
// sessionStorage is copied when a tab is duplicated, so it holds something only while no page of the tab is alive, and a
// lock makes sure of it: an instance whose page still lives is never taken over.
import type { Saved, SavedChannel } from "../session/saved";

const KEY = "devtail.tab";
const LOCK_PREFIX = "devtail.instance.";
/** On a reload the old page may need a moment to let go. */
const LOCK_WAIT_MS = 2_000;

/** The instance this page is, and what the last page of it left. */
export interface Instance {
  client: Uint8Array;
  saved: Saved | undefined;
}

/** Takes over what the last page of this tab left, or begins a new instance. */
export async function takeInstance(): Promise<Instance> {
  const text = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  const saved = text === null ? undefined : parseSaved(text);
  if (saved && (await hold(saved.client))) return { client: saved.client, saved };
  const client = crypto.getRandomValues(new Uint8Array(16));
  await hold(client);
  return { client, saved: undefined };
}

/**
 * Leaves the session to the tab's next page whenever this one goes out of sight or is frozen, and takes it back if it returns. Of
 * several ways to save it, the first that the tab's storage has room for.
 */
export function leaveOnExit(...saves: readonly (() => Saved)[]): void {
  const leave = () => void saves.some(store);
  const takeBack = () => sessionStorage.removeItem(KEY);
  addEventListener("pagehide", leave);
  addEventListener("pageshow", takeBack);
  document.addEventListener("resume", takeBack);
  // A page out of sight, or frozen, may be discarded without another word, but until then it lives: only the lock keeps a
  // duplicate of its tab from being it too.
  if (!navigator.locks) return;
  document.addEventListener("freeze", leave);
  document.addEventListener("visibilitychange", () => (document.visibilityState === "hidden" ? leave() : takeBack()));
}

function store(save: () => Saved): boolean {
  try {
    sessionStorage.setItem(KEY, formatSaved(save()));
    return true;
  } catch {
    sessionStorage.removeItem(KEY);
    return false;
  }
}

/** Holds the instance's lock for as long as the page lives; false if another page has it. */
function hold(client: Uint8Array): Promise<boolean> {
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    const held = () => {
      resolve(true);
      return new Promise<never>(() => undefined);
    };
    const options = { signal: AbortSignal.timeout(LOCK_WAIT_MS) };
    navigator.locks.request(LOCK_PREFIX + toBase64(client), options, held).catch(() => resolve(false));
  });
}

/** The text of a Saved. */
export function formatSaved({ client, generation, lastBoot, channels }: Saved): string {
  return JSON.stringify({
    client: toBase64(client),
    generation: String(generation),
    lastBoot: String(lastBoot),
    channels: channels.map(({ id, kind, spec, outbox }) => ({
      id: toBase64(id),
      kind,
      spec: spec && toBase64(spec),
      ahead: outbox.ahead === undefined ? undefined : String(outbox.ahead),
      first: String(outbox.first),
      risked: String(outbox.risked),
      inputs: outbox.inputs.map(toBase64),
    })),
  });
}

/** The Saved of a text; undefined if it is not one: the page then begins anew. */
export function parseSaved(text: string): Saved | undefined {
  try {
    const raw = JSON.parse(text);
    const client = fromBase64(raw.client);
    if (client.length !== 16 || !Array.isArray(raw.channels)) return undefined;
    return { client, generation: BigInt(raw.generation), lastBoot: BigInt(raw.lastBoot), channels: raw.channels.map(parseChannel) };
  } catch {
    return undefined;
  }
}

interface RawChannel {
  id: string;
  kind: string;
  spec?: string;
  ahead?: string;
  first: string;
  risked: string;
  inputs: string[];
}

function parseChannel(raw: RawChannel): SavedChannel {
  return {
    id: fromBase64(raw.id),
    kind: String(raw.kind),
    spec: raw.spec === undefined ? undefined : fromBase64(raw.spec),
    outbox: {
      ahead: raw.ahead === undefined ? undefined : BigInt(raw.ahead),
      first: BigInt(raw.first),
      risked: BigInt(raw.risked),
      inputs: raw.inputs.map(fromBase64),
    },
  };
}

function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
