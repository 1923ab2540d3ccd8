// What is sent while the wallet is closed or locked: the real service worker, woken by the developer tools' own way as the browser
// wakes it when there is a network again. The connection is lost at the safe's door, so that page and service worker both lose it.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { readLedger } from "./lib/ledger.mjs";
import { garbage } from "./lib/proxy.mjs";
import { startAll } from "./lib/spread.mjs";
import { registrationOf } from "./lib/service-worker.mjs";
import { until } from "./lib/until.mjs";
import { accountOf, walkOn } from "./lib/walk.mjs";

const PASSCODE = "kolibri farn";

/** Every store of the wallet but the outbox, byte for byte, and what lies in that. Runs on a page of the site that is no wallet. */
const readStores = async () => {
  const answer = (request) =>
    new Promise((done, failed) => {
      request.onsuccess = () => done(request.result);
      request.onerror = () => failed(request.error);
    });
  const database = await answer(indexedDB.open("saifu-wallet"));
  const read = async (name) => {
    const store = database.transaction(name).objectStore(name);
    const [names, values] = await Promise.all([answer(store.getAllKeys()), answer(store.getAll())]);
    return names.map((key, at) => [key, values[at]]);
  };
  const wallet = [];
  for (const name of ["records", "bodies", "meta"]) {
    for (const [key, value] of await read(name)) wallet.push([name, key, value instanceof Uint8Array ? [...value].join() : typeof value]);
  }
  const kept = await read("outbox");
  const due = kept.find(([key]) => key === "due")?.[1];
  const outbox = kept.filter(([key]) => key !== "due").map(([key, upload]) => ({ key, ...upload, body: new TextDecoder().decode(upload.body), fields: Object.keys(upload).sort() }));
  database.close();
  return { wallet: JSON.stringify(wallet), outbox, due };
};

/** Puts something into the outbox, as whoever is at the profile could. */
const write = async ({ key, body, ...upload }) => {
  const database = await new Promise((done) => (indexedDB.open("saifu-wallet").onsuccess = ({ target }) => done(target.result)));
  const transaction = database.transaction("outbox", "readwrite");
  transaction.objectStore("outbox").put({ ...upload, body: new TextEncoder().encode(body) }, key);
  await new Promise((done) => (transaction.oncomplete = done));
  database.close();
};

/** Says since when something is due. */
const setDue = async (due) => {
  const database = await new Promise((done) => (indexedDB.open("saifu-wallet").onsuccess = ({ target }) => done(target.result)));
  const transaction = database.transaction("outbox", "readwrite");
  transaction.objectStore("outbox").put(due, "due");
  await new Promise((done) => (transaction.oncomplete = done));
  database.close();
};

/** Makes the database what it was before there was an outbox: three stores, with the same in them. */
const makeAsBefore = async () => {
  const answer = (request) => new Promise((done, failed) => ((request.onsuccess = () => done(request.result)), (request.onerror = () => failed(request.error))));
  const database = await answer(indexedDB.open("saifu-wallet"));
  const found = [];
  for (const name of ["records", "bodies", "meta"]) {
    const store = database.transaction(name).objectStore(name);
    const [keys, values] = await Promise.all([answer(store.getAllKeys()), answer(store.getAll())]);
    found.push([name, keys.map((key, at) => [key, values[at]])]);
  }
  database.close();
  await answer(indexedDB.deleteDatabase("saifu-wallet"));
  const opening = indexedDB.open("saifu-wallet", 1);
  opening.onupgradeneeded = () => found.forEach(([name]) => opening.result.createObjectStore(name));
  const old = await answer(opening);
  for (const [name, pairs] of found) {
    const transaction = old.transaction(name, "readwrite");
    for (const [key, value] of pairs) transaction.objectStore(name).put(value, key);
    await new Promise((done) => (transaction.oncomplete = done));
  }
  old.close();
};

/** A wallet with one safe, a page of the site that is no wallet, and the two ways in which a browser wakes the service worker. */
const start = async (t) => {
  const { safes, wallet, add } = await startAll(t, 1);
  const [{ safe, proxy }] = safes;
  const origin = new URL(wallet.page.url()).origin;
  const { context } = wallet;
  // Every address of the site shows the wallet; an empty page that one of them has opened is of the site, too.
  const [other] = await Promise.all([context.waitForEvent("page"), wallet.page.evaluate(() => void open("about:blank"))]);
  const cdp = await context.newCDPSession(other);
  const registrationId = await registrationOf(cdp);
  const wake = (event, more = {}) => cdp.send(`ServiceWorker.dispatch${event}Event`, { origin, registrationId, tag: "outbox", ...more });
  /** Who has the lock that says that a wallet is open, and who waits for it. */
  const lockNames = () =>
    other.evaluate(async () => {
      const { held, pending } = await navigator.locks.query();
      const is = (all) => all.some(({ name }) => name === "saifu-unlocked");
      return { held: is(held), pending: is(pending) };
    });
  let opened = wallet;
  return {
    safe,
    proxy,
    wallet,
    add,
    context,
    stores: () => other.evaluate(readStores),
    other,
    origin,
    cdp,
    write: (upload) => other.evaluate(write, upload),
    cutOff: (is) => Object.assign(proxy, { faultsAll: is, fault: is ? garbage.silence : undefined }),
    sync: () => wake("Sync", { lastChance: false }),
    periodicSync: () => wake("PeriodicSync"),
    entries: async () => (await readLedger(safe)).entries.filter(({ state }) => state === "registered"),
    close: async () => {
      await opened.page.close();
      await until("nobody is at work any more", async () => !(await lockNames()).held && !(await lockNames()).pending);
    },
    lockNames,
    reopen: async (readiness) => {
      const page = await context.newPage();
      opened = walkOn(page, { url: origin });
      await opened.start({ readiness });
      return opened;
    },
  };
};

/** Backs a value up without a network: it waits, and lies in the outbox. */
const beginWithoutNetwork = async ({ wallet, add, cutOff, stores, lockNames }, name) => {
  await add(name);
  cutOff(true);
  await wallet.backUp(name, "One safe, sealed");
  await until("it is kept to be sent later", async () => (await stores()).outbox.length === 1);
  // The machine has a network, so this browser wakes the service worker by itself, too. It finds the wallet open, and gives up.
  await until("nobody waits for the wallet to be closed or locked", async () => !(await lockNames()).pending);
};

/** Notes of each event of the service worker's how it ends. Answers what has ended so far. */
const watchEvents = async (context) => {
  const worker = await until("the service worker runs", () => context.serviceWorkers()[0]);
  await worker.evaluate(() => {
    globalThis.saifuTestEnded = [];
    const { waitUntil } = ExtendableEvent.prototype;
    ExtendableEvent.prototype.waitUntil = function (work) {
      const ended = (how) => () => globalThis.saifuTestEnded.push(`${this.type} ${how}`);
      work.then(ended("done"), ended("failed"));
      return waitUntil.call(this, work);
    };
  });
  return () => worker.evaluate(() => globalThis.saifuTestEnded);
};

/** A site that is no safe: what it was sent. It answers with this status, or never. */
const startStranger = async (t, status = 200) => {
  const seen = [];
  const server = createServer(async (request, response) => {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const headers = { "access-control-allow-origin": "*", "access-control-allow-headers": "*, authorization" };
    if (request.method === "POST") seen.push(Buffer.concat(pieces).toString());
    if (request.method !== "POST") response.writeHead(200, headers).end();
    else if (status !== "never") response.writeHead(status, headers).end("{}");
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  t.after(() => server.closeAllConnections() ?? server.close());
  return { url: `http://127.0.0.1:${server.address().port}`, seen };
};

const complaintsOf = (wallet) => wallet.complaints.filter((it) => !/ERR_|Failed to load resource/.test(it));

for (const way of ["sync", "periodicSync"]) {
  test(`what was begun is sent while the wallet is closed, and collated when it is opened: ${way}`, async (t) => {
    const all = await start(t);
    await beginWithoutNetwork(all, "Film");
    await all.close();
    const before = await all.stores();

    await t.test("what lies in the outbox is for the safe alone: no name, no value, no key", async () => {
      const [upload] = before.outbox;
      assert.deepEqual(upload.fields, ["body", "headers", "until", "url"]);
      assert.equal(upload.url, `${all.proxy.url}/v1/register`);
      assert.deepEqual(Object.keys(upload.headers).sort(), ["authorization", "content-type", "idempotency-key"]);
      assert.deepEqual(Object.keys(JSON.parse(upload.body)), ["sealed"]);
      assert.doesNotMatch(JSON.stringify(upload), /Film|code of/);
    });

    all.cutOff(false);
    await all[way]();
    await until("the safe has it", async () => (await all.entries()).length === 1);
    await until("the outbox is empty", async () => (await all.stores()).outbox.length === 0);
    assert.equal((await all.stores()).wallet, before.wallet, "nothing was opened, collated or deleted");

    const again = await all.reopen();
    await again.untilAtSafe("Film");
    await again.untilQuiet();
    assert.equal((await all.entries()).length, 1);
    assert.deepEqual(await again.account(), accountOf({ cameIn: 1, atSafes: 1 }));
    assert.deepEqual(complaintsOf(all.wallet), []);
  });
}

test("what was begun is sent while the wallet is locked", async (t) => {
  const all = await start(t);
  const { page } = all.wallet;
  const button = (name) => page.getByRole("button", { name, exact: typeof name === "string" });
  await all.wallet.go("settings");
  await all.wallet.go("lock");
  await button(/^Passcode/).click();
  await page.getByLabel("New passcode", { exact: true }).fill(PASSCODE);
  await page.getByLabel("The same once more", { exact: true }).fill(PASSCODE);
  await button("Use this passcode").click();
  await all.wallet.says("It is one of the methods now.");
  await button(/recovery kit/i).click();
  await page.locator(".kit .words code").nth(5).waitFor();
  const words = await page.locator(".kit .words code").allTextContents();
  await button("I have it on paper").click();
  await all.wallet.typeWords(words.join(" "));
  await button("Use this kit").click();
  await button("Switch the lock on").click();
  await all.wallet.says("The lock is on.");
  await beginWithoutNetwork(all, "Film");

  await t.test("while it is open the service worker leaves it to the wallet", async () => {
    await all.periodicSync(); // Browsers stop one that has nothing to do.
    const ended = await watchEvents(all.context);
    // The wallet's own request is held at the door. Whatever else comes is not the wallet's, and would be let in.
    const own = all.proxy.hold("/v1/register", "request");
    await all.wallet.tryNow();
    await own.reached;
    all.cutOff(false);
    const count = all.proxy.count("/v1/register");
    await all.sync();
    await until("it gives up, and will try again", async () => (await ended()).includes("sync failed"));
    await all.periodicSync();
    await until("there is nothing for it to do", async () => (await ended()).includes("periodicsync done"));
    assert.equal(all.proxy.count("/v1/register"), count);
    assert.deepEqual(await all.entries(), []);
    assert.equal((await all.stores()).outbox.length, 1);
    all.cutOff(true);
    own.drop();
  });

  await all.wallet.go("settings");
  await all.wallet.go("lock");
  await button("Lock now").click();
  await page.locator("[data-readiness=locked]").waitFor({ state: "attached" });
  const before = await all.stores();
  assert.equal(before.outbox.length, 1);
  all.cutOff(false);
  await all.sync();
  await until("the safe has it", async () => (await all.entries()).length === 1);
  await until("the outbox is empty", async () => (await all.stores()).outbox.length === 0);
  assert.equal((await all.stores()).wallet, before.wallet);
  await page.locator("[data-readiness=locked]").waitFor({ state: "attached" });

  await page.getByLabel("Passcode", { exact: true }).fill(PASSCODE);
  await button("Unlock").click();
  await all.wallet.untilAtSafe("Film");
  assert.equal((await all.entries()).length, 1);
  assert.deepEqual(complaintsOf(all.wallet), []);
});

test("a safe that hangs holds up no other, and one that fails is asked once", async (t) => {
  const all = await start(t);
  await beginWithoutNetwork(all, "Film");
  await all.close();
  const [good] = (await all.stores()).outbox;
  const [hanging, failing] = [await startStranger(t, "never"), await startStranger(t, 503)];
  // Whichever end of the outbox is begun at, another safe's comes first.
  for (const [key, { url }] of [["!1", hanging], ["!2", failing], ["~1", hanging], ["~2", failing]]) {
    await all.write({ ...good, key, url: `${url}/v1/register` });
  }
  all.cutOff(false);
  await all.sync();
  await until("the safe has it", async () => (await all.entries()).length === 1);
  await until("the others were asked", () => hanging.seen.length > 0 && failing.seen.length > 0);
  await until("what the safe has is sent no more", async () => (await all.stores()).outbox.every(({ key }) => key !== good.key));
  assert.equal((await all.stores()).outbox.length, 4, "what is not settled stays");
  assert.deepEqual([hanging.seen.length, failing.seen.length], [1, 1]);
});

test("what was called off before is not sent", async (t) => {
  const all = await start(t);
  await beginWithoutNetwork(all, "Film");
  await all.wallet.callOff();
  await all.wallet.untilHere("Film");
  assert.deepEqual((await all.stores()).outbox, []);
  await all.close();
  const asked = all.proxy.count("/v1/register");
  all.cutOff(false);
  await all.sync();
  await all.periodicSync();
  const again = await all.reopen();
  await again.untilQuiet();
  assert.equal(all.proxy.count("/v1/register"), asked);
  assert.equal((await all.entries()).length, 0);
  assert.deepEqual(await again.account(), accountOf({ cameIn: 1, here: 1 }));
});

test("an outbox that somebody else has written into harms nothing", async (t) => {
  const all = await start(t);
  await beginWithoutNetwork(all, "Film");
  await all.close();
  const [good] = (await all.stores()).outbox;
  for (const [what, changes] of [
    ["a body that is none", { body: "{}" }],
    ["another act", { url: good.url.replace("register", "retire") }],
    ["no site", { url: "data:text/plain,/v1/register" }],
    ["no address", { url: "nonsense" }],
    ["no time", { until: "soon" }],
    ["no headers", { headers: null }],
    ["something else altogether", { url: null, until: null }],
  ]) {
    await all.write({ ...good, ...changes });
    all.cutOff(false);
    await all.sync();
    await until(`it is thrown away: ${what}`, async () => (await all.stores()).outbox.length === 0);
    assert.equal((await all.entries()).length, 0, what);
  }
  assert.equal(all.proxy.count("/v1/retire"), 0);

  await t.test("whoever it is sent to instead learns no more than lay there, and the wallet goes on", async () => {
    const elsewhere = await startStranger(t);
    await all.write({ ...good, url: `${elsewhere.url}/v1/register` });
    await all.sync();
    await until("it is sent there", () => elsewhere.seen.length > 0);
    assert.deepEqual(elsewhere.seen, [good.body]);
  });

  const again = await all.reopen();
  await again.untilAtSafe("Film");
  assert.equal((await all.entries()).length, 1);
  assert.deepEqual(await again.account(), accountOf({ cameIn: 1, atSafes: 1 }));
  assert.deepEqual(complaintsOf(all.wallet), []);
});

test("what a browser that wakes does is said at the rule, and a time that has passed is reminded of, once", async (t) => {
  const all = await start(t);
  const { wallet, context, origin } = all;
  await context.grantPermissions(["notifications"], { origin });
  // Chromium grants it to installed apps that are used: here the developer tools do.
  await all.cdp.send("Browser.setPermission", { permission: { name: "periodic-background-sync" }, setting: "granted", origin });
  await wallet.go("rules");
  const rule = wallet.region("Not usable within a month");
  await rule.getByText("Whatever has become due by then is done when you next open it.").waitFor();
  await rule.getByLabel("On", { exact: true }).check();
  await rule.and(wallet.page.locator("[data-rule=on]")).waitFor();
  await wallet.reload();
  await wallet.go("rules");
  await rule.getByText("Nothing new begins until you open it.").waitFor();

  const due = await until("the service worker knows when", async () => (await all.stores()).due);
  const evening = new Date();
  evening.setHours(23, 0, 0, 0);
  if (evening <= new Date()) evening.setDate(evening.getDate() + 1);
  assert.equal(due, evening.getTime());

  await all.close();
  await all.periodicSync();
  await all.other.waitForTimeout(500);
  assert.equal((await all.stores()).due, due, "it is not time yet");
  await all.other.evaluate(setDue, Date.now() - 1_000);
  await all.periodicSync();
  await until("it is shown", async () => (await all.stores()).due === undefined);
  const again = await all.reopen();
  const shown = await again.page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    return (await registration.getNotifications()).map(({ title, body }) => ({ title, body }));
  });
  assert.deepEqual(shown, [{ title: "Saifu", body: "There is something to look at in your wallet." }]);
  assert.deepEqual(wallet.complaints, []);
});

test("a wallet of before has no outbox, and gets one when it is opened", async (t) => {
  const all = await start(t);
  await all.add("Film");
  await all.close();
  await all.other.evaluate(makeAsBefore);
  // The service worker finds nothing to send, and makes nothing.
  await all.sync();
  await all.periodicSync();
  const again = await all.reopen();
  await again.untilHere("Film");
  assert.deepEqual((await all.stores()).outbox, []);
  all.cutOff(true);
  await again.backUp("Film", "One safe, sealed");
  await until("it is kept to be sent later", async () => (await all.stores()).outbox.length === 1);
  all.cutOff(false);
  await again.tryNow();
  await again.untilAtSafe("Film");
  assert.deepEqual((await all.stores()).outbox, []);
});
