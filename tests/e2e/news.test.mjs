// Messages while nobody looks at the page: shown by the real service worker, with no word of what there is, and nothing without its
// owner's press. Everything they are shown for is among the notices, too.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startSite } from "./lib/site.mjs";
import { until } from "./lib/until.mjs";
import { openWallet } from "./lib/walk.mjs";

const shown = (page) =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    return (await registration.getNotifications()).map(({ title, body, lang, data }) => ({ title, body, lang, data }));
  });

/** Stands in for another window before this one: what a page without a screen is told of itself is that it is looked at. */
const standInForHiding = () => {
  Object.defineProperty(Document.prototype, "visibilityState", { configurable: true, get: () => globalThis.saifuTestHidden ? "hidden" : "visible" });
};

const dayAhead = (days) => new Date(Date.now() + days * 86_400_000).toLocaleDateString("sv");

test("messages while the page is in the background", async (t) => {
  const site = await startSite(t);
  const wallet = await openWallet(t, site);
  const { page, context } = wallet;
  const origin = new URL(page.url()).origin;
  await context.addInitScript(standInForHiding);
  await wallet.reload();
  const hide = (hidden) =>
    page.evaluate((hidden) => {
      globalThis.saifuTestHidden = hidden;
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  const tick = page.getByRole("checkbox", { name: "Tell me while the page is in the background" });
  /** Something that its owner has to know comes up: there is no room for what is added. */
  const somethingHappens = async (name, { unseen }) => {
    await wallet.go("add");
    await wallet.fillIn({ name, payload: "code", remarks: "x".repeat(900) });
    // Pressed by a script: what is not looked at is veiled.
    const button = await page.getByRole("button", { name: "Put it in the wallet" }).elementHandle();
    if (unseen) await hide(true);
    await button.evaluate((it) => it.click());
  };
  const untilTold = (name) => wallet.untilNotice(new RegExp(`^The wallet is full: .* for “${name}”`));
  const acknowledgeAll = async () => {
    await wallet.go("notices");
    const buttons = page.getByRole("button", { name: "I have seen it" });
    await until("all are read", async () => {
      if ((await buttons.count()) > 0) await buttons.first().click();
      return (await buttons.count()) === 0;
    });
  };
  await wallet.addTicket({ name: "First", payload: "code", remarks: "x".repeat(600) });
  await wallet.untilHere("First");
  await wallet.setCapacity(1);

  await t.test("they are off at first, and the browser is not asked", async () => {
    await wallet.go("settings");
    assert.equal(await tick.isChecked(), false);
    assert.notEqual(await page.evaluate(() => Notification.permission), "granted");
    await somethingHappens("Second", { unseen: true });
    await new Promise((done) => setTimeout(done, 500));
    await hide(false);
    await untilTold("Second");
    assert.deepEqual(await shown(page), []);
    await acknowledgeAll();
  });

  await t.test("a browser that does not let them is said, with what to do instead", async () => {
    await wallet.go("settings");
    await tick.click();
    await wallet.says("This browser shows no messages of Saifu. Nothing is lost by that");
    assert.equal(await tick.isChecked(), false, "what is shown is what is so");
  });

  await t.test("switched on, one is shown in the owner's language, and says nothing of what there is", async () => {
    await context.grantPermissions(["notifications"], { origin });
    await wallet.go("settings");
    await tick.click();
    await until("it is on", () => tick.isChecked());
    await somethingHappens("Third", { unseen: true });
    await until("it is shown", async () => (await shown(page)).length > 0);
    assert.deepEqual(await shown(page), [{ title: "Saifu", body: "There is something to look at in your wallet.", lang: "en", data: "news" }]);
    await hide(false);
    await untilTold("Third");
    await acknowledgeAll();
  });

  await t.test("while somebody looks none is shown", async () => {
    await page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      for (const one of await registration.getNotifications()) one.close();
    });
    await somethingHappens("Fourth", { unseen: false });
    await untilTold("Fourth");
    assert.deepEqual(await shown(page), []);
    await acknowledgeAll();
  });

  await t.test("what ends tomorrow is told, and it stays on over a restart", async () => {
    await wallet.reload();
    await wallet.go("settings");
    await until("it is on", () => tick.isChecked());
    await wallet.setCapacity(500);
    await wallet.untilQuiet();
    await wallet.go("add");
    await wallet.fillIn({ name: "Film", payload: "code" });
    await page.getByLabel("Valid to (optional)", { exact: true }).fill(dayAhead(1));
    await page.getByRole("button", { name: "Put it in the wallet" }).click();
    await wallet.untilHere("Film");
    await hide(true);
    await until("it is shown", async () => (await shown(page)).length > 0, { seconds: 80 });
    await hide(false);
    const { now } = await wallet.untilNotice(/^The last day to use “Film” is tomorrow at the latest\.$/);
    assert.match(now, /Use what you want to use/);
  });

  await t.test("switched off it is off", async () => {
    await wallet.acknowledge(/Film/);
    await wallet.setCapacity(1);
    await page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      for (const one of await registration.getNotifications()) one.close();
    });
    await wallet.go("settings");
    await tick.click();
    await until("it is off", async () => !(await tick.isChecked()));
    await somethingHappens("Fifth", { unseen: true });
    await new Promise((done) => setTimeout(done, 500));
    await hide(false);
    await untilTold("Fifth");
    assert.deepEqual(await shown(page), []);
  });
  assert.deepEqual(wallet.complaints, []);
});
