// axe-core on every view of the page, in light and dark: no serious or critical complaint, and a score of 95 or more.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { audit } from "../harness/axe.mjs";
import { launch, SIZES, Tab } from "../harness/browser.mjs";
import { Gateway } from "../harness/gateway.mjs";
import { test } from "../harness/test.mjs";

const SCORE_MIN = 95;

for (const [size, options] of Object.entries(SIZES)) {
  for (const colorScheme of ["light", "dark"]) {
    describe(`for everyone, on a ${size}, ${colorScheme}`, () => {
      let gateway, browser, context, tab;

      before(async () => {
        gateway = await Gateway.start();
        browser = await launch();
        context = await browser.newContext({ ...options, colorScheme, reducedMotion: "reduce" });
        tab = await Tab.open(context);
      });

      after(async () => {
        await browser?.close();
        await gateway?.end();
      });

      const holds = async (view) => {
        const { score, rules, violations } = await audit(tab.page);
        const heavy = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
        const told = violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.join("; ")}`).join("\n");
        console.log(`axe ${size} ${colorScheme} ${view}: ${score.toFixed(1)} of 100 by ${rules} rules`);
        assert.equal(heavy.length, 0, told);
        assert.ok(score >= SCORE_MIN, `${score}\n${told}`);
      };
      const button = (name) => tab.page.getByRole("button", { name, exact: true });

      test("the door", async () => {
        await tab.page.goto(await gateway.pair());
        await button("Pair").waitFor();
        await holds("pairing");
        const stranger = await Tab.open(await browser.newContext({ ...options, colorScheme }));
        await stranger.page.goto(`http://${gateway.listen}/`);
        await stranger.page.getByText("devtail pair").waitFor();
        const mine = tab.page;
        tab.page = stranger.page;
        await holds("not paired");
        tab.page = mine;
        await stranger.page.context().close();
      });

      test("a terminal with colours, and the list", async () => {
        await button("Pair").click();
        await tab.focus();
        await tab.isLive();
        await tab.run("clear; for c in 1 2 3 4 5 6 7; do printf \"\\033[3${c}mcolour \\033[9${c}mbright\\033[0m \"; done; echo; printf '\\033[44mon blue\\033[0m '; echo do''ne");
        await tab.shows(/done$/m);
        await holds("terminal");
        const list = button("All terminals");
        if (await list.isVisible()) {
          await list.click();
          await holds("list");
          await tab.page.locator(".list .open").first().click();
          await tab.focus();
        }
      });

      test("menu, settings and questions", async () => {
        await button("More").click();
        await holds("menu");
        await button("Rename").click();
        await tab.page.getByRole("textbox", { name: "Name" }).waitFor();
        await holds("question for a name");
        await button("Cancel").click();
        await button("More").click();
        await tab.page.getByRole("dialog").getByRole("button", { name: "End", exact: true }).click();
        await button("End it").waitFor();
        await holds("question before an end");
        await button("Cancel").click();
        await button("More").click();
        await button("Settings").click();
        await tab.page.getByText("Screen reader").waitFor();
        await holds("settings");
        await tab.page.getByRole("dialog").locator("label", { hasText: "High" }).click();
        await tab.page.getByRole("switch", { name: "Screen reader" }).click();
        await holds("settings, high contrast");
        await button("Close").click();
        await holds("terminal, high contrast, screen reader");
      });

      test("offline, and what waits", async () => {
        await tab.focus();
        await gateway.kill();
        await tab.is("offline", "connecting");
        await tab.type("waits");
        const line = tab.page.getByRole("button", { name: /5 keys waiting/ });
        await line.waitFor();
        await holds("offline");
        await line.click();
        await tab.page.getByRole("dialog").getByText("waits").waitFor();
        await holds("what waits");
      });

      test("the page threw no error in all this", () => assert.deepEqual(tab.errors, []));
    });
  }
}
