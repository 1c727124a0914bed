// What the page promises beyond the terminal in it: the door, the list, the link's state, the keys of a phone.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { launch, SIZES, Tab } from "../harness/browser.mjs";
import { Gateway } from "../harness/gateway.mjs";
import { Proxy } from "../harness/proxy.mjs";
import { test } from "../harness/test.mjs";

for (const [size, options] of Object.entries(SIZES)) {
  describe(`the page on a ${size}`, () => {
    let gateway, proxy, browser, context, tab;
    const throughProxy = (link) => link.replace(gateway.listen, proxy.listen);
    const picture = (step) => tab.picture(`${size}-page-${step}`);

    before(async () => {
      gateway = await Gateway.start();
      proxy = await Proxy.start(gateway.listen);
      browser = await launch();
      context = await browser.newContext({ ...options, colorScheme: "dark" });
      tab = await Tab.open(context);
    });

    after(async () => {
      await browser?.close();
      await proxy?.end();
      await gateway?.end();
    });

    /** Runs a command and waits for its last line. */
    const answer = async (command, pattern) => {
      await tab.run(`clear; ${command}`);
      return (await tab.shows(pattern)).match(pattern)[0];
    };

    test("the door names the machine, and keeps the code out of the address bar", async () => {
      await tab.page.goto(throughProxy(gateway.link));
      await tab.page.getByText(proxy.listen).waitFor();
      assert.equal(await tab.page.evaluate(() => location.hash), "");
      await picture("1-door");
      await tab.page.getByRole("button", { name: "Pair" }).click();
      await tab.focus();
      await tab.isLive();
    });

    test("a link that was used says so, and what to run", async () => {
      const late = await Tab.open(await browser.newContext(options));
      await late.page.goto(throughProxy(gateway.link));
      await late.page.getByRole("button", { name: "Pair" }).click();
      await late.page.getByText("devtail pair").waitFor();
      assert.match(await late.page.getByRole("alert").innerText(), /used before/);
      await late.page.context().close();
    });

    test("a browser that is not paired is told how to get in", async () => {
      const stranger = await Tab.open(await browser.newContext(options));
      await stranger.page.goto(`http://${proxy.listen}/`);
      await stranger.page.getByText("devtail pair").waitFor();
      await stranger.page.context().close();
    });

    test("a query is answered once, by the host, and never by the page", async () => {
      const ask = (mark, query) => `stty raw -echo; printf '${query}'; IFS= read -r -d '' -t 1 got; stty sane; printf '${mark}:%q\\n' "$got"`;
      assert.equal(await answer(ask("one", "\\033[5n"), /^one:.+$/m), "one:$'\\E[0n'");
      assert.equal(await answer(ask("none", "\\033[?1004h\\033[?1004l"), /^none:.+$/m), "none:''");
    });

    test("the title is the terminal's, until the program says another", async () => {
      await tab.run("printf '\\033]2;at work\\007'; read -r -t 60");
      await tab.page.waitForFunction(() => document.title.startsWith("at work"));
      await tab.page.keyboard.press("Enter");
    });

    test("offline says when it is back and how many keys wait", async () => {
      await answer("echo settled", /^settled$/m);
      proxy.refuse();
      await tab.is("offline", "connecting");
      await tab.type("echo fi''ve");
      const banner = tab.page.getByText(/Offline, back in \d+ s · 11 keys waiting/);
      await banner.waitFor();
      await picture("2-offline");
      proxy.pass();
      await tab.page.keyboard.press("Enter");
      await tab.isLive();
      await tab.shows(/^five$/m);
      await tab.page.locator(".banner").waitFor({ state: "hidden" });
    });

    test("a silent link is told apart, and a second one takes over", async () => {
      await tab.run("clear");
      proxy.stall();
      // What was on its way when the wire stalled still counts as life, so one question may not be enough.
      const asked = () => (dispatchEvent(new Event("online")), document.querySelector(".dot").dataset.state === "suspect");
      await tab.page.waitForFunction(asked, undefined, { polling: 200 });
      await tab.page.getByText(/Last contact \d+ s ago/).waitFor();
      await tab.type("echo si''lent");
      await picture("3-silent");
      proxy.cut();
      proxy.pass();
      await tab.isLive();
      await tab.page.keyboard.press("Enter");
      const screen = await tab.shows(/^silent$/m);
      assert.equal(screen.match(/^silent$/gm).length, 1);
    });

    test("what was typed and not acknowledged survives a reload, once", async () => {
      const file = `/tmp/devtail-reload-${process.pid}-${size}`;
      await tab.run("clear");
      proxy.refuse();
      await tab.is("offline", "connecting");
      await tab.run(`echo once >> ${file}`);
      proxy.pass();
      await tab.page.reload();
      await tab.focus();
      await tab.isLive();
      assert.equal(await answer(`cat ${file}; wc -l < ${file}; rm ${file}`, /^once\n\d+$/m), "once\n1");
    });

    test("what was written and not sent survives a reload, until it is sent", async () => {
      const written = tab.page.getByRole("textbox", { name: "Written and not sent" });
      await tab.page.getByRole("button", { name: "More", exact: true }).click();
      await tab.page.getByRole("button", { name: "Write before sending" }).click();
      await written.fill("echo a dra''ft");
      await tab.page.reload();
      await tab.isLive();
      assert.equal(await written.inputValue(), "echo a dra''ft");
      await tab.page.getByRole("button", { name: "Type it" }).click();
      await written.waitFor({ state: "hidden" });
      await tab.page.keyboard.press("Enter");
      await tab.shows(/^a draft$/m);
      await tab.page.reload();
      await tab.isLive();
      await tab.shows(/^a draft$/m);
      assert.equal(await written.isVisible(), false);
      await tab.focus();
    });

    test("who looks up again and again without a link is no worse off once it is back", async () => {
      await answer("seq 300; echo sett''led", /^settled$/m);
      await tab.page.reload();
      await tab.focus();
      await tab.isLive();
      proxy.refuse();
      await tab.is("offline", "connecting");
      const [x, y] = await tab.at("settled");
      await tab.page.mouse.move(x, y);
      for (let looks = 0; looks < 20; looks++) {
        await tab.page.mouse.wheel(0, -100);
        await tab.page.evaluate(() => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next))));
        await tab.type("x");
      }
      proxy.pass();
      await tab.page.keyboard.press("Control+u");
      await tab.run("echo ba''ck");
      await tab.shows(/^back$/m);
      assert.deepEqual(tab.errors, []);
    });

    test("a duplicated tab is an instance of its own", async () => {
      const copy = await Tab.open(context);
      // What a browser does on "duplicate": the same address and a copy of the tab's storage.
      const storage = await tab.page.evaluate(() => JSON.stringify(sessionStorage));
      await copy.page.addInitScript((items) => Object.assign(sessionStorage, JSON.parse(items)), storage);
      await copy.page.goto(tab.page.url());
      await copy.isLive();
      await copy.focus();
      await copy.run("clear; echo from the copy");
      await tab.shows(/^from the copy$/m);
      await tab.is("live");
      await copy.page.close();
    });

    test("the keys of a phone type what they say", async () => {
      const keys = tab.page.getByRole("toolbar", { name: "Extra keys" });
      if (size !== "phone") return assert.equal(await keys.isVisible(), false, "a keyboard has them all");
      await tab.focus();
      await tab.run("clear; cat -v");
      await keys.getByRole("button", { name: "Control, for the next key" }).click();
      await tab.type("v");
      await keys.getByRole("button", { name: "Left" }).click();
      await keys.getByRole("button", { name: "Escape" }).click();
      await tab.page.keyboard.press("Enter");
      await tab.shows(/\^\[\[D/);
      await keys.getByRole("button", { name: "Control C" }).click();
      await answer("echo out of cat", /^out of cat$/m);
    });

    test("a key that repeats while it is held does nothing more when it is let go", async () => {
      const left = tab.page.getByRole("button", { name: "Left", exact: true });
      if (size !== "phone") return assert.equal(await left.isVisible(), false);
      await tab.page.evaluate(() => {
        window.presses = 0;
        navigator.vibrate = () => (window.presses += 1);
        addEventListener("pointerup", () => (window.atEnd = window.presses), { capture: true, once: true });
      });
      await left.hover();
      await tab.page.mouse.down();
      await tab.page.waitForFunction(() => window.presses > 2);
      await tab.page.mouse.up();
      const [presses, atEnd] = await tab.page.evaluate(() => [window.presses, window.atEnd]);
      assert.equal(presses, atEnd);
      await left.click();
      assert.equal(await tab.page.evaluate(() => window.presses), atEnd + 1);
    });

    test("a question is not lost among those of a program", async () => {
      // A newer page is ready: the worker that controls this one changes.
      await tab.page.evaluate(() => navigator.serviceWorker.dispatchEvent(new Event("controllerchange")));
      const question = tab.page.getByText("A newer version of this page is ready.");
      await question.waitFor();
      await tab.page.evaluate(() => (navigator.clipboard.writeText = () => Promise.reject(new Error("no"))));
      await tab.focus();
      await tab.run("clear; for text in YQ== YWE= YWFh YWFhYQ== YWFhYWE=; do printf '\\033]52;c;%s\\007' $text; done; echo cop''ied");
      await tab.shows(/^copied$/m);
      await tab.page.getByText("wants to copy 5 characters").waitFor();
      assert.equal(await tab.page.getByText(/wants to copy/).count(), 1);
      await question.waitFor();
      await tab.page.getByRole("button", { name: "Ignore" }).click();
      await tab.page.getByRole("button", { name: "Later" }).click();
      await tab.page.evaluate(() => delete navigator.clipboard.writeText);
      await tab.focus();
    });

    test("output that scrolled by is found again", async () => {
      await tab.run("clear; seq 500");
      await tab.shows(/^500$/m);
      if (size === "phone") {
        await swipe(context, tab.page, 400);
      } else {
        await tab.page.keyboard.press("Shift+PageUp");
      }
      await tab.shows(/^4[0-4]\d$/m);
      await tab.page.keyboard.press("Enter");
      await tab.shows(/^500$/m);
    });

    test("a flood is shown to its end, and another stopped by ^C", async () => {
      await tab.run("clear; head -c 3000000 /dev/urandom | base64; echo fl''ood");
      await tab.shows(/^flood$/m);
      await tab.run("yes fl''owing");
      await tab.shows(/^flowing$/m);
      await tab.page.keyboard.press("Control+c");
      await answer("echo stop''ped", /^stopped$/m);
    });

    test("a paste above 1 MiB arrives whole", async () => {
      const file = `/tmp/devtail-paste-${process.pid}-${size}`;
      const lines = Array.from({ length: 15_000 }, (_, number) => String(number).padStart(99, "."));
      const count = `echo "size:$(wc -c < ${file}) last:$(tail -n 1 ${file} | tr -d .)"`;
      await tab.run(`clear; stty -echo; echo rea''dy; cat > ${file}; stty echo; ${count}; rm ${file}`);
      await tab.shows(/^ready$/m);
      await tab.paste(lines.map((line) => `${line}\n`).join(""));
      await tab.page.keyboard.press("Control+d");
      await tab.shows(/^size:1500000 last:14999$/m);
    });

    test("a program sets the clipboard", async () => {
      await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: `http://${proxy.listen}` });
      await tab.run("printf '\\033]52;c;%s\\007' $(printf 'copied far away' | base64)");
      await tab.page.getByText("Copied to the clipboard.").waitFor();
      assert.equal(await tab.page.evaluate(() => navigator.clipboard.readText()), "copied far away");
    });

    test("terminals are listed, named, and ended after a question", async () => {
      const shell = Number((await answer("echo pid:$$", /^pid:\d+$/m)).slice(4));
      const back = tab.page.getByRole("button", { name: "All terminals" });
      if (await back.isVisible()) await back.click();
      await tab.page.getByRole("button", { name: /^Rename/ }).click();
      await tab.page.getByRole("textbox", { name: "Name" }).fill("workbench");
      await tab.page.getByRole("button", { name: "Save" }).click();
      const end = tab.page.getByRole("button", { name: "End workbench" });
      await end.waitFor();
      await picture("4-list");
      await end.click();
      await picture("5-question");
      await tab.page.getByRole("button", { name: "End it" }).click();
      await end.waitFor({ state: "detached" });
      await endOf(shell);
    });

    test("a browser that was revoked is told so at the door", async () => {
      await tab.isLive();
      await gateway.revoke("Chrome on Linux");
      await tab.page.getByText("devtail pair").waitFor();
      await picture("6-revoked");
    });

    test("the page threw no error in all this", () => {
      assert.deepEqual(tab.errors, []);
    });
  });
}

/** A finger on the screen, which playwright has not: down by so many pixels. */
async function swipe(context, page, pixels) {
  const devtools = await context.newCDPSession(page);
  const finger = (type, y) => devtools.send("Input.dispatchTouchEvent", { type, touchPoints: y === undefined ? [] : [{ x: 180, y }] });
  await finger("touchStart", 200);
  for (let moved = 20; moved <= pixels; moved += 20) await finger("touchMove", 200 + moved);
  await finger("touchEnd");
}

/** Waits until a process is gone. */
async function endOf(pid) {
  const within = AbortSignal.timeout(10_000);
  while (isThere(pid)) {
    within.throwIfAborted();
    await new Promise((next) => setImmediate(next));
  }
}

function isThere(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
