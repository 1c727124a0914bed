// One terminal on two devices: who drives is said on both, and one tap takes over.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { launch, SIZES, Tab } from "../harness/browser.mjs";
import { Gateway } from "../harness/gateway.mjs";
import { test } from "../harness/test.mjs";

describe("a terminal on a phone and a laptop at once", () => {
  let gateway, browser, phone, laptop;

  before(async () => {
    gateway = await Gateway.start();
    browser = await launch();
    phone = await Tab.open(await browser.newContext({ ...SIZES.phone, colorScheme: "dark" }));
    laptop = await Tab.open(await browser.newContext({ ...SIZES.laptop, colorScheme: "light" }));
    await phone.pair(gateway.link, "Ann's phone");
    await phone.run("cd /tmp; clear; echo on the ph''one");
    await phone.shows(/^on the phone$/m);
    await laptop.pair(await gateway.pair(), "Ann's laptop");
    await laptop.shows(/^on the phone$/m);
  });

  after(async () => {
    await browser?.close();
    await gateway?.end();
  });

  /** Where a tab says who drives, and the button to take over. */
  const driver = (tab, name) => tab.page.locator(".driving").filter({ hasText: `${name} drives` });
  const takeOver = (tab) => tab.page.getByRole("main").getByRole("button", { name: "Take over" });

  test("who looks on is told who drives, and who drives is asked nothing", async () => {
    await driver(laptop, "Ann's phone").waitFor();
    assert.equal(await takeOver(phone).isVisible(), false);
    await phone.picture("takeover-1-phone");
    await laptop.picture("takeover-2-laptop");
  });

  test("what is typed by who looks on goes nowhere, and it says so", async () => {
    await laptop.type("x");
    await laptop.page.getByText(/Ann's phone drives this terminal; nothing was typed/).waitFor();
    await laptop.picture("takeover-3-refused");
    await phone.focus();
    await phone.run("clear; stty size; echo ph''one");
    const screen = await phone.shows(/^phone$/m);
    assert.doesNotMatch(screen, /\$ x/);
    assert.ok(Number(screen.match(/^\d+ (\d+)$/m)[1]) < 80, "the phone's width");
  });

  test("one tap takes over: the size, the keys, and the word on both", async () => {
    await takeOver(laptop).click();
    await driver(laptop, "Ann's phone").waitFor({ state: "hidden" });
    await driver(phone, "Ann's laptop").waitFor();
    await laptop.focus();
    await laptop.run("clear; stty size; echo lap''top");
    const screen = await laptop.shows(/^laptop$/m);
    assert.ok(Number(screen.match(/^\d+ (\d+)$/m)[1]) > 80, "the laptop's width");
    await phone.shows(/^laptop$/m);
    await phone.picture("takeover-4-phone-looks-on");
    await laptop.picture("takeover-5-laptop-drives");
  });

  test("and back with one tap on the phone", async () => {
    await takeOver(phone).tap();
    await driver(phone, "Ann's laptop").waitFor({ state: "hidden" });
    await driver(laptop, "Ann's phone").waitFor();
    await phone.focus();
    await phone.run("clear; echo ba''ck");
    await laptop.shows(/^back$/m);
  });

  test("who is left alone is asked nothing, also after a reload", async () => {
    await laptop.page.context().close();
    await phone.page.reload();
    await phone.isLive();
    await phone.shows(/^back$/m);
    await phone.focus();
    await phone.run("clear; echo al''one");
    await phone.shows(/^alone$/m);
    assert.equal(await takeOver(phone).isVisible(), false);
    assert.deepEqual(phone.errors, []);
  });
});
