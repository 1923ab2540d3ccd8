// Passkeys in the wallet, with real safes that check what Chromium's authenticators sign.

import assert from "node:assert/strict";
import { test } from "node:test";
import { authenticatorsOf } from "./lib/authenticator.mjs";
import { endSessions } from "./lib/ledger.mjs";
import { startSafe } from "./lib/safe.mjs";
import { startSite } from "./lib/site.mjs";
import { openWallet } from "./lib/walk.mjs";
import { WITH, waysOf } from "./lib/ways.mjs";

const OPERATORS = ["Akagi", "Brienz", "Corrib"];
const NAME = "hana@example.org";

const startSafes = (t, vars = {}, operators = OPERATORS) =>
  Promise.all(operators.map((name) => startSafe(t, { vars: { OPERATOR: name, GRACE_SECONDS: 0, ...vars } })));

/** A wallet whose owner is enrolled at all of these safes. */
const enrolled = async (t, site, safes) => {
  const wallet = await openWallet(t, site);
  for (const safe of safes) await wallet.trustSafe(safe.url);
  const words = await wallet.makeWords(NAME);
  await wallet.enrol(words);
  await wallet.untilAtOwnerSafes("Knows you", safes.length, { seconds: 180 });
  return { wallet, words };
};

test("a passkey is enrolled at real safes, and is nothing without its owner", async (t) => {
  const safes = await startSafes(t);
  const site = await startSite(t);
  const { wallet, words } = await enrolled(t, site, safes);
  const ways = waysOf(wallet, site);
  const authenticators = await authenticatorsOf(wallet.page);
  const authenticator = await authenticators.add();
  await wallet.addTicket({ name: "Ticket", payload: "the code" });
  await wallet.untilHere("Ticket");
  await wallet.backUp("Ticket", "Any 2 of 3 safes");
  await wallet.untilAtSafe("Ticket");

  await t.test("a passkey is added at each safe with two touches", async () => {
    await ways.open(WITH.words, words);
    await ways.untilOpen(3);
    await wallet.page.getByLabel("What do you call it?").fill("blue key");
    await ways.button("Add it at these safes").click();
    await ways.touchUntil("three passkeys open", async () => (await ways.devices().count()) === 3);
    assert.equal((await authenticator.passkeys()).length, 3);
    assert.equal(new Set((await authenticator.passkeys()).map(({ id }) => id)).size, 3, "nothing joins them");
    await wallet.says("blue key");
    await wallet.page.getByText("What happened").first().click();
    await wallet.says("Added: blue key");
    await wallet.says("Logged in by the recovery secret");
    await ways.done();
  });

  await t.test("without its owner the authenticator opens nothing, and the screen says so", async () => {
    await ways.wipe();
    // No passkey is named, and which one Chromium's authenticator chooses is chance: none opens without its owner.
    await ways.beginRestore(safes[2], WITH.passkey);
    await ways.find();
    await authenticator.knowOwner(false);
    await ways.button("Use your passkey").click();
    await wallet.says("The passkey was not shown");
    assert.equal(await ways.read(), 0);
    await authenticator.knowOwner(true);
  });
});

test("a passkey that was copied is out, and of one that was deleted it is said what else opens", async (t) => {
  const [safe] = await startSafes(t, {}, OPERATORS.slice(0, 1));
  const site = await startSite(t);
  const { wallet, words } = await enrolled(t, site, [safe]);
  const ways = waysOf(wallet, site);
  const authenticator = await (await authenticatorsOf(wallet.page)).add();
  await ways.open(WITH.words, words, 1);
  await ways.addPasskeys("blue key", 1);
  await ways.done();
  const logIn = async () => {
    await ways.open(WITH.passkey);
    await ways.touchUntil("it is open", async () => (await ways.devices().count()) === 1);
    await ways.done();
  };

  await t.test("it opens, and its counter goes up", async () => {
    const before = await authenticator.uses();
    await logIn();
    assert.ok((await authenticator.uses()) > before);
  });

  await t.test("with the counter of a copy it opens nothing, and the history says why", async () => {
    await authenticator.setCounter(1);
    await ways.open(WITH.passkey);
    await ways.button("Use your passkey").click();
    await wallet.says("does not open at");
    assert.equal(await ways.devices().count(), 0);
    for (const { what } of await wallet.notices()) await wallet.acknowledge(what);
    await ways.open(WITH.words, words, 1);
    const [history] = await ways.histories();
    assert.ok(history.includes("blue key was refused: somebody has a copy of it"), history.join("\n"));
    await ways.done();
  });

  await t.test("deleted in the device's settings it is not shown, and the words still open", async () => {
    await authenticator.forget();
    await ways.open(WITH.passkey);
    await ways.button("Use your passkey").click();
    await wallet.says("The passkey was not shown");
    await wallet.go("values");
    await ways.open(WITH.words, words, 1);
  });
});

test("a kit whose session was over when it came is known to this browser, and safes take it in the next one", async (t) => {
  const [safe] = await startSafes(t, {}, OPERATORS.slice(0, 1));
  const site = await startSite(t);
  const { wallet, words } = await enrolled(t, site, [safe]);
  const ways = waysOf(wallet, site);
  await ways.open(WITH.words, words, 1);
  const kit = await ways.typeKit();
  await safe.restart(() => endSessions(safe));
  await ways.button("Use this kit").click();
  await ways.button("Show the ways in").waitFor({ timeout: 60_000 });
  await ways.open(WITH.words, words, 1);
  await wallet.typeWords(kit.join(" "));
  await ways.button("Have the safes know this kit, too").click();
  await wallet.says("A recovery kit was made");
  await ways.done();
  await ways.open(WITH.kit, kit, 1);
});

test("a safe that takes the passkeys of another site only says so before anything is made", async (t) => {
  const site = await startSite(t);
  const add = async (t, vars) => {
    const safes = await startSafes(t, vars, OPERATORS.slice(0, 1));
    const { wallet, words } = await enrolled(t, site, safes);
    const ways = waysOf(wallet, site);
    const authenticator = await (await authenticatorsOf(wallet.page)).add();
    await ways.open(WITH.words, words);
    await ways.untilOpen(1);
    await wallet.page.getByLabel("What do you call it?").fill("key");
    await ways.button("Add it at these safes").click();
    return { wallet, ways, authenticator };
  };

  await t.test("another name: the browser refuses", async (t) => {
    const { wallet, ways, authenticator } = await add(t, { PASSKEY_RP_ID: "wallet.example", PASSKEY_ORIGINS: "https://wallet.example" });
    await ways.button("Make the passkey (touch 1 of 2)").click();
    await wallet.says("The safe takes passkeys of another site only.");
    assert.deepEqual(await authenticator.passkeys(), []);
  });

  await t.test("another origin of that name: the safe refuses", async (t) => {
    const { wallet, ways } = await add(t, { PASSKEY_RP_ID: "localhost", PASSKEY_ORIGINS: "http://localhost:1" });
    await ways.touchUntil("it is refused", async () => (await wallet.text()).includes("This passkey is not taken at"));
    assert.equal(await ways.devices().count(), 0);
  });
});
