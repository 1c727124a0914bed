// Hand-off between two browser profiles: the link, the same place, the draft, and who types next.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { launch, SIZES, Tab } from "../harness/browser.mjs";
import { Gateway } from "../harness/gateway.mjs";
import { test } from "../harness/test.mjs";

describe("a hand-off from a phone to a laptop and back", () => {
  let gateway, browser, phone, phoneAgain, laptop;

  before(async () => {
    gateway = await Gateway.start();
    browser = await launch();
    phone = await Tab.open(await browser.newContext({ ...SIZES.phone, colorScheme: "dark" }));
    laptop = await Tab.open(await browser.newContext({ ...SIZES.laptop, colorScheme: "light" }));
    await phone.pair(gateway.link, "phone");
  });

  after(async () => {
    await browser?.close();
    await gateway?.end();
  });

  /** Opens the sheet and reads the link from it. */
  const offered = async (tab) => {
    await tab.page.getByRole("button", { name: "More", exact: true }).click();
    await tab.page.getByRole("button", { name: "Continue on another device" }).click();
    const field = tab.page.getByRole("textbox", { name: "Link" });
    await field.waitFor();
    return field.inputValue();
  };

  /** The first whole number on the screen: which row it begins with, after `seq`. */
  const firstNumber = async (tab) => Number((await tab.text()).match(/^\d+$/m)[0]);

  let link;

  test("the sheet shows a code, the link and the seconds that are left", async () => {
    await phone.run("cd /tmp; clear; echo in''-the-shell");
    await phone.shows(/^in-the-shell$/m);
    await phone.page.getByRole("button", { name: "More", exact: true }).click();
    await phone.picture("handoff-1-menu");
    await phone.page.getByRole("button", { name: "Write before sending" }).click();
    await phone.page.getByRole("textbox", { name: "Written and not sent" }).fill("echo dra''ft");
    link = await offered(phone);
    assert.match(link, new RegExp(`^http://${gateway.listen}/#handoff=[\\w-]{22}$`));
    await phone.page.getByRole("img", { name: "QR code of the link" }).waitFor();
    await phone.page.getByText(/Holds for [1-6]?\d s/).waitFor();
    await phone.picture("handoff-2-sheet");
  });

  test("a browser that is not paired goes on in the same place, and can type within a second", async () => {
    const began = performance.now();
    await laptop.page.goto(link);
    await laptop.shows(/^in-the-shell$/m);
    await laptop.page.keyboard.type("pwd\n");
    await laptop.shows(/^\/tmp$/m);
    const took = performance.now() - began;
    assert.equal(await laptop.page.evaluate(() => location.hash.includes("handoff")), false, "the ticket left the address bar");
    assert.equal(await laptop.page.getByRole("textbox", { name: "Written and not sent" }).inputValue(), "echo dra''ft");
    await laptop.picture("handoff-3-laptop");
    console.log(`# hand-off: from the link to the first key's echo in ${Math.round(took)} ms`);
  });

  test("the draft is typed on a person's word only, and once", async () => {
    await laptop.page.getByRole("button", { name: "Type it" }).click();
    await laptop.page.getByRole("textbox", { name: "Written and not sent" }).waitFor({ state: "hidden" });
    await laptop.page.keyboard.press("Enter");
    const screen = await laptop.shows(/^draft$/m);
    assert.equal(screen.match(/^draft$/gm).length, 1);
  });

  test("the link opens nothing a second time", async () => {
    const late = await Tab.open(await browser.newContext(SIZES.laptop));
    await late.page.goto(link);
    await late.page.getByText(/opened before, or is older than a minute/).waitFor();
    await late.picture("handoff-4-spent");
    await late.page.context().close();
  });

  test("back on the phone, which is enrolled, no second device comes to be", async () => {
    const devices = await gateway.devices();
    const back = await offered(laptop);
    await laptop.picture("handoff-5-laptop-sheet");
    const tab = await Tab.open(phone.page.context());
    phoneAgain = tab;
    await tab.page.goto(back);
    await tab.shows(/^draft$/m);
    await tab.isLive();
    await tab.focus();
    await tab.run("echo on the ph''one");
    await laptop.shows(/^on the phone$/m);
    assert.deepEqual((await gateway.devices()).map(({ id }) => id), devices.map(({ id }) => id));
    assert.equal(devices.length, 2);
  });

  test("who handed over only looks on, and is told so when it types", async () => {
    await laptop.page.getByRole("button", { name: "Close", exact: true }).click();
    await laptop.focus();
    await laptop.page.keyboard.type("x");
    await laptop.page.getByText(/drives this terminal; nothing was typed/).waitFor();
    assert.doesNotMatch(await laptop.text(), /# x/);
  });

  test("a terminal that is scrolled back is shown at the same row", async () => {
    await phoneAgain.run("clear; seq 300");
    await phoneAgain.shows(/^300$/m);
    await phoneAgain.page.mouse.move(100, 200);
    for (let turns = 0; turns < 10; turns += 1) await phoneAgain.page.mouse.wheel(0, -200);
    await phoneAgain.shows(/^241$/m);
    const link = await offered(phoneAgain);
    const top = await firstNumber(phoneAgain);
    assert.ok(top < 250, `the first row in sight says ${top}`);
    await phoneAgain.picture("handoff-6-scrolled");
    const desk = await Tab.open(laptop.page.context());
    await desk.page.goto(link);
    await desk.shows(new RegExp(`^${top}$`, "m"));
    assert.equal(await firstNumber(desk), top);
    await desk.picture("handoff-7-scrolled-desk");
    assert.deepEqual(desk.errors, []);
  });

  test("the pages threw no error in all this", () => {
    assert.deepEqual([...phone.errors, ...laptop.errors], []);
  });
});
