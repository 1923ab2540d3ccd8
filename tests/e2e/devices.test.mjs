// Passkeys in the wallet, with real safes that check what Chromium's authenticators sign.

import assert from "node:assert/strict";
import { test } from "node:test";
import { authenticatorsOf } from "./lib/authenticator.mjs";
import { startSafe } from "./lib/safe.mjs";
import { startSite } from "./lib/site.mjs";
import { until } from "./lib/until.mjs";
import { openWallet } from "./lib/walk.mjs";

const OPERATORS = ["Akagi", "Brienz", "Corrib"];
const NAME = "hana@example.org";
const WITH = {
  words: "Name and six words",
  passkey: "Passkeys of the safes: one touch for each",
};
const LONG = { seconds: 120 };

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

const waysOf = (wallet, site) => {
  const { page } = wallet;
  const button = (name) => page.getByRole("button", { name, exact: true });
  const ways = {
    button,
    by: (label) => page.getByLabel("With", { exact: true }).selectOption({ label }),
    /** Opens a session at every safe. */
    open: async (label, words) => {
      await wallet.go("ways");
      await ways.by(label);
      if (words !== undefined) await wallet.typeWords(words.join(" "));
      await button("Show the ways in").click();
    },
    untilOpen: (count) => until(`${count} safes are open`, async () => (await page.locator("section[aria-labelledby^='ways-']").count()) === count, LONG),
    done: async () => {
      await button("Done").last().click();
      await button("Show the ways in").waitFor();
    },
    /** Presses whatever asks for the authenticator until `over` says so. */
    touchUntil: (what, over) =>
      until(
        what,
        async () => {
          if (await over()) return true;
          const asks = page.getByRole("button", { name: /^(Use your passkey|Make the passkey|Show that it works)/ }).first();
          await asks.click({ timeout: 500 }).catch(() => undefined);
          return false;
        },
        LONG,
      ),
    devices: () => page.locator("section[aria-labelledby^='ways-'] li", { has: page.getByRole("button", { name: "Change…" }) }),
    read: async () => wallet.region("Your safes").locator(".chip", { hasText: /^Read$/ }).count(),
    /** Everything that the browser keeps for the site is gone; the authenticator is not. */
    wipe: async () => {
      // The session stays: with any of a page's sessions go the authenticators that DevTools plays to it.
      const session = await page.context().newCDPSession(page);
      await session.send("Storage.clearDataForOrigin", { origin: site.url, storageTypes: "all" });
      await page.reload();
      await wallet.start();
    },
    beginRestore: async (safe, label) => {
      await wallet.beginRestore(safe.url);
      await ways.by(label);
    },
    find: () => button("Find everything again").click(),
  };
  return ways;
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
    await wallet.says("Logged in by the six words");
    await ways.done();
  });

  await t.test("without its owner the authenticator opens nothing, and the screen says so", async () => {
    await ways.wipe();
    // The passkey made last is what Chromium's authenticator chooses where none is named.
    await ways.beginRestore(safes[2], WITH.passkey);
    await ways.find();
    await authenticator.knowOwner(false);
    await ways.button("Use your passkey").click();
    await wallet.says("The passkey was not shown");
    assert.equal(await ways.read(), 0);
    await authenticator.knowOwner(true);
  });
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
