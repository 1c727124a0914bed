// Fingers on a phone: they select, change the size of the letters, turn to another terminal, and follow links.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { launch, SIZES, Tab } from "../harness/browser.mjs";
import { Fingers } from "../harness/fingers.mjs";
import { Gateway } from "../harness/gateway.mjs";
import { test } from "../harness/test.mjs";

describe("fingers on a phone", () => {
  let gateway, browser, context, tab, fingers;

  before(async () => {
    gateway = await Gateway.start();
    browser = await launch();
    context = await browser.newContext({ ...SIZES.phone, colorScheme: "dark" });
    tab = await Tab.open(context);
    await tab.pair(gateway.link, "phone");
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: `http://${gateway.listen}` });
    fingers = await Fingers.on(context, tab.page);
    await tab.run("PS1='$ '; clear; echo alpha beta-gamma del''ta; echo second line of wo''rds");
    await tab.shows(/^second line of words$/m);
  });

  after(async () => {
    await browser?.close();
    await gateway?.end();
  });

  const button = (name) => tab.page.getByRole("button", { name, exact: true });
  const copied = async () => {
    await button("Copy").click();
    await tab.page.getByText("Copied.").last().waitFor();
    return tab.page.evaluate(() => navigator.clipboard.readText());
  };
  const title = () => tab.page.locator("header .title").innerText();

  /** A finger goes sideways, and the page has come to rest. */
  const turn = async (from, to) => {
    await fingers.swipe(from, to);
    await tab.page.waitForFunction(() => document.getAnimations().length === 0);
  };

  test("a finger that stays selects the word, and Copy copies it", async () => {
    await fingers.hold(await tab.at("beta-gamma"));
    await tab.page.getByRole("toolbar", { name: "Selection" }).waitFor();
    await tab.picture("phone-touch-1-word");
    assert.equal(await copied(), "beta-gamma");
    await tab.page.getByRole("toolbar", { name: "Selection" }).waitFor({ state: "hidden" });
  });

  test("it goes on to the finger, and its handles move its ends", async () => {
    await fingers.hold(await tab.at("alpha"), await tab.at("beta-gamma"), await tab.at("delta"));
    const [x, y] = await tab.page.locator(".handle.end").boundingBox().then((box) => [box.x + box.width / 2, box.y + 10]);
    const [toX, toY] = await tab.at("words");
    await fingers.swipe([x, y], [toX + 20, toY + 22]);
    await tab.picture("phone-touch-2-handles");
    assert.equal(await copied(), "alpha beta-gamma delta\nsecond line of words");
  });

  test("all of it is selected, and typing takes the bar away", async () => {
    await fingers.hold(await tab.at("alpha"));
    await button("Select all").click();
    await tab.type("x");
    await tab.page.getByRole("toolbar", { name: "Selection" }).waitFor({ state: "hidden" });
    await tab.page.keyboard.press("Backspace");
  });

  test("Paste in the bar pastes", async () => {
    await tab.page.evaluate(() => navigator.clipboard.writeText("echo from the clip''board\n"));
    await fingers.hold(await tab.at("alpha"));
    await button("Paste").first().click();
    await tab.shows("from the clip''board");
    await tab.page.keyboard.press("Enter");
    await tab.shows(/^from the clipboard$/m);
  });

  test("two fingers change the size of the letters, the program hears of it, and the size is kept", async () => {
    const columns = async () => {
      await tab.run("clear; echo \"columns:$(tput cols)\"");
      return Number((await tab.shows(/^columns:\d+$/m)).match(/columns:(\d+)/)[1]);
    };
    const size = () => tab.page.locator(".xterm:visible .xterm-rows").evaluate((rows) => Number.parseFloat(getComputedStyle(rows).fontSize));
    const before = [await size(), await columns()];
    await fingers.pinch([195, 400], 100, 180);
    const large = await size();
    assert.ok(large > before[0] * 1.5, `${large} px is not much larger than ${before[0]} px`);
    let fewer = await columns();
    for (let tries = 0; fewer >= before[1] && tries < 20; tries++) fewer = await columns();
    assert.ok(fewer < before[1], `${fewer} columns are not fewer than ${before[1]}`);
    await tab.picture("phone-touch-3-large");
    await tab.page.reload();
    await tab.focus();
    await tab.isLive();
    assert.equal(await size(), large);
    await fingers.pinch([195, 400], 180, 100);
    assert.ok((await size()) < large);
  });

  test("a finger over the header, or in from the edge, turns to the other terminal", async () => {
    await tab.run("clear; printf '\\033]2;first\\007'; echo the fi''rst");
    await tab.shows(/^the first$/m);
    await button("All terminals").click();
    await button("New terminal").click();
    await tab.focus();
    await tab.run("clear; printf '\\033]2;second\\007'; echo the sec''ond");
    await tab.shows(/^the second$/m);
    await turn([100, 22], [280, 22]);
    await tab.shows(/^the first$/m);
    assert.equal(await title(), "first");
    await turn([386, 400], [200, 400]);
    await tab.shows(/^the second$/m);
    await turn([200, 22], [180, 22]);
    assert.equal(await title(), "second", "a short way turns to nothing");
  });

  test("a handle at the edge moves its end, and turns to nothing", async () => {
    await tab.run("clear; echo left-most wor''d X Y");
    await tab.shows(/^left-most word X Y$/m);
    await fingers.hold(await tab.at("left-most"), await tab.at("X"), await tab.at("Y"));
    const [x, y] = await tab.page.locator(".handle.start:visible").boundingBox().then((box) => [box.x + box.width / 2, box.y + 10]);
    const [toX] = await tab.at("X");
    await turn([Math.max(2, x), y], [toX, y]);
    assert.equal(await title(), "second");
    assert.equal(await copied(), "X Y");
  });

  test("the list says where something came that nobody saw", async () => {
    await tab.run("clear; read -r -t 2; echo ne''ws");
    await turn([100, 22], [280, 22]);
    await tab.shows(/^the first$/m);
    await button("All terminals").click();
    await tab.page.getByRole("button", { name: /New output.*second/ }).waitFor();
    await tab.picture("phone-touch-4-list");
    await tab.page.getByRole("button", { name: /New output.*second/ }).click();
    await tab.shows(/^news$/m);
    await tab.focus();
  });

  test("a link is followed after its address was shown, and only to the web", async () => {
    await tab.run("clear; printf 'see https://exa''mple.com/some?page=1\\n\\033]8;;https://example.org/hidden\\033\\\\the ma''nual\\033]8;;\\033\\\\n\\033]8;;javascript:alert(1)\\033\\\\a tr''ap\\033]8;;\\033\\\\\\n'");
    await tab.page.touchscreen.tap(...(await tab.at("example.com/some")));
    await tab.page.getByRole("dialog").getByText("https://example.com/some?page=1").waitFor();
    await tab.picture("phone-touch-5-link");
    await button("Cancel").click();
    await tab.page.touchscreen.tap(...(await tab.at("the manual")));
    await tab.page.getByRole("dialog").getByText("https://example.org/hidden").waitFor();
    await context.route("https://example.org/**", (route) => route.fulfill({ body: "the manual" }));
    const [opened] = await Promise.all([context.waitForEvent("page"), button("Open").click()]);
    await opened.waitForURL("https://example.org/hidden");
    assert.equal(await opened.evaluate(() => opener), null);
    await opened.close();
    await tab.page.touchscreen.tap(...(await tab.at("a trap")));
    await tab.page.getByText("neither http, https nor mailto").waitFor();
  });

  test("the page threw no error in all this", () => assert.deepEqual(tab.errors, []));
});
