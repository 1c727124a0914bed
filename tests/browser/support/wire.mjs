// A TCP proxy that can be cut, and mended: browsers' own offline switch leaves WebSockets alive.
import { connect, createServer } from "node:net";
import { once } from "node:events";

export class Wire {
  /** Between the browser and `listen` ("host:port"). */
  static async to(listen) {
    const wire = new Wire();
    wire.sockets = new Set();
    wire.mode = "open";
    const [host, port] = listen.split(":");
    wire.server = createServer((near) => wire.join(near, () => connect(Number(port), host)));
    wire.server.listen(0, "127.0.0.1");
    await once(wire.server, "listening");
    wire.origin = `http://127.0.0.1:${wire.server.address().port}`;
    return wire;
  }

  /** Resets every connection and takes no new one. */
  cut() {
    this.mode = "cut";
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  /** Connections stay, and nothing passes: a phone in a lift. */
  stall() {
    this.mode = "stalled";
  }

  /** New connections pass again; those that stalled are lost. */
  mend() {
    this.mode = "open";
    for (const socket of this.sockets) if (socket.isStalled) socket.resetAndDestroy();
  }

  async end() {
    this.cut();
    this.server.close();
    await once(this.server, "close");
  }

  join(near, dial) {
    if (this.mode === "cut") return near.resetAndDestroy();
    const far = dial();
    for (const [from, to] of [[near, far], [far, near]]) {
      this.sockets.add(from);
      from.on("data", (bytes) => (this.mode === "open" ? to.write(bytes) : (from.isStalled = true)));
      from.on("error", () => to.destroy());
      from.on("close", () => (this.sockets.delete(from), to.destroy()));
    }
  }
}
