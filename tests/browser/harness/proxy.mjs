// A TCP proxy on loopback that breaks as networks do.
import { connect, createServer } from "node:net";

export class Proxy {
  #server;
  #sockets = new Set();
  #mode = "pass";
  #lagMs = 0;
  /** "127.0.0.1:PORT" */
  listen = "";

  /** Carries to `target`, "HOST:PORT". */
  static async start(target) {
    const [host, port] = target.split(":");
    const proxy = new Proxy();
    proxy.#server = createServer({ noDelay: true }, (client) => proxy.#carry(client, connect({ host, port: Number(port), noDelay: true })));
    await new Promise((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    proxy.listen = `127.0.0.1:${proxy.#server.address().port}`;
    return proxy;
  }

  /** Every connection ends with a reset; the next one passes. */
  cut() {
    for (const socket of this.#sockets) reset(socket);
  }

  /** Nothing passes and nothing is lost, until `pass`. New connections are accepted and stay silent. */
  stall() {
    this.#mode = "stall";
    for (const socket of this.#sockets) socket.pause();
  }

  /** Every connection is reset, those to come as well, until `pass`. */
  refuse() {
    this.#mode = "refuse";
    this.cut();
  }

  /** Everything takes so much longer from now on, each way. */
  lag(ms) {
    this.#lagMs = ms;
  }

  pass() {
    this.#mode = "pass";
    for (const socket of this.#sockets) socket.resume();
  }

  async end() {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #carry(client, gateway) {
    for (const [from, to] of [[client, gateway], [gateway, client]]) {
      this.#sockets.add(from);
      from.on("data", (bytes) => {
        if (this.#lagMs > 0) return setTimeout(() => to.writable && to.write(bytes), this.#lagMs);
        if (to.write(bytes)) return;
        from.pause();
        to.once("drain", () => this.#mode !== "stall" && from.resume());
      });
      from.on("end", () => to.end());
      from.on("error", () => reset(to));
      from.on("close", () => (this.#sockets.delete(from), to.destroy()));
    }
    if (this.#mode === "refuse") reset(client);
    if (this.#mode === "stall") [client, gateway].forEach((socket) => socket.pause());
  }
}

/** RST. Beside an unfinished FIN there is none: Node would never let go of the socket, and spin when it ends. */
function reset(socket) {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
