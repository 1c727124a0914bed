// What a person does in a browser, and what must not break it: at the size of a phone and of a laptop.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { launch, SIZES, Tab } from "../harness/browser.mjs";
import { Gateway } from "../harness/gateway.mjs";
import { Proxy } from "../harness/proxy.mjs";
import { test } from "../harness/test.mjs";

for (const [size, options] of Object.entries(SIZES)) {
  describe(`on a ${size}`, () => {
    let gateway, proxy, browser, context, tab;

    before(async () => {
      gateway = await Gateway.start();
      proxy = await Proxy.start(gateway.listen);
      browser = await launch();
      context = await browser.newContext(options);
      tab = await Tab.open(context);
    });

    after(async () => {
      await browser?.close();
      await proxy?.end();
      await gateway?.end();
    });

    /** A picture under the name of the size and the step. */
    const picture = (step) => tab.picture(`${size}-${step}`);

    test("a link pairs the browser, and a shell stands there", async () => {
      await tab.pair(gateway.link.replace(gateway.listen, proxy.listen), `a ${size}`);
      await tab.run("echo he''llo");
      await tab.shows(/^hello$/m);
      assert.equal(new URL(tab.page.url()).hash.includes("pair"), false, "the code must leave the address bar");
      await picture("1-shell");
    });

    test("colours are shown", async () => {
      await tab.run("printf '\\033[31mred\\033[0m \\033[1;32mgreen\\033[0m \\033[48;5;27mblue\\033[0m\\n'");
      await tab.shows("red green blue");
      const colour = await tab.page.locator(".xterm:visible .xterm-rows span", { hasText: /^red$/ }).last().evaluate((span) => getComputedStyle(span).color);
      const [red, green, blue] = colour.match(/\d+/g).map(Number);
      assert.ok(red > green + 60 && red > blue + 60, `red is shown as ${colour}`);
      await picture("2-colours");
    });

    test("vim edits a file", async () => {
      await tab.run("vim -u NONE -N /tmp/devtail-$$.txt");
      await tab.shows(/^~$/m);
      await tab.type("iedited in vim");
      await tab.shows("edited in vim");
      await picture("3-vim");
      await tab.page.keyboard.press("Escape");
      await tab.run(":wq");
      // Until it has given the screen back, vim reads what is typed.
      await tab.shows("red green blue");
      await tab.run("clear; cat /tmp/devtail-$$.txt; rm /tmp/devtail-$$.txt");
      await tab.shows(/^edited in vim$/m);
    });

    test("the program sees the size of the window", async () => {
      const columns = async () => {
        await tab.run("clear; echo \"columns:$(tput cols)\"");
        return Number((await tab.shows(/^columns:\d+$/m)).match(/columns:(\d+)$/m)[1]);
      };
      const before = await columns();
      const { width, height } = options.viewport;
      await tab.page.setViewportSize({ width: width - 120, height });
      let narrow = await columns();
      for (let tries = 0; narrow >= before && tries < 20; tries++) narrow = await columns();
      assert.ok(narrow < before, `${narrow} columns are not fewer than ${before}`);
      await tab.page.setViewportSize({ width, height });
    });

    test("offline, typed and back: the same shell, and everything once", async () => {
      await tab.run("clear; shell=$$; n=0; echo rea''dy");
      await tab.shows(/^ready$/m);
      await context.setOffline(true);
      proxy.refuse();
      await tab.is("offline", "connecting", "suspect");
      await tab.run("n=$((n+1)); echo n=$n same=$((shell==$$))");
      await tab.page.locator(".banner").waitFor({ state: "visible" });
      await picture("4-offline");
      proxy.pass();
      await context.setOffline(false);
      await tab.isLive();
      await tab.shows("n=1 same=1");
      await picture("5-back");
    });

    test("a reload goes on in the same shell", async () => {
      await tab.run("clear; echo before the reload");
      await tab.shows(/^before the reload$/m);
      await tab.page.reload();
      await tab.focus();
      await tab.isLive();
      await tab.shows(/^before the reload$/m);
      await tab.run("echo again=$((shell==$$))");
      await tab.shows("again=1");
    });

    test("two tabs on one terminal show the same", async () => {
      const other = await Tab.open(context);
      await other.page.goto(tab.page.url());
      await other.isLive();
      await tab.page.bringToFront();
      await tab.focus();
      await tab.run("clear; echo typed in the one");
      await other.shows(/^typed in the one$/m);
      await other.page.bringToFront();
      await other.focus();
      await other.run("echo typed in the other");
      await tab.shows(/^typed in the other$/m);
      assert.deepEqual(other.errors, []);
      await other.page.close();
      await tab.page.bringToFront();
      await tab.focus();
    });

    test("the gateway is killed with -9: the same shell goes on", async () => {
      await tab.run("clear; m=0");
      await gateway.kill();
      await tab.is("offline", "connecting", "suspect");
      await tab.run("m=$((m+1)); echo m=$m same=$((shell==$$))");
      await gateway.restart();
      await tab.isLive();
      await tab.shows("m=1 same=1");
      await picture("6-killed");
    });

    test("the page threw no error in all this", () => {
      assert.deepEqual(tab.errors, []);
    });
  });
}
