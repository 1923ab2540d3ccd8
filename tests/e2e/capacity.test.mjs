// A wallet with little room: what finds none waits and says so, and goes on by itself as soon as there is some.

import assert from "node:assert/strict";
import { test } from "node:test";
import { readLedger } from "./lib/ledger.mjs";
import { startSafeBehindProxy } from "./lib/proxy.mjs";
import { startSite } from "./lib/site.mjs";
import { until } from "./lib/until.mjs";
import { accountOf, openWallet } from "./lib/walk.mjs";

/** About 700 bytes: one fits into a kilobyte, two do not. */
const large = (name) => ({ name, payload: `code of ${name}`, remarks: "x".repeat(500) });

/** A recovery that finds no room: it waits before any safe is asked. */
const untilItWaits = async (wallet, { proxy, safe }, name) => {
  await wallet.says("Waits for room in the wallet. Nothing is lost.");
  const { what, now } = await wallet.untilNotice(new RegExp(`^The wallet is full: \\d+ (bytes|B) more are needed for “${name}”\\.$`));
  assert.match(now, /Nothing is lost, the work waits\. Back something up, clear what has ended, or raise the limit/, what);
  assert.deepEqual(await wallet.jobs(), [`${name} – Recovering Waits for room in the wallet. Nothing is lost. Call off`]);
  assert.equal(proxy.count("/v1/recover"), 0);
  assert.equal((await readLedger(safe)).entries[0].state, "registered");
};

test("a wallet with room for one value", async (t) => {
  const { proxy, safe } = await startSafeBehindProxy(t);
  const wallet = await openWallet(t, await startSite(t));
  await wallet.trustSafe(proxy.url);
  await wallet.setCapacity(1);
  const add = async (name) => {
    await wallet.addTicket(large(name));
    await wallet.untilHere(name);
  };
  await add("First");
  await wallet.backUp("First");
  await wallet.untilAtSafe("First");
  await add("Second");

  await t.test("a recovery waits before it asks the safe, and says how much is missing", async () => {
    await wallet.recover("First");
    await untilItWaits(wallet, { proxy, safe }, "First");
  });

  await t.test("it still waits when the wallet is opened again", async () => {
    await wallet.reload();
    await wallet.says("Waits for room in the wallet. Nothing is lost.");
    assert.deepEqual(await wallet.account(), accountOf({ cameIn: 2, here: 1, atSafes: 1 }));
  });

  await t.test("room is made by using a value, and the recovery goes on by itself", async () => {
    await wallet.untilNotice(/^The wallet is full/);
    await wallet.markUsed("Second");
    await wallet.untilHere("First");
    await wallet.untilQuiet();
    assert.deepEqual(await wallet.notices(), [], "it is full no more");
    assert.equal(await wallet.code("First"), "code of First");
    assert.deepEqual(await wallet.account(), accountOf({ cameIn: 2, here: 1, used: 1 }));
  });

  await t.test("what is added without room is forgotten only when its owner has said so twice", async () => {
    const press = (name) => wallet.region("Under way").getByRole("button", { name }).click();
    await wallet.addTicket(large("Third"));
    await wallet.says("Waits for room in the wallet. Nothing is lost.");
    await wallet.go("values");
    await press("Call off…");
    await press("Keep it");
    assert.equal((await wallet.jobs()).length, 1);
    await press("Call off…");
    await press("Forget what was typed");
    await wallet.untilQuiet();
    assert.deepEqual(await wallet.notices(), []);
    assert.deepEqual(await wallet.account(), accountOf({ cameIn: 3, here: 1, used: 1, discarded: 1 }));
  });

  await t.test("so does what is added without room, once something is backed up", async () => {
    await wallet.addTicket(large("Third"));
    await wallet.says("Waits for room in the wallet. Nothing is lost.");
    assert.equal((await wallet.jobs()).length, 1);
    assert.deepEqual((await wallet.values()).map(({ name }) => name), ["First"]);
    await wallet.account();
    await wallet.reload();
    assert.equal((await wallet.jobs()).length, 1, "what was typed is not lost");

    await wallet.backUp("First");
    await wallet.untilHere("Third");
    await wallet.untilQuiet();
    assert.equal(await wallet.code("Third"), "code of Third");
    assert.deepEqual(await wallet.account(), accountOf({ cameIn: 4, here: 1, atSafes: 1, used: 1, discarded: 1 }));
  });

  await t.test("or once there is more room for all", async () => {
    await wallet.recover("First");
    await wallet.says("Waits for room in the wallet. Nothing is lost.");
    await wallet.setCapacity(2);
    await wallet.untilHere("First");
    assert.deepEqual(await wallet.account(), accountOf({ cameIn: 4, here: 2, used: 1, discarded: 1 }));
  });

  await t.test("an owner who does not want to wait calls the recovery off, and the value stays at the safe", async () => {
    await wallet.setCapacity(1);
    await wallet.backUp("First");
    await wallet.untilAtSafe("First");
    await wallet.recover("First");
    await wallet.says("Waits for room in the wallet. Nothing is lost.");
    await wallet.callOff();
    await wallet.untilQuiet();
    await wallet.untilAtSafe("First");
    const alive = async () => (await readLedger(safe)).entries.filter(({ state }) => state === "registered").length === 1;
    await until("it waits at the safe", alive);
    assert.deepEqual(await wallet.account(), accountOf({ cameIn: 4, here: 1, atSafes: 1, used: 1, discarded: 1 }));
  });
});

test("what was registered as it is waits for room in the same way", async (t) => {
  const { proxy, safe } = await startSafeBehindProxy(t);
  const wallet = await openWallet(t, await startSite(t));
  await wallet.trustSafe(proxy.url);
  await wallet.setCapacity(1);
  await wallet.addTicket(large("First"));
  await wallet.untilHere("First");
  await wallet.backUpNamed("First", "As it is, at one safe");
  await wallet.untilAtSafe("First");
  await wallet.addTicket(large("Second"));
  await wallet.untilHere("Second");
  await wallet.recoverAlone("First");
  await untilItWaits(wallet, { proxy, safe }, "First");
  await wallet.markUsed("Second");
  await wallet.untilHere("First");
  assert.equal(await wallet.code("First"), "code of First");
  assert.deepEqual(await wallet.account(), accountOf({ cameIn: 2, here: 1, used: 1 }));
});
