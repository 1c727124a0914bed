// The page's main work, at both sizes: pair, type, see colours, edit in vim, resize, lose the network, reload, come back.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { launch, SIZES, Tab } from "../support/browser.mjs";
import { Gateway } from "../support/gateway.mjs";
import { Wire } from "../support/wire.mjs";

for (const [size, options] of Object.entries(SIZES)) {
  describe(`the page at ${options.viewport.width}×${options.viewport.height}`, { timeout: 180_000 }, () => {
    let gateway, wire, browser, context, tab, shell;

    before(async () => {
      gateway = await Gateway.start();
      wire = await Wire.to(gateway.listen);
      browser = await launch();
      context = await browser.newContext(options);
      tab = await Tab.open(context);
    });

    after(async () => {
      await browser?.close();
      await wire?.end();
      await gateway?.end();
    });

    test("pairs by a link, whose secret leaves the address bar, and is in a shell", async () => {
      const link = await gateway.pairingLink();
      await tab.page.goto(`${wire.origin}/${new URL(link).hash}`);
      await tab.page.getByLabel("This device is called").waitFor();
      assert.equal(await tab.page.evaluate(() => location.hash), "");
      await tab.picture(`${size}-1-pair`);
      await tab.page.getByRole("button", { name: "Pair" }).click();
      await tab.shown();
      await tab.isLinked("live");
      [shell] = await tab.run("echo $$");
      assert.match(shell, /^\d+$/);
      assert.match(await gateway.cli("devices", "--state", gateway.state, "--json"), /Chrome on Linux/);
    });

    test("a link that was used says so, and what to run", async () => {
      const link = await gateway.pairingLink();
      const other = await Tab.open(await browser.newContext(options));
      await other.pair(link, wire.origin);
      const late = await Tab.open(await browser.newContext(options));
      await late.page.goto(`${wire.origin}/${new URL(link).hash}`);
      await late.page.getByRole("button", { name: "Pair" }).click();
      await late.page.getByText("devtail pair").waitFor();
      await late.picture(`${size}-2-used-link`);
      await other.page.context().close();
      await late.page.context().close();
    });

    test("shows colours", async () => {
      await tab.type("clear; printf '\\033[31mred \\033[38;2;10;200;90mtrue \\033[0;1;4mbold\\033[0m\\n'\n");
      await tab.sees(/^red true bold$/m);
      const styles = await tab.page.evaluate(() => {
        const spans = [...document.querySelectorAll(".pane:not([hidden]) .xterm-rows span")];
        const of = (word) => spans.find((span) => span.textContent.trim() === word);
        const look = (span) => span && getComputedStyle(span);
        return { red: look(of("red"))?.color, true: look(of("true"))?.color, bold: look(of("bold"))?.fontWeight };
      });
      assert.notEqual(styles.red, styles.true);
      assert.ok(Number(styles.bold) >= 600, JSON.stringify(styles));
      await tab.picture(`${size}-3-colours`);
    });

    test("the shell knows the size that is seen", async () => {
      const [line] = await tab.run("stty size");
      const [rows, cols] = line.split(" ").map(Number);
      const shown = await tab.page.evaluate(() => document.querySelectorAll(".pane:not([hidden]) .xterm-rows > div").length);
      assert.equal(rows, shown);
      assert.ok(size === "phone" ? cols > 40 && cols < 60 : cols > 100, `${cols} columns`);
    });

    test("a resize reaches the shell", async () => {
      const { width, height } = options.viewport;
      const [before] = await tab.run("stty size");
      await tab.page.setViewportSize({ width, height: height - 300 });
      assert.ok(await tab.until(async () => (await tab.run("stty size"))[0] !== before), "the size stayed");
      await tab.page.setViewportSize({ width, height });
      assert.ok(await tab.until(async () => (await tab.run("stty size"))[0] === before), "the size did not come back");
    });

    test("edits in vim, and gets the screen back after it", async () => {
      await tab.type("clear; vim -u NONE -N note\n");
      await tab.sees(/~\n~/);
      await tab.type("ihello from vim\x1b");
      await tab.sees(/^hello from vim$/m);
      await tab.picture(`${size}-4-vim`);
      await tab.page.keyboard.type(":wq\n");
      assert.deepEqual(await tab.run("cat note"), ["hello from vim"]);
    });

    test("keys typed while offline arrive once, in order, when the network is back", async () => {
      wire.cut();
      await tab.isLinked("offline");
      await tab.type("echo typed-off''line\n");
      await tab.page.getByText(/keys waiting/).waitFor();
      await tab.picture(`${size}-5-offline`);
      wire.mend();
      await tab.isLinked("live");
      const screen = await tab.sees(/^typed-offline$/m);
      assert.equal(screen.match(/^typed-offline$/gm).length, 1);
      assert.deepEqual(await tab.run("echo $$"), [shell]);
    });

    test("a silent link is noticed at the next key, and replaced", async () => {
      wire.stall();
      await tab.type("echo through-the-st''all\n");
      await tab.page.evaluate(() => dispatchEvent(new Event("online")));
      await tab.isLinked("suspect");
      await tab.page.getByText(/Last contact/).waitFor();
      await tab.picture(`${size}-6-silent`);
      wire.mend();
      await tab.isLinked("live");
      const screen = await tab.sees(/^through-the-stall$/m);
      assert.equal(screen.match(/^through-the-stall$/gm).length, 1);
    });

    test("a reload goes on in the same shell, and sends what was not acknowledged once", async () => {
      wire.stall();
      await tab.type("echo over-the-re''load >> typed\n");
      wire.mode = "open";
      await tab.page.reload();
      await tab.shown();
      await tab.isLinked("live");
      assert.deepEqual(await tab.run("cat typed"), ["over-the-reload"]);
      assert.deepEqual(await tab.run("echo $$"), [shell]);
    });

    test("two tabs share one terminal: each sees what the other types", async () => {
      const second = await Tab.open(context);
      await second.page.goto(tab.page.url());
      await second.shown();
      await second.isLinked("live");
      await second.type("clear; echo from-the-sec''ond\n");
      await tab.sees(/^from-the-second$/m);
      await tab.type("echo from-the-fi''rst\n");
      await second.sees(/^from-the-first$/m);
      assert.deepEqual(await second.run("echo $$"), [shell]);
      await second.picture(`${size}-7-second-tab`);
      second.isWell();
      await second.page.close();
    });

    test("the gateway killed with -9: the same shell goes on", async () => {
      await tab.type("clear; count=41\n");
      await gateway.kill();
      await tab.type("echo count-$((count+1))\n");
      await gateway.up();
      await tab.isLinked("live");
      await tab.sees(/^count-42$/m);
      assert.deepEqual(await tab.run("echo $$"), [shell]);
      await tab.picture(`${size}-8-after-kill`);
    });

    test("a query is answered once, by the host, and never by the page", async () => {
      await tab.type("clear\n");
      const ask = (query) => `stty raw -echo; printf '${query}'; IFS= read -r -d '' -t 1 answer; stty sane; printf '%q\\n' "$answer"`;
      const [answers] = await tab.run(ask("\\033[5n"));
      assert.equal(answers, "$'\\E[0n'");
      const [none] = await tab.run(ask("\\033[?1004h\\033[?1004l\\033[14;2t"));
      assert.equal(none, "''");
    });

    test("is listed, named and ended", async () => {
      if (size === "phone") await tab.page.getByRole("button", { name: "All terminals" }).click();
      await tab.page.getByRole("button", { name: /^Rename/ }).first().click();
      await tab.page.getByLabel("Name").fill("workbench");
      await tab.page.getByRole("button", { name: "Save" }).click();
      await tab.page.getByRole("button", { name: "Rename workbench" }).waitFor();
      await tab.picture(`${size}-9-list`);
      await tab.page.getByRole("button", { name: "End workbench" }).click();
      await tab.page.getByRole("button", { name: "End it" }).click();
      await tab.page.getByRole("button", { name: "End workbench" }).waitFor({ state: "detached" });
      await assert.rejects(async () => process.kill(Number(shell), 0), "the shell still runs");
      tab.isWell();
    });
  });
}
