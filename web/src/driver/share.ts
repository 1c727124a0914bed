// Sharing: a link by which guests look at one terminal, and what a guest's browser knows of it.
import { fromHex, toHex } from "../wire/hex";
import { type Offer, readOffer } from "./handoff";
import { type Gateway, remember, type Shown, suggestedName } from "./pairing";
import { type Access, askAs, post, readAccess, type Tokens, TokenRefused } from "./tokens";

/** A link that was made. */
export interface Sharing extends Offer {
  id: string;
}

export type Opened = { ok: true; shown: Shown; access: Access | undefined; gateway: Gateway | undefined } | { ok: false; message: string };

const OVER = "This link is over: its time has passed, or its owner has ended it.";
const AWAY = "The gateway does not answer. Is it still running, and is this device on its network?";

/** Asks for a link to a terminal. Throws an Error with words for a person. */
export async function share(channel: Uint8Array, name: string, seconds: number, tokens: Tokens): Promise<Sharing> {
  const response = await askAs("POST", "/api/share", { channel: toHex(channel), name, lasts_s: seconds }, tokens);
  const copy = response?.clone();
  const offer = await readOffer(response);
  const { id } = (await copy!.json()) as { id: string };
  return { ...offer, id };
}

/** Ends a link. Throws an Error with words for a person. */
export async function endShare(id: string, tokens: Tokens): Promise<void> {
  const response = await askAs("DELETE", "/api/share", { id }, tokens);
  if (!response?.ok) throw new Error(AWAY);
}

/** Opens a link: as the device this browser is, or as a guest. */
export async function openShare(code: string, tokens: Tokens): Promise<Opened> {
  const asked = { code, device_name: suggestedName(), cookie: true };
  const response = await ask(asked, tokens);
  if (!response) return { ok: false, message: AWAY };
  const answer: unknown = await response.json().catch(() => undefined);
  const shown = response.ok ? readShown(answer) : undefined;
  if (!shown) return { ok: false, message: response.status === 401 ? OVER : sayNo(answer, response.status) };
  const access = readAccess(answer);
  const { host } = answer as { host?: string };
  const gateway: Gateway | undefined = access && { host: host ?? location.host, device: "", guest: shown };
  if (gateway) remember(gateway);
  return { ok: true, shown, access, gateway };
}

async function ask(asked: object, tokens: Tokens): Promise<Response | undefined> {
  try {
    return await askAs("POST", "/api/share/open", asked, tokens);
  } catch (error) {
    if (!(error instanceof TokenRefused)) return undefined;
    return post("/api/share/open", asked).catch(() => undefined);
  }
}

function readShown(answer: unknown): Shown | undefined {
  const { share } = (answer ?? {}) as { share?: { channel?: string; name?: string; expires_in?: number } };
  if (!share?.channel || fromHex(share.channel)?.length !== 16) return undefined;
  return { channel: share.channel, name: share.name ?? "", until: Date.now() + (share.expires_in ?? 0) * 1000 };
}

function sayNo(answer: unknown, status: number): string {
  const { message, retry_after_s: seconds } = (answer ?? {}) as { message?: string; retry_after_s?: number };
  return message ?? (seconds === undefined ? `The gateway answered ${status}. Try again.` : `Too many tries. Wait ${seconds} s, then open the link again.`);
}
