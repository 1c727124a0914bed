// The host's own tmux on the page: seen, worked in, and left as it was.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { launch, SIZES, Tab } from "../harness/browser.mjs";
import { Gateway } from "../harness/gateway.mjs";
import { test } from "../harness/test.mjs";

const WITHIN_MS = 30_000;

for (const [size, options] of Object.entries(SIZES)) {
  describe(`tmux on a ${size}`, () => {
    let gateway, browser, context, tab;
    const picture = (step) => tab.picture(`${size}-tmux-${step}`);
    const button = (name) => tab.page.getByRole("button", { name });
    const section = () => tab.page.getByRole("region", { name: "tmux" });

    /** Waits until tmux says this. */
    const until = async (words, pattern) => {
      const within = AbortSignal.timeout(WITHIN_MS);
      for (let said = ""; !pattern.test(said); ) {
        within.throwIfAborted();
        said = await gateway.tmux(...words);
      }
    };

    const showList = async () => {
      if (await button("All terminals").isVisible()) await button("All terminals").click();
      await tab.page.evaluate(() => dispatchEvent(new Event("focus")));
    };

    before(async () => {
      gateway = await Gateway.start();
      browser = await launch();
      context = await browser.newContext({ ...options, colorScheme: "dark" });
      tab = await Tab.open(context);
      await tab.pair(gateway.link, size);
    });

    after(async () => {
      await browser?.close();
      await gateway?.end();
    });

    test("a session that was begun elsewhere is seen, with its windows", async () => {
      await gateway.tmux("-f", "/dev/null", "new-session", "-d", "-s", "deploy: prod", "-c", "/tmp", "sh");
      await gateway.tmux("new-window", "-d", "-t", "deploy_ prod:", "-n", "logs 漢字", "-c", "/", "sh");
      await gateway.tmux("set-environment", "-t", "deploy_ prod", "SSH_AUTH_SOCK", "/kept");
      await showList();
      await section().getByText("2 windows · /tmp").waitFor();
      await button("1: logs 漢字").waitFor();
      await picture("1-list");
    });

    test("a tap works in it, and another shows its other window", async () => {
      await section().getByText("2 windows").click();
      await tab.focus();
      await tab.run("echo from''here");
      await tab.shows(/^fromhere$/m);
      await picture("2-attached");
      assert.match(await gateway.tmux("capture-pane", "-p", "-t", "deploy_ prod:0"), /fromhere/);
      await showList();
      await section().getByText("attached").waitFor();
      await button("1: logs 漢字").click();
      await until(["display-message", "-p", "-t", "deploy_ prod:", "#{window_index}"], /^1$/);
      await tab.focus();
      await tab.run("echo in''logs");
      await tab.shows(/^inlogs$/m);
      assert.equal(await gateway.tmux("list-clients", "-F", "x"), "x", "one terminal of ours shows both");
    });

    test("what is ended here is our terminal, and the session goes on", async () => {
      await showList();
      await button("End deploy_ prod", { exact: true }).click();
      await tab.page.getByText("Its tmux session goes on.").waitFor();
      await picture("3-question");
      await button("End it").click();
      await until(["list-clients", "-F", "x"], /^$/);
      assert.match(await gateway.tmux("capture-pane", "-p", "-t", "deploy_ prod:1"), /inlogs/);
      assert.equal(await gateway.tmux("show-environment", "-t", "deploy_ prod", "SSH_AUTH_SOCK"), "SSH_AUTH_SOCK=/kept");
    });

    test("a session is made, named and ended", async () => {
      await showList();
      await button("New session").click();
      await tab.page.getByRole("textbox", { name: "Name" }).fill("fresh #{pid}");
      await button("Save").click();
      await button("Rename session fresh #{pid}").click();
      await tab.page.getByRole("textbox", { name: "Name" }).fill("renamed");
      await button("Save").click();
      await button("End session renamed").waitFor();
      await picture("4-made");
      await button("End session renamed").click();
      await button("End it").click();
      await button("End session renamed").waitFor({ state: "detached" });
      assert.equal(await gateway.tmux("list-sessions", "-F", "#{session_name}"), "deploy_ prod");
    });

    test("a name that is taken is refused in words", async () => {
      await button("New session").click();
      await tab.page.getByRole("textbox", { name: "Name" }).fill("deploy: prod");
      await button("Save").click();
      await tab.page.getByText("already; choose another name").waitFor();
      await picture("5-refused");
    });

    test("the page threw no error in all this", () => {
      assert.deepEqual(tab.errors, []);
    });
  });
}
