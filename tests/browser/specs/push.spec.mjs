// Notifications while nobody looks: from the switch in the settings to the notification, over a push service of our own. Headless
// browsers have none, so the page is given a subscription with real keys, and what the gateway sends is handed to the
// real worker by the browser's own devtools.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { launch, SIZES, Tab } from "../harness/browser.mjs";
import { Gateway } from "../harness/gateway.mjs";
import { PushService, provedClaims } from "../harness/push-service.mjs";
import { test } from "../harness/test.mjs";

/** Some 10 s of pictures. */
const LOOKS_MAX = 600;

describe("notifications on a phone", () => {
  let gateway, service, browser, context, tab, terminal;
  const picture = (step) => tab.picture(`push-${step}`);

  before(async () => {
    gateway = await Gateway.start(["--push-private"]);
    service = await PushService.start();
    browser = await launch();
    context = await browser.newContext({ ...SIZES.phone, colorScheme: "dark" });
    await context.grantPermissions(["notifications"], { origin: `http://${gateway.listen}` });
    await context.addInitScript(lendSubscription, service.subscription);
    tab = await Tab.open(context);
    await tab.pair(gateway.link, "phone");
    terminal = await tab.page.evaluate(() => location.hash);
  });

  after(async () => {
    await browser?.close();
    await service?.end();
    await gateway?.end();
  });

  const openSettings = async () => {
    await tab.page.getByRole("button", { name: "More", exact: true }).click();
    await tab.page.getByRole("button", { name: "Settings" }).click();
  };

  /** The page goes, and with it whoever looked. */
  const leave = () => tab.page.goto("about:blank");

  /** The same page of the same tab: the device goes on to drive. */
  const comeBack = async () => {
    await tab.page.goto(`http://${gateway.listen}/${terminal}`);
    await tab.focus();
    await tab.isLive();
  };

  test("a switch in the settings turns them on, with the gateway's key", async () => {
    await openSettings();
    const box = tab.page.getByRole("switch", { name: "Notifications" });
    assert.equal(await box.isChecked(), false);
    await box.click();
    await tab.page.getByRole("switch", { name: "Notifications", checked: true }).waitFor();
    await picture("1-settings");
    // The switch is on as soon as it is tapped; the browser is asked after that.
    const used = await tab.page.waitForFunction(() => sessionStorage.getItem("used-key")).then((key) => key.jsonValue());
    const { key } = await tab.page.evaluate(() => fetch("/api/push/key").then((answer) => answer.json()));
    assert.equal(used, key);
    await tab.page.getByRole("button", { name: "Close", exact: true }).click();
  });

  test("nothing is sent while somebody looks, and what took long is told when nobody does", async () => {
    await tab.focus();
    await tab.run("printf '\\007'; echo ru''ng");
    await tab.shows(/^rung$/m);
    assert.ok(service.isQuiet);
    await tab.run("clear; echo be''gun; sleep 11");
    await tab.shows(/^begun$/m);
    await leave();
    const { method, url, headers, told } = await service.next();
    assert.deepEqual([method, url], ["POST", "/send/one?way=here"]);
    assert.equal(told.title, "bash");
    assert.match(told.body, /^sleep finished after 1[1-9] s\.$/);
    assert.equal(told.url, terminal);
    assert.equal(headers["content-encoding"], "aes128gcm");
    assert.equal(headers.urgency, "normal");
    assert.ok(Number(headers.ttl) > 0);
    assert.match(headers.topic, /^[\w-]{1,32}$/);
    const { key, header, claims } = provedClaims(headers.authorization);
    assert.equal(header.alg, "ES256");
    assert.equal(claims.aud, new URL(service.endpoint).origin);
    const hour = 3600;
    assert.ok(claims.exp > Date.now() / 1000 && claims.exp < Date.now() / 1000 + 24 * hour);
    assert.match(claims.sub, /^mailto:|^https:/);
    const known = await fetch(`http://${gateway.listen}/api/push/key`).then((answer) => answer.json());
    assert.equal(key, known.key);
  });

  test("a bell is told at once, and once more after a service that was busy", async () => {
    service.answers = [503];
    await comeBack();
    await tab.run("clear; echo a''gain; sleep 2; printf '\\007'");
    await tab.shows(/^again$/m);
    await leave();
    const first = await service.next();
    const second = await service.next();
    assert.equal(first.headers.urgency, "high");
    assert.deepEqual(second.told, first.told);
    assert.equal(first.told.body, "It rings the bell.");
    assert.notDeepEqual(second.body, first.body, "encrypted anew");
  });

  test("the worker shows what came, and a tap leads the page there", async () => {
    const told = { title: "bash", body: "make finished after 12 s.", tag: "finished", url: terminal };
    await tab.page.goto(`http://${gateway.listen}/`);
    await tab.isLive();
    const tap = async () => {
      const shown = await deliver(context, tab.page, `http://${gateway.listen}`, JSON.stringify(told));
      assert.deepEqual(shown, [{ title: told.title, body: told.body, data: terminal }]);
      await context.serviceWorkers()[0].evaluate(async () => {
        const [notification] = await self.registration.getNotifications();
        self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
      });
      await isClosed(tab.page);
    };
    await tap();
    await tab.page.waitForFunction((hash) => location.hash === hash, terminal);
    await tab.shows(/^again$/m);
    // Before the list the address is that of the terminal still.
    await tab.page.getByRole("button", { name: "All terminals" }).click();
    await tap();
    await tab.page.locator('.app[data-view="terminal"]').waitFor();
  });

  test("the switch turns them off again, and nothing more is sent", async () => {
    await openSettings();
    const box = tab.page.getByRole("switch", { name: "Notifications" });
    await tab.page.getByRole("switch", { name: "Notifications", checked: true }).click();
    await tab.page.getByRole("switch", { name: "Notifications", checked: false }).waitFor();
    assert.equal(await box.isEnabled(), true);
    assert.ok(service.isQuiet);
    assert.deepEqual(tab.errors, []);
  });
});

/** In the page: what a browser with a push service does on subscribe, with a subscription that the test holds the keys of. */
function lendSubscription(json) {
  const KEY = "lent-subscription";
  const subscription = () => ({
    endpoint: json.endpoint,
    options: { applicationServerKey: null },
    toJSON: () => json,
    unsubscribe: async () => (localStorage.removeItem(KEY), true),
  });
  if (!window.PushManager) return;
  PushManager.prototype.subscribe = async function ({ applicationServerKey }) {
    const letters = Array.from(applicationServerKey, (byte) => String.fromCharCode(byte)).join("");
    sessionStorage.setItem("used-key", btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", ""));
    localStorage.setItem(KEY, "yes");
    return subscription();
  };
  PushManager.prototype.getSubscription = async () => (localStorage.getItem(KEY) ? subscription() : null);
}

/** Hands a push to the worker of this origin, and says what it shows then. */
async function deliver(context, page, origin, data) {
  const [worker] = context.serviceWorkers();
  await worker.evaluate(awaitShown);
  const devtools = await context.newCDPSession(page);
  const registered = new Promise((resolve) => {
    devtools.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => registrations.forEach(({ registrationId }) => resolve(registrationId)));
  });
  await devtools.send("ServiceWorker.enable");
  await devtools.send("ServiceWorker.deliverPushMessage", { origin, registrationId: await registered, data });
  await worker.evaluate(() => self.shown);
  await devtools.detach();
  return notifications(page);
}

/** In the worker: `self.shown` is kept once the next notification stands. Chromium forgets one that is asked for before. */
function awaitShown() {
  const show = ServiceWorkerRegistration.prototype.showNotification;
  self.shown = new Promise((resolve, reject) => {
    ServiceWorkerRegistration.prototype.showNotification = function (...words) {
      ServiceWorkerRegistration.prototype.showNotification = show;
      const shown = show.apply(this, words);
      shown.then(resolve, reject);
      return shown;
    };
  });
}

/** What the worker shows. */
function notifications(page) {
  return page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    const all = await registration.getNotifications();
    return all.map(({ title, body, data }) => ({ title, body, data }));
  });
}

/** Waits until the worker shows nothing. */
async function isClosed(page) {
  for (let looks = 0; looks < LOOKS_MAX; looks++) {
    if ((await notifications(page)).length === 0) return;
    await page.evaluate(() => new Promise((next) => requestAnimationFrame(next)));
  }
  throw new Error("what was tapped was never closed");
}
