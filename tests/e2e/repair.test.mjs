// A safe that is gone for good, and one that says nothing: a backup is moved away from the first, and waits for the second.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { readLedger } from "./lib/ledger.mjs";
import { OPERATORS, startAll } from "./lib/spread.mjs";
import { until } from "./lib/until.mjs";
import { accountOf } from "./lib/walk.mjs";

/** What the states of a safe's entries are, oldest first. */
const statesAt = async ({ safe }) => (await readLedger(safe)).entries.map(({ state }) => state);

const chooseSeats = async ({ page }, operators) => {
  await page.getByText(/^Safes: /).click();
  for (const [slot, operator] of operators.entries()) await page.getByLabel(`Safe ${slot + 1} gets`).selectOption({ label: operator });
};

/** Whatever is asked is taken and never answered, until `end()`. */
const muffle = (proxy) => {
  let end;
  const ended = new Promise((done) => (end = done));
  proxy.fault = async () => void (await ended);
  return () => {
    proxy.fault = undefined;
    end();
  };
};

test("a backup is moved away from a safe that is gone", async (t) => {
  const { safes, wallet, add } = await startAll(t, 4);
  const [akagi, brienz, corrib, durance] = safes;
  await add("Moved", { price: "1600" });
  await wallet.openValue("Moved");
  await wallet.page.getByRole("link", { name: "Back up", exact: true }).click();
  await wallet.page.getByRole("radio", { name: /^Any 2 of 3 safes/ }).check();
  await chooseSeats(wallet, OPERATORS.slice(0, 3));
  await wallet.page.getByRole("button", { name: "Back up", exact: true }).click();
  await wallet.untilAtSafe("Moved");
  for (const it of [akagi, brienz, corrib]) assert.deepEqual(await statesAt(it), ["registered"]);

  await corrib.proxy.down();
  await t.test("it is registered anew, and only then do the old ones let go", async () => {
    await wallet.openBackup("Moved");
    await wallet.page.getByRole("link", { name: "Move to other safes…" }).click();
    // The screen asks the safes before it chooses any: the one that is gone is not among them, and is marked where it can be chosen.
    await wallet.page.getByText(/^Safes: (?!.*Corrib).*Durance/).waitFor();
    const offered = await wallet.page.getByLabel("Safe 1 gets").locator("option").allTextContents();
    assert.deepEqual(offered.sort(), ["Akagi", "Brienz", "Corrib (no answer)", "Durance"]);
    await wallet.page.getByRole("radio", { name: /^Any 2 of 3 safes/ }).check();
    await chooseSeats(wallet, [OPERATORS[0], OPERATORS[1], OPERATORS[3]]);
    const held = durance.proxy.hold("/v1/register", "request");
    await wallet.page.getByRole("button", { name: "Move it" }).click();
    await held.reached;
    // Who let go too early has had its time to do so.
    await sleep(2_000);
    for (const it of [akagi, brienz]) assert.match((await statesAt(it))[0], /^(registered|withdrawing)$/, "as long as it is nowhere else");
    assert.deepEqual(await wallet.values(), [{ name: "Moved", chip: "Arrived – confirming" }], "it cannot be used on the way");
    assert.deepEqual(await wallet.account(), accountOf({ cameIn: 1, atSafes: 1 }));
    held.release();

    await until("the old ones are ended where they are alive", async () => {
      const states = await Promise.all([akagi, brienz].map(statesAt));
      return states.every(([old, now]) => /^(withdrawn|retired)$/.test(old) && now === "registered");
    });
    assert.deepEqual(await statesAt(durance), ["registered"]);
    assert.deepEqual(await statesAt(corrib), ["registered"], "it has not heard of it");
  });

  await t.test("the page says where it is now, and what is still to be told", async () => {
    await until("there are two", async () => (await wallet.backups()).length === 2);
    await wallet.page.getByRole("main").getByRole("listitem").filter({ hasNotText: "Being ended" }).getByRole("link").click();
    await wallet.says("All 3 safes have it.");
    const parts = await wallet.parts();
    assert.deepEqual(parts.map(({ state }) => state), ["Has it", "Has it", "Has it"]);
    assert.deepEqual(parts.map(({ safe }) => safe).sort(), [OPERATORS[0], OPERATORS[1], OPERATORS[3]]);
    await wallet.go("certificates");
    await wallet.page.getByRole("main").getByRole("listitem").filter({ hasText: "Being ended" }).getByRole("link").click();
    await wallet.says("1 safe is still to end its part; it is asked until it does.");
    assert.deepEqual(await wallet.account(), accountOf({ cameIn: 1, atSafes: 1 }));
  });

  await t.test("it comes back with one more safe gone", async () => {
    await brienz.proxy.down();
    await wallet.go("certificates");
    await wallet.page.getByRole("main").getByRole("listitem").filter({ hasNotText: "Being ended" }).getByRole("link").click();
    await wallet.page.getByRole("button", { name: "Recover", exact: true }).click();
    await wallet.untilHere("Moved");
    assert.equal(await wallet.code("Moved"), "code of Moved");
    assert.deepEqual(await wallet.account(), accountOf({ cameIn: 1, here: 1 }));
  });

  await t.test("those that come back are told to end theirs", async () => {
    await Promise.all([brienz.proxy.up(), corrib.proxy.up()]);
    await wallet.reload();
    await until("nothing is left", async () => (await wallet.backups()).length === 0, { seconds: 60 });
    const states = (await Promise.all(safes.map(statesAt))).flat();
    assert.equal(states.length, 6);
    for (const state of states) assert.match(state, /^(withdrawn|retired)$/);
    assert.deepEqual(await wallet.notices(), []);
  });
});

test("a safe of three takes everything and says nothing", async (t) => {
  const { safes, wallet, add } = await startAll(t, 3);
  const [, , { proxy: third }] = safes;
  await add("Waits", { price: "1600" });
  const speak = muffle(third);
  await wallet.backUp("Waits", "Any 2 of 3 safes");

  await t.test("as long as it may still answer, the rest is on its way", async () => {
    await wallet.says("2 of 3 safes have it. The rest is on its way.");
  });
  await t.test("then it is tried again by itself, and the value stays here", async () => {
    await wallet.page.getByText("2 of 3 safes have it. The last one is tried again by itself.").waitFor();
    const parts = await wallet.parts();
    assert.deepEqual(new Set(parts.map(({ safe, state }) => `${safe}: ${state}`)), new Set(["Akagi: Has it", "Brienz: Has it", "Corrib: Being sent"]));
    await wallet.says("No answer; tried again by itself.");
    assert.deepEqual(await wallet.values(), [{ name: "Waits", chip: "Backing up…" }]);
    assert.deepEqual(await wallet.account(), accountOf({ cameIn: 1, here: 1 }));
    assert.deepEqual(await wallet.notices(), []);
  });
  await t.test("when it speaks again, it completes by itself", async () => {
    const asked = third.count("/v1/register");
    speak();
    await wallet.untilAtSafe("Waits");
    assert.ok(third.count("/v1/register") > asked, "without the owner");
    await wallet.openBackup("Waits");
    await wallet.says("All 3 safes have it.");
    for (const it of safes) assert.deepEqual(await statesAt(it), ["registered"], "once, however often it was asked");
    assert.deepEqual(await wallet.account(), accountOf({ cameIn: 1, atSafes: 1 }));
  });
  await t.test("and it comes back", async () => {
    await wallet.recover("Waits");
    await wallet.untilHere("Waits");
    assert.equal(await wallet.code("Waits"), "code of Waits");
  });
});

test("a safe that is gone for good is put away", async (t) => {
  const { safes, wallet, add } = await startAll(t, 3);
  const { page } = wallet;
  const cardOf = (name) => page.getByRole("article").filter({ hasText: name });
  const chip = (name, words) => cardOf(name).locator(".chip", { hasText: words }).waitFor();
  const press = (name, label) => cardOf(name).getByRole("button", { name: label }).click();
  await add("Home", { price: "1600" });
  await wallet.backUp("Home", "Any 2 of 3 safes");
  await wallet.untilAtSafe("Home");
  await safes[2].proxy.down();
  await wallet.recover("Home");
  await wallet.untilHere("Home");

  await t.test("no safe is said to answer that was not asked since the wallet was opened", async () => {
    await wallet.reload();
    await wallet.go("safes");
    await press("Corrib", "Ask now");
    await chip("Corrib", "No answer");
    assert.equal((await wallet.facts(cardOf("Corrib")))["Last answered"], "Not since the wallet was opened");
    await press("Akagi", "Ask now");
    await chip("Akagi", "Answered");
    assert.notEqual((await wallet.facts(cardOf("Akagi")))["Last answered"], "Not since the wallet was opened");
  });
  await t.test("what it was still to end is said, and is given up by its owner alone", async () => {
    await wallet.says("1 thing there is still to be ended; it is asked until it does.");
    assert.equal(await cardOf("Corrib").getByRole("button", { name: "Forget…" }).count(), 0);
    await press("Corrib", "Stop asking…");
    const dialog = page.getByRole("dialog", { name: "Stop asking Corrib?" });
    await dialog.getByText("Its certificates are deleted here").waitFor();
    await dialog.getByRole("button", { name: "Stop asking", exact: true }).click();
    await press("Corrib", "Forget…");
    await page.getByRole("button", { name: "Forget it" }).click();
    await cardOf("Corrib").waitFor({ state: "detached" });
  });
  await t.test("and the value is here, once", async () => {
    assert.deepEqual(await wallet.backups(), []);
    assert.equal(await wallet.code("Home"), "code of Home");
    assert.deepEqual(await wallet.account(), accountOf({ cameIn: 1, here: 1 }));
    assert.deepEqual(await statesAt(safes[2]), ["registered"], "it has not heard of it");
  });
});
