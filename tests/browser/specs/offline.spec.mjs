// Without a network: the page still opens, says so, and tells what it could not send.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { launch, SIZES, Tab } from "../harness/browser.mjs";
import { Gateway } from "../harness/gateway.mjs";
import { Proxy } from "../harness/proxy.mjs";
import { test } from "../harness/test.mjs";

for (const [size, options] of Object.entries(SIZES)) {
  describe(`offline on a ${size}`, () => {
    let gateway, proxy, browser, context, tab;

    before(async () => {
      gateway = await Gateway.start();
      proxy = await Proxy.start(gateway.listen);
      browser = await launch();
      context = await browser.newContext(options);
      tab = await Tab.open(context);
      await tab.page.goto(`http://${proxy.listen}/`);
      await tab.page.evaluate(() => caches.open("devtail-shell-of-yesterday"));
      await tab.pair(gateway.link.replace(gateway.listen, proxy.listen), size);
    });

    after(async () => {
      await browser?.close();
      await proxy?.end();
      await gateway?.end();
    });

    test("the page can be installed", async () => {
      const manifest = await tab.page.evaluate(async () => (await fetch(document.querySelector("link[rel=manifest]").href)).json());
      assert.equal(manifest.display, "standalone");
      for (const { src, type } of manifest.icons) {
        const response = await tab.page.request.get(`http://${proxy.listen}${src}`);
        assert.equal(response.headers()["content-type"], type);
      }
      assert.ok(manifest.icons.some(({ purpose }) => purpose === "maskable"));
      assert.equal((await tab.page.request.get(`http://${proxy.listen}/icons/apple-touch-icon.png`)).status(), 200);
    });

    test("its worker keeps the page's own files and nothing else, and drops those of yesterday", async () => {
      await tab.page.waitForFunction(() => navigator.serviceWorker.controller !== null);
      const kept = await tab.page.evaluate(async () => {
        const names = await caches.keys();
        const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
        return { names, paths: requests.flat().map(({ url }) => new URL(url).pathname) };
      });
      assert.equal(kept.names.length, 1, kept.names.join());
      assert.notEqual(kept.names[0], "devtail-shell-of-yesterday");
      assert.ok(kept.paths.includes("/") && kept.paths.some((path) => path.endsWith(".js")), kept.paths.join());
      for (const path of kept.paths) assert.match(path, /^\/$|^\/assets\/app-|^\/icons?[./]|^\/manifest/);
    });

    test("the page opens in a tunnel and says that it is offline", async () => {
      await tab.run("clear; echo before the tun''nel");
      await tab.shows(/^before the tunnel$/m);
      proxy.refuse();
      await context.setOffline(true);
      await tab.page.reload();
      await tab.page.getByText(/Offline, back in \d+ s/).waitFor();
      await tab.picture(`${size}-offline-1-tunnel`);
      await context.setOffline(false);
      proxy.pass();
      await tab.page.getByRole("button", { name: "Try now" }).click({ timeout: 2_000 }).catch(() => undefined);
      await tab.focus();
      await tab.isLive();
      await tab.shows(/^before the tunnel$/m);
    });

    test("what was not sent is shown, and can be taken back", async () => {
      await tab.run("clear; echo rea''dy");
      await tab.shows(/^ready$/m);
      proxy.refuse();
      await tab.is("offline", "connecting");
      await tab.type("rm -rf /precious");
      await tab.page.getByRole("button", { name: /16 keys waiting/ }).click();
      const sheet = tab.page.getByRole("dialog");
      await sheet.getByText("rm -rf /precious").waitFor();
      await tab.picture(`${size}-offline-2-waiting`);
      await sheet.getByRole("button", { name: "Take it back" }).click();
      await sheet.getByRole("button", { name: "Close", exact: true }).click();
      await tab.page.getByText(/keys waiting/).waitFor({ state: "detached" });
      proxy.pass();
      await tab.focus();
      await tab.type("echo only th''is");
      await tab.page.keyboard.press("Enter");
      await tab.isLive();
      assert.doesNotMatch(await tab.shows(/^only this$/m), /precious/);
    });

    test("a link that answers nothing tells the last contact, and what is stuck on it", async () => {
      await tab.run("clear; echo sett''led");
      await tab.shows(/^settled$/m);
      proxy.stall();
      await tab.type("echo st''uck");
      await tab.page.getByText(/Slow link|Slow to answer|Last contact/).waitFor();
      await tab.page.getByText(/^Last contact ([7-9]|\d\d) s ago · 12 keys waiting/).waitFor();
      await tab.page.getByRole("button", { name: /12 keys waiting/ }).click();
      await tab.page.getByRole("dialog").getByText("Sent, not confirmed").waitFor();
      await tab.picture(`${size}-offline-3-silent`);
      await tab.page.keyboard.press("Escape");
      proxy.cut();
      proxy.pass();
      await tab.isLive();
      await tab.focus();
      await tab.page.keyboard.press("Enter");
      await tab.shows(/^stuck$/m);
    });

    test("the page threw no error in all this", () => assert.deepEqual(tab.errors, []));
  });
}
