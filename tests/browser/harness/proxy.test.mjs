import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { test } from "node:test";
import { Proxy } from "./proxy.mjs";

async function through(work) {
  const server = createServer((socket) => (socket.on("error", () => {}), socket.pipe(socket)));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const proxy = await Proxy.start(`127.0.0.1:${server.address().port}`);
  // Each socket is reset in the end, and that is no news.
  const dial = () => connect(Number(proxy.listen.split(":")[1]), "127.0.0.1").on("error", () => {});
  try {
    await work(proxy, dial);
  } finally {
    await proxy.end();
    server.close();
  }
}

test("what is written comes back until a cut resets it, and a new connection passes", () =>
  through(async (proxy, dial) => {
    const socket = dial();
    socket.write("a");
    assert.equal(String((await once(socket, "data"))[0]), "a");
    const gone = once(socket, "error");
    proxy.cut();
    assert.equal((await gone)[0].code, "ECONNRESET");
    const next = dial();
    next.write("b");
    assert.equal(String((await once(next, "data"))[0]), "b");
  }));

test("a stall delays and loses nothing", () =>
  through(async (proxy, dial) => {
    const socket = dial();
    socket.write("a");
    await once(socket, "data");
    proxy.stall();
    socket.write("b");
    let passed = false;
    const data = once(socket, "data").then(([bytes]) => ((passed = true), String(bytes)));
    // Nothing cannot be waited for; a bounded look is all there is.
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(passed, false);
    proxy.pass();
    assert.equal(await data, "b");
  }));
