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

test("a passkey is renamed, and removed it opens no more, which its owner is told", async (t) => {
  const [safe] = await startSafes(t, {}, OPERATORS.slice(0, 1));
  const site = await startSite(t);
  const { wallet, words } = await enrolled(t, site, [safe]);
  const ways = waysOf(wallet, site);
  const authenticator = await (await authenticatorsOf(wallet.page)).add();
  const dialog = wallet.page.getByRole("dialog", { name: "This passkey at this safe" });
  await ways.open(WITH.words, words, 1);
  await ways.addPasskeys("blue key", 1);

  await t.test("it is called otherwise from now on, also in the next session", async () => {
    await ways.devices().filter({ hasText: "blue key" }).getByRole("button", { name: "Change…" }).click();
    await dialog.getByLabel("What do you call it?").fill("old phone");
    await dialog.getByRole("button", { name: "Give it this name" }).click();
    await ways.devices().filter({ hasText: "old phone" }).waitFor();
    await dialog.waitFor({ state: "hidden" });
    await ways.done();
    await ways.open(WITH.passkey);
    await ways.touchUntil("it opens", async () => (await ways.devices().count()) === 1);
    await ways.devices().filter({ hasText: "old phone" }).waitFor();
    await ways.done();
  });

  await t.test("removed it is gone, and the history says so", async () => {
    await ways.open(WITH.words, words, 1);
    await ways.devices().filter({ hasText: "old phone" }).getByRole("button", { name: "Change…" }).click();
    await dialog.getByRole("button", { name: "Remove it here" }).click();
    await wallet.says("No passkey opens here yet.");
    await dialog.waitFor({ state: "hidden" });
    const [history] = await ways.histories();
    assert.ok(history.includes("A device was removed"), history.join("\n"));
    await ways.done();
  });

  await t.test("the safe refuses it though the authenticator has it, and the owner is told what opens instead", async () => {
    assert.equal((await authenticator.passkeys()).length, 1);
    await ways.open(WITH.passkey);
    await ways.button("Use your passkey").click();
    await wallet.says(/This passkey does not open at .+: it is another safe's, or was removed there\./);
    await wallet.says("or use your recovery secret there");
    assert.equal(await ways.devices().count(), 0);
    await ways.open(WITH.words, words, 1);
  });
});

test("a passkey that keeps no secret is refused where one safe is enough, and said to lie open where it is not", async (t) => {
  const safes = await startSafes(t);
  const site = await startSite(t);

  await t.test("one safe alone would have everything: nothing is added", async (t) => {
    const { wallet, words } = await enrolled(t, site, safes.slice(0, 1));
    const ways = waysOf(wallet, site);
    await (await authenticatorsOf(wallet.page)).add({ prf: false });
    await ways.open(WITH.words, words, 1);
    await wallet.page.getByLabel("What do you call it?").fill("old key");
    await ways.button("Add it at these safes").click();
    await ways.button("Make the passkey (touch 1 of 2)").click();
    await wallet.says(/This authenticator cannot keep a secret, so .+ alone would have had everything\. It was not added\./);
    await wallet.says("Take another one");
    assert.equal(await ways.devices().count(), 0);
    await wallet.close();
  });

  const owner = "ryo@example.org";
  const wallet = await openWallet(t, site);
  for (const safe of safes) await wallet.trustSafe(safe.url);
  await wallet.addTicket({ name: "Film", payload: "code of Film" });
  await wallet.untilHere("Film");
  await wallet.backUp("Film", "Any 2 of 3 safes");
  await wallet.untilAtSafe("Film");
  const words = await wallet.makeWords(owner);
  await wallet.enrol(words);
  await wallet.untilAtOwnerSafes("Knows you", 3, { seconds: 180 });
  const ways = waysOf(wallet, site);
  const authenticator = await (await authenticatorsOf(wallet.page)).add({ prf: false });

  await t.test("of three safes two together would: it is added, and the owner reads what that means at each", async () => {
    await ways.open(WITH.words, words, 3);
    await ways.addPasskeys("old key", 3);
    for (const { url } of safes) {
      const { host } = new URL(url);
      const { what } = await wallet.untilNotice(new RegExp(`its share of your recovery lies unsealed at .*${host}\\. Any 2 safes where you have such a passkey can together read`));
      await wallet.acknowledge(what);
    }
  });

  await t.test("it opens all of them", async () => {
    await ways.open(WITH.passkey);
    await ways.touchUntil("three safes are open", async () => (await ways.devices().count()) === 3);
    await ways.done();
  });

  await t.test("in a new browser it takes the addresses of two safes, and then everything is there", async () => {
    await ways.wipe();
    await ways.beginRestore(safes[0], WITH.passkey);
    await ways.find();
    const another = wallet.region("Ask another safe");
    await ways.touchUntil("the first has opened", () => another.isVisible(), authenticator);
    await wallet.says("by this passkey it cannot say where the others are");
    await wallet.meet(safes[1].url);
    await ways.button("Ask it").click();
    await ways.touchUntil("all three are read", async () => (await ways.read()) === 3, authenticator);
    assert.deepEqual(await wallet.found(), ["Film"]);
    await wallet.recoverFound("Film");
    await wallet.untilHere("Film", { timeout: 120_000 });
    assert.equal(await wallet.code("Film"), "code of Film");
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
