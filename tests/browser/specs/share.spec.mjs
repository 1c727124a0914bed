// A read-only link: made on a phone, opened by somebody else, ended by its owner.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { launch, SIZES, Tab } from "../harness/browser.mjs";
import { Gateway } from "../harness/gateway.mjs";
import { test } from "../harness/test.mjs";

describe("a shared terminal", () => {
  let gateway, browser, owner, guest, link;

  before(async () => {
    gateway = await Gateway.start();
    browser = await launch();
    owner = await Tab.open(await browser.newContext({ ...SIZES.phone, colorScheme: "dark" }));
    guest = await Tab.open(await browser.newContext({ ...SIZES.laptop, colorScheme: "light" }));
    await owner.pair(gateway.link, "owner");
  });

  after(async () => {
    await browser?.close();
    await gateway?.end();
  });

  test("the sheet asks for how long, and shows the link", async () => {
    await owner.run("clear; echo for''-all-to-see");
    await owner.shows(/^for-all-to-see$/m);
    await owner.page.getByRole("button", { name: "More", exact: true }).click();
    await owner.picture("share-1-menu");
    await owner.page.getByRole("button", { name: "Share, read only" }).click();
    const field = owner.page.getByRole("textbox", { name: "Link" });
    await field.waitFor();
    await owner.page.getByText("Over in 60 min").waitFor();
    await owner.page.getByRole("radio", { name: "15 min" }).check({ force: true });
    await owner.page.getByText("Over in 15 min").waitFor();
    link = await field.inputValue();
    assert.match(link, new RegExp(`^http://${gateway.listen}/#share=[\\w-]{22}$`));
    await owner.picture("share-2-sheet");
  });

  test("whoever opens it sees the terminal and what is printed, and nothing else", async () => {
    await guest.page.goto(link);
    await guest.shows(/^for-all-to-see$/m);
    assert.equal(await guest.page.evaluate(() => location.hash), "");
    await guest.page.getByText(/Read only, until/).waitFor();
    assert.equal(await guest.page.getByRole("navigation", { name: "Terminals" }).count(), 0);
    assert.equal(await guest.page.getByRole("button", { name: "More", exact: true }).count(), 0);
    assert.equal(await guest.page.getByRole("button", { name: "Take over" }).count(), 0);
    await guest.picture("share-3-guest");
  });

  test("what a guest types goes nowhere, and its window changes no size", async () => {
    await owner.page.getByRole("button", { name: "Close", exact: true }).click();
    await guest.focus();
    await guest.page.keyboard.type("echo intr''uder\n");
    await owner.focus();
    await owner.run("clear; stty size; echo do''ne");
    const screen = await owner.shows(/^done$/m);
    assert.doesNotMatch(screen, /intruder/);
    assert.ok(Number(screen.match(/^\d+ (\d+)$/m)[1]) < 80, "the phone's width");
    await guest.shows(/^done$/m);
  });

  test("a reload brings the guest back, as the same guest", async () => {
    await guest.page.reload();
    await guest.shows(/^done$/m);
    const devices = await gateway.devices();
    assert.equal(devices.filter(({ share }) => share).length, 1);
  });

  test("the owner ends it, and the guest is told at once", async () => {
    const { id } = (await gateway.shares())[0];
    const began = performance.now();
    await gateway.unshare(id);
    await guest.page.getByText("The owner has ended the sharing.").waitFor();
    console.log(`# a guest is out after ${Math.round(performance.now() - began)} ms, devtail unshare included`);
    await guest.picture("share-4-over");
    const late = await Tab.open(await browser.newContext(SIZES.laptop));
    await late.page.goto(link);
    await late.page.getByText(/This link is over/).waitFor();
    await late.page.context().close();
  });

  test("the pages threw no error in all this", () => {
    assert.deepEqual([...owner.errors, ...guest.errors], []);
  });
});
