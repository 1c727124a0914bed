// Predictive echo: over a slow link what is typed stands there at once, and a password never does.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { launch, SIZES, Tab } from "../harness/browser.mjs";
import { Gateway } from "../harness/gateway.mjs";
import { Proxy } from "../harness/proxy.mjs";
import { test } from "../harness/test.mjs";

const ONE_WAY_MS = 100;

for (const [size, options] of Object.entries(SIZES)) {
  describe(`far away, on a ${size}`, () => {
    let gateway, proxy, browser, tab;

    before(async () => {
      gateway = await Gateway.start();
      proxy = await Proxy.start(gateway.listen);
      browser = await launch();
      tab = await Tab.open(await browser.newContext(options));
      await tab.pair(gateway.link.replace(gateway.listen, proxy.listen), `a ${size}`);
      await tab.shows(/[$#]/);
      proxy.lag(ONE_WAY_MS);
    });

    after(async () => {
      await browser?.close();
      await proxy?.end();
      await gateway?.end();
    });

    const guesses = () => tab.page.locator(".xterm:visible .guesses").evaluate((element) => element.textContent.replaceAll(" ", ""));
    /** Waits until the page guesses this; a failure shows what it does. */
    const guessesSoon = (text) => tab.page.waitForFunction((text) => [...document.querySelectorAll(".guesses")].some((one) => one.textContent.replaceAll(" ", "").includes(text)), text);
    const guessesNothing = () => tab.page.waitForFunction(() => [...document.querySelectorAll(".guesses")].every((one) => one.textContent === ""));

    test("what is typed stands there before the host has it, and gives way to what the host says", async () => {
      // Nothing is shown before something typed here was echoed.
      await tab.type("echo ");
      await tab.shows("echo");
      proxy.stall();
      await tab.type("t''wo");
      await guessesSoon("t''wo");
      assert.equal((await tab.text()).includes("t''wo"), false, "the terminal's own buffer is not touched");
      await tab.picture(`${size}-prediction`);
      proxy.pass();
      await tab.shows("echo t''wo");
      await guessesNothing();
      await tab.page.keyboard.press("Enter");
      await tab.shows(/^two$/m);
    });

    test("what was never sent and is taken back is not shown any more", async () => {
      await tab.run("clear");
      await tab.shows(/^[^\n]*[$#]\n*$/);
      await tab.type("echo ");
      await tab.shows(/echo$/m);
      proxy.stall();
      await tab.type("all");
      await guessesSoon("all");
      proxy.pass();
      await tab.shows(/echo all$/m);
      await guessesNothing();
      proxy.refuse();
      await tab.is("offline", "connecting");
      await tab.type("precious");
      await guessesSoon("precious");
      await tab.page.getByRole("button", { name: /8 keys waiting/ }).click();
      const sheet = tab.page.getByRole("dialog");
      await sheet.getByRole("button", { name: "Take it back" }).click();
      await sheet.getByRole("button", { name: "Close", exact: true }).click();
      await guessesNothing();
      proxy.pass();
      await tab.isLive();
      await tab.focus();
      await tab.run("-done");
      await tab.shows(/^all-done$/m);
    });

    test("a password is never shown, not for one frame", async () => {
      await tab.page.evaluate(() => {
        window.seen = "";
        const watch = () => {
          window.seen += [...document.querySelectorAll(".guesses")].map((one) => one.textContent).join("");
          window.watch = requestAnimationFrame(watch);
        };
        watch();
      });
      await tab.run("read -rsp 'password: ' word");
      await tab.shows(/^password:$/m);
      await tab.page.evaluate(() => (window.seen = ""));
      await tab.type("HUNTER");
      await tab.run("; echo; echo read-$word");
      await tab.run("echo $((40+2))-after");
      await tab.shows("42-after");
      const seen = await tab.page.evaluate(() => (cancelAnimationFrame(window.watch), window.seen));
      assert.equal(/[HUNTER]{2}/.test(seen), false, seen);
    });

    test("what an input method composes is not guessed", async () => {
      await tab.type("echo ");
      await tab.shows(/echo$/m);
      await guessesNothing();
      proxy.stall();
      const session = await tab.page.context().newCDPSession(tab.page);
      await session.send("Input.imeSetComposition", { text: "ka", selectionStart: 2, selectionEnd: 2 });
      await session.send("Input.insertText", { text: "kana" });
      await tab.page.evaluate(() => new Promise((done) => setTimeout(done)));
      assert.equal(await guesses(), "");
      proxy.pass();
      await tab.shows("echo kana");
    });
  });
}
