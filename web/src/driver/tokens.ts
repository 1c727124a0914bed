// The access token: in memory only, renewed with the cookie that only the gateway can read.
import { TOKEN_WITHIN_MS } from "../wire/limits";

const LOCK = "devtail.token";
/** A token that ends within this is renewed first. */
const RENEW_BEFORE_MS = 30_000;
/** A failed dial makes a token suspect, but one as young as this is not to blame. */
const YOUNG_MS = 10_000;

export interface Access {
  token: string;
  expiresAt: number;
}

/** The gateway takes this browser's cookie no more: it must be paired again. */
export class TokenRefused extends Error {
  constructor() {
    super("This browser is not paired with the gateway, or was signed out.");
  }
}

/** The gateway was not reached, or asked to wait: try later. */
export class TokenUnavailable extends Error {}

export class Tokens {
  #access: Access | undefined;
  #renewedAt = 0;
  #renewing: Promise<string> | undefined;

  /** What pairing gave. */
  take(access: Access): void {
    this.#access = access;
    this.#renewedAt = Date.now();
  }

  /** A token that is good now. Throws TokenRefused or TokenUnavailable. */
  async access(): Promise<string> {
    if (this.#access && Date.now() + RENEW_BEFORE_MS < this.#access.expiresAt) return this.#access.token;
    this.#renewing ??= this.#renew().finally(() => (this.#renewing = undefined));
    return this.#renewing;
  }

  /** Something failed that a stale token would explain. */
  suspect(): void {
    if (Date.now() - this.#renewedAt > YOUNG_MS) this.#access = undefined;
  }

  /** The refresh token changes each time: two tabs at once would look like a theft, so one waits for the other. */
  async #renew(): Promise<string> {
    const renewed = navigator.locks ? await navigator.locks.request(LOCK, () => askForToken()) : await askForToken();
    this.take(renewed);
    return renewed.token;
  }
}

/** All tabs wait for the one that asks, so it asks for so long only: asked again within a minute, the gateway hands out the same successor. */
async function askForToken(): Promise<Access> {
  const response = await post("/api/token", {}, AbortSignal.timeout(TOKEN_WITHIN_MS)).catch(() => {
    throw new TokenUnavailable("The gateway was not reached.");
  });
  if (response.status === 401) throw new TokenRefused();
  const access = response.ok ? readAccess(await response.json().catch(() => undefined)) : undefined;
  if (!access) throw new TokenUnavailable(`The gateway answered ${response.status}.`);
  return access;
}

/** Sends JSON to the gateway this page came from. */
export function post(path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  return ask("POST", path, {}, body, signal);
}

/**
 * Sends JSON as the device this browser is; undefined if the gateway is not reached. Throws TokenRefused if it is none
 * any more.
 */
export async function askAs(method: "GET" | "POST" | "DELETE", path: string, body: unknown, tokens: Tokens): Promise<Response | undefined> {
  try {
    return await ask(method, path, { authorization: `Bearer ${await tokens.access()}` }, body);
  } catch (error) {
    if (error instanceof TokenRefused) throw error;
    return undefined;
  }
}

function ask(method: string, path: string, headers: Record<string, string>, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const hasBody = body !== undefined;
  return fetch(path, {
    method,
    headers: hasBody ? { "content-type": "application/json", ...headers } : headers,
    body: hasBody ? JSON.stringify(body) : null,
    credentials: "same-origin",
    cache: "no-store",
    referrerPolicy: "no-referrer",
    signal: signal ?? null,
  });
}

/** The part of an answer that holds the access token. */
export function readAccess(answer: unknown): Access | undefined {
  if (typeof answer !== "object" || answer === null) return undefined;
  const { access_token: token, access_expires_at: seconds } = answer as Record<string, unknown>;
  if (typeof token !== "string" || typeof seconds !== "number") return undefined;
  return { token, expiresAt: seconds * 1000 };
}
