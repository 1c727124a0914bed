// What scrolled by is there still: on a page that comes late, scrolled up by a finger, and searched.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { launch, SIZES, Tab } from "../harness/browser.mjs";
import { Gateway } from "../harness/gateway.mjs";
import { Proxy } from "../harness/proxy.mjs";
import { test } from "../harness/test.mjs";

for (const [size, options] of Object.entries(SIZES)) {
  describe(`on a ${size}`, () => {
    let gateway, proxy, browser, first, tab;

    before(async () => {
      gateway = await Gateway.start();
      proxy = await Proxy.start(gateway.listen);
      browser = await launch();
      // A desk prints the rows, long before the page comes that looks at them.
      first = await Tab.open(await browser.newContext(SIZES.laptop));
      await first.pair(gateway.link, "a desk");
      await first.shows(/[$#] ?$/m);
      await first.run("PS1='$ '; for i in $(seq 3000); do printf 'line %d \\033[3%dmof\\033[m the log\\n' $i $((i % 8)); done; echo all-$((1+1))");
      await first.shows("all-2");
      tab = await Tab.open(await browser.newContext(options));
      await tab.pair((await gateway.pair()).replace(gateway.listen, proxy.listen), `a ${size}`);
      await tab.shows("all-2");
    });

    after(async () => {
      await browser?.close();
      await proxy?.end();
      await gateway?.end();
    });

    const picture = (step) => tab.picture(`scrollback-${size}-${step}`);
    const pill = () => tab.page.locator(".scroll-pill:visible");

    /** Pulls the screen down by a finger, or turns the wheel, once. */
    async function pull() {
      const box = await tab.page.locator(".xterm:visible .xterm-screen").boundingBox();
      // Below the words that another device drives.
      const [x, from, to] = [box.x + box.width / 2, box.y + 80, box.y + box.height - 40];
      if (!options.hasTouch) {
        await tab.page.mouse.move(x, from);
        await tab.page.mouse.wheel(0, -200);
        return tab.page.keyboard.press("Shift+PageUp");
      }
      const touch = await tab.page.context().newCDPSession(tab.page);
      await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [{ x, y: from }] });
      for (let step = 1; step <= 8; step++) {
        await touch.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: [{ x, y: from + ((to - from) * step) / 8 }] });
      }
      await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
      await touch.detach();
    }

    /** Pulls until the row at the top is this one or above, and nothing is on its way. */
    async function pullTo(row) {
      for (let pulls = 0; pulls < 400; pulls++) {
        const [, at] = (await told()).match(/^row (\d+) of/) ?? [];
        if (at !== undefined && Number(at) <= row) return;
        await pull();
        await tab.page.evaluate(() => new Promise((next) => requestAnimationFrame(next)));
      }
      throw new Error(`never came to row ${row}: ${await told()}; the screen shows:\n${await tab.text()}`);
    }

    const told = async () => ((await pill().count()) === 0 ? "" : pill().innerText());

    test("older rows come as a person scrolls up to them, to the first", async () => {
      await pullTo(2900);
      await picture("1-up");
      assert.match(await pill().innerText(), /row \d+ of \d+/);
      await pullTo(1);
      await tab.shows(/^line 1 of the log$/m);
      await picture("2-first");
      // A row that is drawn anew meanwhile is another element, and the one before has no colour.
      const of = tab.page.locator(".xterm:visible .xterm-rows span", { hasText: /^of$/ }).first();
      let colour = "";
      while (colour === "") colour = await of.evaluate((span) => getComputedStyle(span).color);
      const [red, green, blue] = colour.match(/\d+/g).map(Number);
      assert.ok(red > green && red > blue, `the first row's "of" is shown as ${colour}`);
    });

    test("a cut changes nothing of where one looks", async () => {
      const before = await tab.text();
      proxy.cut();
      await tab.is("offline", "connecting", "suspect");
      await tab.isLive();
      assert.equal(await tab.text(), before);
    });

    test("what the program prints meanwhile is behind the rows one looks at", async () => {
      await first.run("echo more-$((2+3))");
      await first.picture(`scrollback-${size}-desk`);
      await first.shows("more-5");
      assert.match(await tab.text(), /^line 1 of the log$/m);
      await pill().getByRole("button", { name: "To the end" }).click();
      await tab.shows("more-5");
      assert.equal(await pill().count(), 0);
    });

    test("a search goes up to what is sought, and on", async () => {
      await tab.page.getByRole("button", { name: "Search in this terminal" }).click();
      await tab.page.getByRole("searchbox").fill("line 123");
      await tab.page.keyboard.press("Enter");
      await tab.shows(/^line 1239 of the log$/m);
      await tab.page.getByRole("button", { name: "Older" }).click();
      await tab.page.locator(".search-bar .said", { hasText: "2 of 11" }).waitFor();
      await tab.shows(/^line 1238 of the log$/m);
      await picture("3-found");
      await tab.page.locator(".xterm:visible .xterm-selection div").first().waitFor({ state: "attached" });
      await tab.page.getByRole("searchbox").fill("nowhere to be seen");
      await tab.page.keyboard.press("Enter");
      await tab.page.locator(".search-bar .said", { hasText: "Not found" }).waitFor();
      await tab.page.getByRole("button", { name: "Close the search" }).click();
    });

    test("what is found is what is sought, though another text was sought a moment before", async () => {
      await tab.page.getByRole("button", { name: "Search in this terminal" }).click();
      const field = tab.page.getByRole("searchbox");
      proxy.stall();
      await field.fill("line 77");
      await tab.page.keyboard.press("Enter");
      await field.fill("line 2444");
      await tab.page.keyboard.press("Enter");
      proxy.pass();
      await tab.page.locator(".search-bar .said", { hasText: "1 of 1" }).waitFor();
      await tab.shows(/^line 2444 of the log$/m);
      await tab.page.getByRole("button", { name: "Close the search" }).click();
    });

    test("typing leads back to the end", async () => {
      // Who typed last drives for a while; who has left does not.
      const errors = first.errors;
      await first.page.close();
      await tab.focus();
      await pull();
      await pill().waitFor();
      await tab.run("echo typed-$((4+4))");
      await tab.shows("typed-8");
      assert.deepEqual([...tab.errors, ...errors], []);
    });
  });
}
