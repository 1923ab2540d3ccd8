// A device is lost with everything on it. The new browser reaches the safe with the key and no other: that one fetches the
// ciphertext from the safe that has it, and the wallet sends that safe nothing at all.

import assert from "node:assert/strict";
import { test } from "node:test";
import { readLedger } from "./lib/ledger.mjs";
import { startSafeBehindProxy } from "./lib/proxy.mjs";
import { startSite } from "./lib/site.mjs";
import { until } from "./lib/until.mjs";
import { openWallet } from "./lib/walk.mjs";

const NAME = "hana@example.org";
const OPERATORS = ["Akagi", "Brienz"];
const TICKETS = ["To use", "To put back"];

/** Whether a page sent this. A safe that brings an order has no origin. */
const isOfBrowser = ({ headers }) => headers.origin !== undefined;

test("the safe with the key fetches what another one keeps", async (t) => {
  const both = await Promise.all(
    OPERATORS.map((name) => startSafeBehindProxy(t, { vars: { OPERATOR: name, GRACE_SECONDS: 0 } })),
  );
  const site = await startSite(t);
  const old = await openWallet(t, site);
  for (const { proxy } of both) await old.trustSafe(proxy.url);
  const words = await old.makeWords(NAME);
  await old.enrol(words);
  await old.untilAtOwnerSafes("Knows you", 2, { seconds: 180 });
  for (const name of TICKETS) {
    await old.addTicket({ name, payload: `code of ${name}` });
    await old.untilHere(name);
    await old.backUpNamed(name, "The key only at another safe");
    await old.untilAtSafe(name);
  }
  // Which of the two the wallet gave the key is by their keys, which are made by chance.
  const keepers = [];
  for (const name of TICKETS) {
    await old.openBackup(name);
    keepers.push((await old.parts()).map(({ safe }) => both[OPERATORS.indexOf(safe)]));
  }
  const [[value, key], others] = keepers;
  assert.ok(others[0] === value && others[1] === key, "both tickets lie in the same way");
  await old.close();

  // The page gets no answer from the safe with the ciphertext; other safes do.
  const cutOff = async (asked, forward) => (isOfBrowser(asked) ? undefined : forward(asked));
  value.proxy.fault = cutOff;
  value.proxy.faultsAll = true;
  const wallet = await openWallet(t, site);
  await wallet.beginRestore(key.proxy.url);
  await wallet.restore(NAME, words.join(" "));
  await wallet.untilAtOwnerSafes("Read", 1, { seconds: 180 });
  await wallet.page.getByRole("button", { name: "Leave it out" }).click();
  await wallet.untilAtOwnerSafes("Not read", 1);
  const before = value.proxy.seen.length;
  const since = () => value.proxy.seen.slice(before);

  await t.test("it comes back to use, and the wallet has sent the value safe nothing", async () => {
    await wallet.fetch("To use", words);
    await wallet.untilHere("To use", { timeout: 120_000 });
    assert.equal(await wallet.code("To use"), "code of To use");
    await wallet.untilQuiet();
    assert.deepEqual(since().filter(isOfBrowser), []);
    const paths = since().map(({ method, path }) => `${method} ${path}`);
    const orders = paths.filter((path) => path === "POST /v1/orders");
    // One to recover and one to confirm, each after a look at who is there.
    assert.equal(orders.length, 2, paths.join());
    assert.ok(paths.every((path) => ["POST /v1/orders", "GET /.well-known/electronic-safe"].includes(path)), paths.join());
    const ended = async (safe) => (await readLedger(safe)).entries.filter(({ state }) => state !== "registered").length;
    await until("both safes are done with it", async () => (await ended(value.safe)) === 1 && (await ended(key.safe)) === 1);
  });

  await t.test("the other goes back to both safes under a new key", async () => {
    value.proxy.fault = undefined;
    await wallet.fetch("To put back", words, "Put it back");
    const registered = async (safe) => (await readLedger(safe)).entries.filter(({ state }) => state === "registered").length;
    const all = async (safe) => (await readLedger(safe)).entries.length;
    await until("each safe has a new entry", async () => (await all(value.safe)) === 3 && (await all(key.safe)) === 3);
    await until("and the old ones are over", async () => (await registered(value.safe)) === 1 && (await registered(key.safe)) === 1);
    await wallet.untilQuiet();
    const names = (cards) => cards.map(({ name }) => name);
    assert.deepEqual(names(await wallet.values()), ["To use"]);
    assert.deepEqual(await wallet.backups(), ["To put back"]);
    await wallet.recover("To put back");
    await wallet.untilHere("To put back", { timeout: 120_000 });
    assert.equal(await wallet.code("To put back"), "code of To put back");
  });
  assert.deepEqual(wallet.complaints.filter((text) => !/Failed to load resource|ERR_/.test(text)), []);
});
