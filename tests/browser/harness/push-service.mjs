// A push service of our own, and a browser's half of a subscription: what comes is kept, decrypted and proved.
import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";

const WAITS_MS = 60_000;

export class PushService {
  #server;
  #keys = createECDH("prime256v1");
  #auth = randomBytes(16);
  #waiting = [];
  /** What was sent and not looked at. */
  #received = [];
  /** With what status messages are answered, the first first; then with 201. */
  answers = [];

  static async start() {
    const service = new PushService();
    service.#keys.generateKeys();
    service.#server = createServer((request, response) => void service.#take(request, response));
    service.#server.listen(0, "127.0.0.1");
    await once(service.#server, "listening");
    return service;
  }

  get endpoint() {
    return `http://127.0.0.1:${this.#server.address().port}/send/one?way=here`;
  }

  /** What a browser's PushSubscription says of itself. */
  get subscription() {
    const keys = { p256dh: this.#keys.getPublicKey("base64url"), auth: this.#auth.toString("base64url") };
    return { endpoint: this.endpoint, expirationTime: null, keys };
  }

  get isQuiet() {
    return this.#received.length === 0;
  }

  /** The next message: its headers, and what it tells the browser. */
  async next() {
    const message = this.#received.shift() ?? (await this.#wait());
    return { ...message, told: JSON.parse(this.#decrypt(message.body)) };
  }

  async end() {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  #wait() {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error("no push came in time")), WAITS_MS);
      this.#waiting.push((message) => (clearTimeout(late), resolve(message)));
    });
  }

  async #take(request, response) {
    const parts = [];
    for await (const part of request) parts.push(part);
    response.writeHead(this.answers.shift() ?? 201).end();
    const message = { method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(parts) };
    const waits = this.#waiting.shift();
    if (waits) waits(message);
    else this.#received.push(message);
  }

  /** RFC 8188 and RFC 8291: salt, record size, the sender's key, one record. */
  #decrypt(body) {
    const [salt, keyLength] = [body.subarray(0, 16), body[20]];
    const senderKey = body.subarray(21, 21 + keyLength);
    const shared = this.#keys.computeSecret(senderKey);
    const info = Buffer.concat([Buffer.from("WebPush: info\0"), this.#keys.getPublicKey(), senderKey]);
    const secret = Buffer.from(hkdfSync("sha256", shared, this.#auth, info, 32));
    const derive = (label, length) => Buffer.from(hkdfSync("sha256", secret, salt, Buffer.from(`Content-Encoding: ${label}\0`), length));
    const record = body.subarray(21 + keyLength);
    const cipher = createDecipheriv("aes-128-gcm", derive("aes128gcm", 16), derive("nonce", 12));
    cipher.setAuthTag(record.subarray(-16));
    const plain = Buffer.concat([cipher.update(record.subarray(0, -16)), cipher.final()]);
    const end = plain.lastIndexOf(2);
    if (end < 0 || plain.subarray(end + 1).some((byte) => byte !== 0)) throw new Error("the record has no delimiter");
    return plain.subarray(0, end).toString();
  }
}

/** The claims of a VAPID header, and its key; throws if the key has not signed them. */
export function provedClaims(authorization) {
  const [, token, key] = /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(authorization) ?? [];
  const [header, claims, signature] = token.split(".");
  const point = Buffer.from(key, "base64url");
  const jwk = { kty: "EC", crv: "P-256", x: point.subarray(1, 33).toString("base64url"), y: point.subarray(33).toString("base64url") };
  const publicKey = createPublicKey({ key: jwk, format: "jwk" });
  const isProved = verify("sha256", Buffer.from(`${header}.${claims}`), { key: publicKey, dsaEncoding: "ieee-p1363" }, Buffer.from(signature, "base64url"));
  if (!isProved) throw new Error("the token is not signed with the key beside it");
  const read = (part) => JSON.parse(Buffer.from(part, "base64url").toString());
  return { key, header: read(header), claims: read(claims) };
}
