// A browser without space: the quota of this site is really taken away, by the developer tools' own way. Nothing is lost, what waits
// says so, and it goes on when there is space again.

import assert from "node:assert/strict";
import { test } from "node:test";
import { readLedger } from "./lib/ledger.mjs";
import { startAll } from "./lib/spread.mjs";
import { until } from "./lib/until.mjs";
import { accountOf } from "./lib/walk.mjs";

/** Writes a little into a database of its own. Answers by which name the browser refuses. */
const probe = async () => {
  const db = await new Promise((opened, failed) => {
    const asked = indexedDB.open("saifuTestProbe", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("probe");
    asked.onsuccess = () => opened(asked.result);
    asked.onerror = () => failed(asked.error);
  }).catch((error) => error);
  if (!(db instanceof IDBDatabase)) return db.name;
  const transaction = db.transaction("probe", "readwrite");
  transaction.objectStore("probe").put(new Uint8Array(100), 1);
  const outcome = await new Promise((done) => {
    transaction.oncomplete = () => done(null);
    transaction.onabort = () => done(transaction.error.name);
  });
  db.close();
  return outcome;
};

const start = async (t) => {
  const { safes, wallet, add } = await startAll(t, 1);
  const { page, context } = wallet;
  const cdp = await context.newCDPSession(page);
  const { origin } = new URL(page.url());
  /** Chromium believes for half a minute what it last knew of the space. */
  const fill = async () => {
    await cdp.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1 });
    await until("the browser refuses", async () => (await page.evaluate(probe)) === "QuotaExceededError", { seconds: 60 });
  };
  const lift = () => cdp.send("Storage.overrideQuotaForOrigin", { origin });
  return { safes, wallet, add, page, fill, lift };
};

const FULL = /^The browser has no space left for this wallet\. Nothing was changed\.$/;

test("a browser whose space is used up", async (t) => {
  const { safes, wallet, add, page, fill, lift } = await start(t);
  const [{ proxy, safe }] = safes;
  await add("First");
  await wallet.backUp("First", "One safe, sealed");
  await wallet.untilAtSafe("First");
  await add("Second");
  await wallet.untilQuiet();
  const before = await wallet.account();
  // A rule that may make space, if it is asked.
  await wallet.go("rule");
  await page.getByLabel("Name of the rule").fill("Away");
  await wallet.region("What is done").getByLabel("Protection", { exact: true }).selectOption({ label: "One safe, sealed" });
  await wallet.region("When").getByLabel("Moment").nth(1).selectOption({ label: "Only when I ask" });
  await page.getByRole("button", { name: "Save the rule" }).click();
  await wallet.region("Away").waitFor();

  await t.test("a value that is added waits, is said in both halves, and counts as nothing yet", async () => {
    await fill();
    await wallet.addTicket({ name: "Third", payload: "code of Third" });
    const { now } = await wallet.untilNotice(FULL);
    assert.match(now, /The work waits\. Free some space .* Keep the page open until then/);
    const jobs = await wallet.jobs();
    assert.equal(jobs.length, 1);
    assert.match(jobs[0], /Third/);
    await page.getByRole("button", { name: "Back up by my rules and go on" }).waitFor();
    assert.deepEqual(await wallet.account(), before);
    assert.equal((await wallet.values()).some(({ name }) => name === "Third"), false);
    assert.equal(await wallet.code("Second"), "code of Second", "what is here can be used");
  });

  await t.test("tried again meanwhile it is said once", async () => {
    await wallet.tryNow();
    const all = await wallet.notices();
    assert.equal(all.filter(({ what }) => FULL.test(what)).length, 1);
  });

  await t.test("a recovery waits before any safe is asked", async () => {
    await wallet.recover("First");
    await wallet.go("values");
    await wallet.says("The browser has no space left for this wallet.");
    assert.equal(proxy.count("/v1/recover"), 0);
    assert.equal((await readLedger(safe)).entries[0].state, "registered");
    assert.deepEqual(await wallet.account(), before);
  });

  await t.test("with space again both go on", async () => {
    await lift();
    await wallet.tryNow();
    await wallet.untilHere("Third");
    await wallet.untilHere("First");
    await wallet.untilQuiet();
    for (const name of ["First", "Second", "Third"]) assert.equal(await wallet.code(name), `code of ${name}`);
    assert.deepEqual(await wallet.account(), accountOf({ cameIn: 3, here: 3 }));
  });

  await t.test("a wallet that is opened without space shows what it has, and takes nothing that it cannot keep", async () => {
    await fill();
    await wallet.reload();
    assert.equal(await wallet.code("Third"), "code of Third");
    await wallet.backUp("Third", "One safe, sealed");
    await wallet.untilNotice(FULL);
    assert.equal(proxy.count("/v1/register"), 1, "nothing is registered that could not be written down");
    await lift();
    await wallet.tryNow();
    await wallet.untilAtSafe("Third");
    assert.deepEqual(await wallet.account(), accountOf({ cameIn: 3, here: 2, atSafes: 1 }));
  });
  // The browser's own word for it, once for each attempt.
  assert.deepEqual(wallet.complaints.filter((it) => !/Quota/i.test(it)), []);
});
