// What is typed, by whatever keyboard, is what the program gets: nothing doubled, nothing lost.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { launch, SIZES, Tab } from "../harness/browser.mjs";
import { Fingers } from "../harness/fingers.mjs";
import { Gateway } from "../harness/gateway.mjs";
import { test } from "../harness/test.mjs";

const ANDROID = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36";
const hex = (text) => Buffer.from(text).toString("hex");

for (const [size, options] of Object.entries(SIZES)) {
  describe(`typing on a ${size}`, () => {
    let gateway, browser, context, tab, fingers;

    before(async () => {
      gateway = await Gateway.start();
      browser = await launch();
      context = await browser.newContext(options);
      tab = await Tab.open(context);
      await tab.pair(gateway.link, size);
      fingers = await Fingers.on(context, tab.page);
    });

    after(async () => {
      await browser?.close();
      await gateway?.end();
    });

    /** What a program hears while `act` runs must be exactly this text; what came too much would be in the next test's way. */
    const hears = async (text, act, modes) => {
      const end = "\x04";
      const got = await tab.hears(Buffer.byteLength(text + end), async () => {
        await act();
        await tab.page.keyboard.press("Control+d");
      }, modes);
      assert.equal(got, hex(text + end));
    };
    const press = (...keys) => async () => {
      for (const key of keys) await tab.page.keyboard.press(key);
    };

    test("Japanese: shown underlined at the cursor while it is composed, sent once when it is taken", async () => {
      await hears("漢字", async () => {
        await fingers.preedit("かんじ");
        const preedit = tab.page.locator(".pane:not([hidden]) .preedit");
        assert.equal(await preedit.innerText(), "かんじ");
        assert.match(await preedit.evaluate((element) => getComputedStyle(element).textDecorationLine), /underline/);
        await tab.picture(`${size}-typing-1-preedit`);
        await fingers.compose("漢字");
        await preedit.waitFor({ state: "hidden" });
      });
    });

    test("Chinese: the letters of pinyin are not sent", async () => {
      await hears("你好", () => fingers.compose("n", "ni", "ni'hao", "你好"));
    });

    test("Korean: syllable by syllable", async () => {
      await hears("한글", async () => {
        await fingers.compose("ㅎ", "하", "한");
        await fingers.compose("ㄱ", "그", "글");
      });
    });

    test("a composition that is given up leaves nothing", async () => {
      await hears("x", async () => {
        await fingers.preedit("か");
        await fingers.preedit("");
        await tab.type("x");
      });
    });

    test("texts without keys, as suggestions and dictation bring them", async () => {
      await hears("git status -s", async () => {
        await fingers.insert("git status");
        await tab.type(" -s");
      });
    });

    test("hardware keys: functions, arrows with modifiers, control characters, Meta", async () => {
      await hears("\x1bOP\x1b[15~\x1b[24~", press("F1", "F5", "F12"));
      await hears("\x1b[A\x1b[1;5C\x1b[1;2D\x1b[1;3A", press("ArrowUp", "Control+ArrowRight", "Shift+ArrowLeft", "Alt+ArrowUp"));
      await hears("\x1b[H\x1b[F\x1b[3~\x1b[5~\x1b[2~", press("Home", "End", "Delete", "PageUp", "Insert"));
      await hears("\0\x01\x1f\x1bb\x1b[Z\x7f\b", press("Control+Space", "Control+a", "Control+/", "Alt+b", "Shift+Tab", "Backspace", "Control+Backspace"));
      await hears("aA@é{\r\t\x1b", async () => {
        await tab.type("aA@é{");
        await press("Enter", "Tab", "Escape")();
      });
    });

    test("Ctrl and Alt of the key row: for one key, or locked for all", async () => {
      const row = tab.page.getByRole("toolbar", { name: "Extra keys" });
      if (size !== "phone") return assert.equal(await row.isVisible(), false);
      const button = (name) => row.getByRole("button", { name });
      const pressed = (name) => button(name).getAttribute("aria-pressed");
      await hears("\x01b", async () => {
        await button(/^Control,/).click();
        assert.equal(await pressed(/^Control,/), "true");
        await tab.type("a");
        assert.equal(await pressed(/^Control,/), "false");
        await tab.type("b");
      });
      await hears("\x01\x02\x1b[1;5Dc", async () => {
        await button(/^Control,/).dblclick();
        assert.match(await button(/^Control,/).getAttribute("aria-label"), /locked/);
        await tab.picture("phone-typing-2-locked");
        await tab.type("ab");
        await button("Left").click();
        await button(/^Control,/).click();
        await tab.type("c");
      });
      await hears("\x1bx\x1b[Z|", async () => {
        await button(/^Alt,/).click();
        await tab.type("x");
        await button(/^Shift,/).click();
        await button("Tab").click();
        await button("Pipe").click();
      });
      await hears("\x03", async () => {
        await button(/^Control,/).click();
        // A soft keyboard that composes every letter: Ctrl does not wait for the word's end.
        await fingers.compose("c");
      });
    });

    test("a paste is typed in its brackets, and cannot end them", async () => {
      await hears("\x1b[200~one\rtwo\x1b[201~", () => tab.paste("one\ntw\x1b[201~o"), "\\033[?2004h");
      // What is left where an end was taken out must be no end either.
      await hears("\x1b[200~[201~rm\r\x1b[201~", () => tab.paste("\x1b[20\x1b[201~1~rm\n"), "\\033[?2004h");
    });

    test("what is selected on the screen is not deleted by what is typed then", async () => {
      // xterm.js keeps what a mouse or two taps select in the text field, itself selected, for the browser to copy.
      const select = async () => {
        const [x, y] = await tab.at("ears");
        if (size === "laptop") return tab.page.mouse.dblclick(x, y);
        await fingers.tapTwice([x, y]);
      };
      await hears("漢字x", async () => {
        await select();
        await fingers.compose("かんじ", "漢字");
        await tab.type("x");
      });
      await hears("git status", async () => {
        await select();
        await fingers.insert("git status");
      });
    });

    test("the page threw no error in all this", () => assert.deepEqual(tab.errors, []));
  });
}

describe("typing on Android", () => {
  let gateway, browser, context, tab, fingers;

  before(async () => {
    gateway = await Gateway.start();
    browser = await launch();
    context = await browser.newContext({ ...SIZES.phone, userAgent: ANDROID });
    tab = await Tab.open(context);
    await tab.pair(gateway.link, "Android");
    fingers = await Fingers.on(context, tab.page);
  });

  after(async () => {
    await browser?.close();
    await gateway?.end();
  });

  test("each letter of a word under composition goes at once, once", async () => {
    const got = await tab.hears(3, async () => {
      for (const text of ["l", "ls", "lsx"]) await fingers.preedit(text);
    });
    assert.equal(got, hex("lsx"));
    // The keyboard still composes its word; taking it changes nothing.
    await fingers.insert("lsx");
    await tab.page.keyboard.press("Control+u");
  });

  test("a word that is corrected is corrected in the program", async () => {
    await tab.run("clear; echo rea''dy; cat");
    await tab.shows(/^ready$/m);
    for (const text of ["h", "he", "hex", "he", "hel"]) await fingers.preedit(text);
    await fingers.insert("hello");
    await tab.page.keyboard.press("Enter");
    await tab.shows(/^hello\nhello$/m);
    await tab.page.keyboard.press("Control+d");
  });

  test("Japanese is held until it is taken, here as well", async () => {
    const got = await tab.hears(Buffer.byteLength("日本"), () => fingers.compose("ｎ", "に", "にほ", "日本"));
    assert.equal(got, hex("日本"));
  });
});
