// A safe wakes a wallet that is closed. No browser reaches a push service from here, so two things stand in for one: PushManager
// gives an address of this machine, and what the safe really sends there is handed to the real service worker by the developer
// tools' own way.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { startSafe } from "./lib/safe.mjs";
import { registrationOf } from "./lib/service-worker.mjs";
import { startSite } from "./lib/site.mjs";
import { until } from "./lib/until.mjs";
import { openWallet } from "./lib/walk.mjs";

const NAME = "hana@example.org";

const startService = async (t) => {
  const sent = [];
  const server = createServer((request, response) => {
    sent.push(request.url);
    response.writeHead(201).end();
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  t.after(() => server.closeAllConnections() ?? server.close());
  return { url: `http://127.0.0.1:${server.address().port}`, sent };
};

/** The stand-in for the push service's side of the browser: an address for each key, until it is unsubscribed. */
const standInForPushManager = (service) => {
  const kept = { count: 0 };
  globalThis.saifuTestPush = kept;
  const unsubscribe = async () => {
    localStorage.removeItem("saifuTestEndpoint");
    return true;
  };
  const there = () => {
    const endpoint = localStorage.getItem("saifuTestEndpoint");
    return endpoint === null ? null : { endpoint, unsubscribe };
  };
  globalThis.PushManager.prototype.getSubscription = async () => there();
  globalThis.PushManager.prototype.subscribe = async (options) => {
    kept.count += 1;
    const key = new Uint8Array(options.applicationServerKey);
    if (options.userVisibleOnly !== true || key.length !== 65 || key[0] !== 4) throw new TypeError("no key of a safe");
    const named = localStorage.getItem("saifuTestName") ?? "first";
    localStorage.setItem("saifuTestEndpoint", `${service}/${named}`);
    return there();
  };
};

const begin = async (t) => {
  const service = await startService(t);
  const safe = await startSafe(t, { vars: { OPERATOR: "Akagi", PUSH_SERVICES: service.url } });
  const site = await startSite(t);
  const old = await openWallet(t, site);
  const { context } = old;
  await context.addInitScript(standInForPushManager, service.url);
  await old.page.reload();
  await old.trustSafe(safe.url);
  await old.addTicket({ name: "Film", payload: "code" });
  await old.untilHere("Film");
  await old.backUp("Film", "One safe, sealed");
  await old.untilAtSafe("Film");
  await old.setWait("1 hour");
  await old.untilQuiet();
  const words = await old.makeWords(NAME);
  await old.enrol(words);
  await old.untilAtOwnerSafes("Knows you", 1, { seconds: 180 });
  await old.go("waits");
  return { service, safe, site, old, context, words };
};

/** Pressed, not checked: what is shown is what is so, and that comes afterwards. */
const choose = (wallet, name) =>
  wallet.region("While the wallet is closed").getByRole("radio", { name, exact: true }).click();

test("a safe wakes a closed wallet when somebody begins to wait", async (t) => {
  const { service, safe, site, old, context, words } = await begin(t);
  const origin = new URL(old.page.url()).origin;

  await t.test("it is off at first, and what the push service learns is said beside it", async () => {
    const region = old.region("While the wallet is closed");
    assert.ok(await region.getByRole("radio", { name: "No", exact: true }).isChecked());
    await region.getByText("learns that this device is told by this safe").waitFor();
  });

  await t.test("a browser that shows no messages is said with what to do instead", async () => {
    // Nothing is granted yet, and a Chromium without a window asks nobody.
    await choose(old, "Akagi");
    await old.says("This browser does not let Saifu show messages");
    await old.says("open the wallet more often than others wait");
    assert.ok(await old.region("While the wallet is closed").getByRole("radio", { name: "No", exact: true }).isChecked());
  });

  await t.test("the owner chooses the safe, and it is shown as told when the safe has said so", async () => {
    await context.grantPermissions(["notifications"], { origin });
    await choose(old, "Akagi");
    await old.says("Akagi tells this device when somebody asks there.");
  });

  await t.test("a browser that is reached elsewhere is told anew when the wallet is opened", async () => {
    await old.page.evaluate(() => localStorage.setItem("saifuTestName", "second"));
    await old.page.reload();
    await old.go("waits");
    await old.says("Akagi tells this device when somebody asks there.");
    await until("the browser was asked", () => old.page.evaluate(() => globalThis.saifuTestPush.count > 0));
    await old.untilQuiet();
  });

  await t.test("the safe calls the push service there, once, and says nothing", async () => {
    const other = await openWallet(t, site);
    await other.beginRestore(safe.url);
    await other.restore(NAME, words.join(" "));
    await other.untilAtOwnerSafes("Read", 1, { seconds: 180 });
    await other.recoverFound("Film");
    await until("the service is called", () => service.sent.length > 0, { seconds: 60 });
    assert.deepEqual(service.sent, ["/second"]);
  });

  await t.test("the service worker shows it in the owner's language, and says nothing of what there is", async () => {
    const cdp = await context.newCDPSession(old.page);
    const registrationId = await registrationOf(cdp);
    await cdp.send("ServiceWorker.deliverPushMessage", { origin, registrationId, data: "" });
    const shown = () =>
      old.page.evaluate(async () => {
        const registration = await navigator.serviceWorker.ready;
        const all = await registration.getNotifications();
        return all.map(({ title, body, lang }) => ({ title, body, lang }));
      });
    await until("it is shown", async () => (await shown()).length > 0);
    const wanted = { title: "Saifu", body: "There is something to look at in your wallet.", lang: "en" };
    assert.deepEqual(await shown(), [wanted]);
  });

  await t.test("ended it is ended at the safe, too", async () => {
    await old.go("waits");
    await choose(old, "No");
    await old.untilQuiet();
    await old.page.reload();
    await old.go("waits");
    const no = old.region("While the wallet is closed").getByRole("radio", { name: "No", exact: true });
    await no.waitFor();
    assert.ok(await no.isChecked());
    assert.equal(await old.page.evaluate(() => localStorage.getItem("saifuTestEndpoint")), null);
  });
  assert.deepEqual(old.complaints, []);
});
