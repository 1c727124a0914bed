// Going on where another device is: the ticket in a link's fragment becomes a place in a terminal.
import { fromHex, toHex } from "../wire/hex";
import { type Gateway, remember, suggestedName } from "./pairing";
import { type Access, askAs, post, readAccess, type Tokens, TokenRefused } from "./tokens";

/** Where a person is in a terminal. */
export interface Place {
  channel: Uint8Array;
  epoch: bigint;
  offset: bigint;
  /** The first row in sight; undefined: the newest rows are. */
  scrollRow: bigint | undefined;
  /** What was typed and not sent. */
  draft: string;
}

/** A secret link, as it is offered to another device. */
export interface Offer {
  link: string;
  /** Milliseconds of `Date.now()` at which it is void. */
  until: number;
  /** The rows of its QR code, "1" is dark. */
  qr: readonly string[];
}

/** What a redeemed ticket gave. `gateway`: this browser became a device just now. */
export type Arrived = { ok: true; place: Place; access: Access | undefined; gateway: Gateway | undefined } | { ok: false; message: string };

const SPENT = "This link was opened before, or is older than a minute. Ask the other device for a new one.";
const AWAY = "The gateway does not answer. Is it still running, and is this device on its network?";

/** Asks for a ticket to this place. Throws an Error with words for a person. */
export async function handOff(place: Place, tokens: Tokens): Promise<Offer> {
  const asked = {
    channel: toHex(place.channel),
    epoch: String(place.epoch),
    offset: String(place.offset),
    scroll_row: place.scrollRow === undefined ? null : String(place.scrollRow),
    draft: place.draft,
  };
  return readOffer(await askAs("POST", "/api/handoff", asked, tokens));
}

/** The link of an answer that offers one. Throws an Error with words for a person. */
export async function readOffer(response: Response | undefined): Promise<Offer> {
  if (!response) throw new Error(AWAY);
  const answer: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw new Error(textOf(answer, "message") ?? `The gateway answered ${response.status}. Try again.`);
  const { link, expires_in: seconds, qr } = answer as { link: string; expires_in: number; qr: string[] };
  return { link, until: Date.now() + seconds * 1000, qr };
}

/** Redeems a ticket: as the device this browser is, or as a new one. */
export async function arrive(ticket: string, tokens: Tokens): Promise<Arrived> {
  const asked = { ticket, device_name: suggestedName(), cookie: true };
  const response = await redeem(asked, tokens);
  if (!response) return { ok: false, message: AWAY };
  const answer: unknown = await response.json().catch(() => undefined);
  const place = response.ok ? readPlace(answer) : undefined;
  if (!place) return { ok: false, message: response.status === 401 ? SPENT : (textOf(answer, "message") ?? wait(answer, response.status)) };
  const access = readAccess(answer);
  const gateway = access && { host: textOf(answer, "host") ?? location.host, device: textOf(answer, "device") ?? "" };
  if (gateway) remember(gateway);
  return { ok: true, place, access, gateway };
}

async function redeem(asked: object, tokens: Tokens): Promise<Response | undefined> {
  const path = "/api/handoff/redeem";
  try {
    return await askAs("POST", path, asked, tokens);
  } catch (error) {
    if (!(error instanceof TokenRefused)) return undefined;
    return post(path, asked).catch(() => undefined);
  }
}

function readPlace(answer: unknown): Place | undefined {
  const place = (answer as { place?: Record<string, unknown> } | undefined)?.place;
  const channel = fromHex(textOf(place, "channel") ?? "");
  if (channel?.length !== 16) return undefined;
  const scrollRow = textOf(place, "scroll_row");
  return {
    channel,
    epoch: BigInt(textOf(place, "epoch") ?? 0),
    offset: BigInt(textOf(place, "offset") ?? 0),
    scrollRow: scrollRow === undefined ? undefined : BigInt(scrollRow),
    draft: textOf(place, "draft") ?? "",
  };
}

function wait(answer: unknown, status: number): string {
  const seconds = (answer as { retry_after_s?: number } | undefined)?.retry_after_s;
  return seconds === undefined ? `The gateway answered ${status}. Try again.` : `Too many tries. Wait ${seconds} s, then open the link again.`;
}

function textOf(value: unknown, name: string): string | undefined {
  const found = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  return typeof found === "string" && found !== "" ? found : undefined;
}
