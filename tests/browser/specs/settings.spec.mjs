// What a person chooses is kept; tabs, shortcuts, and a screen reader's view.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { launch, SIZES, Tab } from "../harness/browser.mjs";
import { Gateway } from "../harness/gateway.mjs";
import { test } from "../harness/test.mjs";

for (const [size, options] of Object.entries(SIZES)) {
  describe(`settings on a ${size}`, () => {
    let gateway, browser, context, tab;

    before(async () => {
      gateway = await Gateway.start();
      browser = await launch();
      context = await browser.newContext({ ...options, colorScheme: "light" });
      tab = await Tab.open(context);
      await tab.pair(gateway.link, size);
    });

    after(async () => {
      await browser?.close();
      await gateway?.end();
    });

    const button = (name) => tab.page.getByRole("button", { name, exact: true });
    const open = async () => {
      await button("More").click();
      await button("Settings").click();
    };
    const close = () => button("Close").click();
    const ground = () => tab.page.locator(".xterm:visible .xterm-scrollable-element").evaluate((element) => getComputedStyle(element).backgroundColor);
    const choose = (group, label) => tab.page.getByRole("radiogroup", { name: group }).locator("label", { hasText: label }).click();

    test("colours follow the system until a person says otherwise, and then stay so", async () => {
      assert.equal(await ground(), "rgb(255, 255, 255)");
      await tab.page.emulateMedia({ colorScheme: "dark" });
      assert.equal(await ground(), "rgb(21, 23, 28)");
      await open();
      await choose("Colours", "Light");
      assert.equal(await ground(), "rgb(255, 255, 255)");
      await choose("Contrast", "High");
      await tab.picture(`${size}-settings-1-contrast`);
      await close();
      await tab.page.reload();
      await tab.focus();
      assert.deepEqual(await tab.page.evaluate(() => ({ ...document.documentElement.dataset })), { theme: "light", contrast: "more", keyRow: "auto" });
    });

    test("the letters' size and the extra keys are kept as well", async () => {
      const shown = () => tab.page.getByRole("toolbar", { name: "Extra keys" }).isVisible();
      const was = await shown();
      await open();
      const before = Number.parseFloat(await tab.page.locator("output").innerText());
      await button("Larger letters, A+").click();
      await choose("Extra keys", was ? "Never" : "Always");
      await close();
      assert.equal(await shown(), !was);
      await tab.page.reload();
      await tab.focus();
      await open();
      assert.equal(Number.parseFloat(await tab.page.locator("output").innerText()), before + 1);
      assert.equal(await shown(), !was);
      await choose("Extra keys", "On touch");
      await close();
    });

    test("a screen reader hears output, and its keys only once", async () => {
      await tab.isLive();
      await tab.focus();
      await open();
      await tab.page.getByRole("switch", { name: "Screen reader" }).click();
      await close();
      await tab.focus();
      await tab.page.evaluate(() => {
        globalThis.said = "";
        const region = document.querySelector(".live-region");
        globalThis.polite = region.getAttribute("aria-live");
        new MutationObserver(() => (globalThis.said += region.textContent)).observe(region, { childList: true, characterData: true, subtree: true });
      });
      await tab.type("echo output to he''ar");
      await tab.shows(/to he''ar/);
      await tab.page.waitForFunction(() => new Promise((next) => setTimeout(next, 300, true)));
      assert.doesNotMatch(await tab.page.evaluate(() => globalThis.said), /echo/);
      await tab.page.keyboard.press("Enter");
      await tab.page.waitForFunction(() => globalThis.said.includes("output to hear"));
      assert.ok(["polite", "assertive"].includes(await tab.page.evaluate(() => globalThis.polite)));
      await open();
      await tab.page.getByRole("switch", { name: "Screen reader" }).click();
      await close();
    });

    test("tabs and shortcuts on a wide screen", async () => {
      const tabs = tab.page.getByRole("navigation", { name: "Open terminals" });
      if (size === "phone") return assert.equal(await tabs.isVisible(), false);
      await tab.focus();
      await tab.run("clear; printf '\\033]2;one\\007'");
      await tabs.getByRole("button", { name: "one", exact: true }).waitFor();
      await tab.page.keyboard.press("Control+Shift+Enter");
      await tab.isLive();
      await tab.run("clear; printf '\\033]2;two\\007'; read -r -t 2; echo ne''ws");
      await tabs.getByRole("button", { name: "two", exact: true }).waitFor();
      await tab.picture("laptop-settings-2-tabs");
      await tab.page.keyboard.press("Control+Shift+ArrowLeft");
      await tab.page.waitForFunction(() => document.title.startsWith("one"));
      await tabs.getByRole("button", { name: /New output in.*two/ }).waitFor();
      await tab.page.keyboard.press("Control+Shift+2");
      await tab.shows(/^news$/m);
      await tab.run("clear; echo typed wi''thout a click");
      await tab.shows(/^typed without a click$/m);
      await tabs.getByRole("button", { name: "Close the tab of two" }).click();
      await tab.page.waitForFunction(() => document.title.startsWith("one"));
      await tab.page.getByRole("navigation", { name: "Terminals", exact: true }).getByRole("button", { name: /two/ }).first().click();
      await tab.shows(/^typed without a click$/m);
    });

    test("the page threw no error in all this", () => assert.deepEqual(tab.errors, []));
  });
}
