// A device is lost with everything on it. In a new browser one address, a name and six words from a piece of paper bring everything
// back that lay at safes; and what is on the paper is left nowhere.

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { formsOf, makeFinder } from "./lib/forms.mjs";
import { readGuesses, readLedger } from "./lib/ledger.mjs";
import { startSafeBehindProxy } from "./lib/proxy.mjs";
import { startSite } from "./lib/site.mjs";
import { until } from "./lib/until.mjs";
import { openWallet } from "./lib/walk.mjs";

const OPERATORS = ["Akagi", "Brienz", "Corrib"];
/** Typed differently each time, and one name all the same. */
const NAMES = { first: "Hana@Example.org", again: " ｈａｎａ@example.ORG" };
/** A secret that could be somebody's. */
const OTHER_WORDS = "lusab babad babad babad babad zogid";
const SCREENS = ["values", "certificates", "safes", "notices", "settings", "recovery", "restore", "back-up", "keys"];
const WAYS = {
  Sealed: (wallet) => wallet.backUp("Sealed", "Any 2 of 3 safes"),
  Elsewhere: (wallet) => wallet.backUp("Elsewhere", "Key kept elsewhere"),
  "At one": (wallet) => wallet.backUp("At one", "One safe, sealed"),
  Plain: (wallet) => wallet.backUpNamed("Plain", "As it is, at one safe"),
};

const filesIn = async (folder) => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
};

/** Which of the words the page has, in its document or in its fields. One may be there by chance, two are not. */
const onScreen = async (page, words) => {
  const whole = await page.evaluate(() => document.documentElement.outerHTML + document.title + [...document.querySelectorAll("input, textarea")].map((input) => input.value).join());
  const found = words.filter((word) => new RegExp(`\\b${word}\\b`).test(whole));
  return found.length < 2 ? [] : found;
};

/** Finds the words in every form: each by itself would be there by chance, two in their order are not. */
const finderOf = (words) => {
  const pairs = words.slice(1).map((word, place) => [words[place], word]);
  const texts = pairs.flatMap(([one, two]) => [" ", "-", '","'].map((between) => `${one}${between}${two}`));
  return makeFinder(texts.map((text) => ({ what: text, forms: formsOf(text) })));
};

/** A wallet in a browser that never had one, with the paper in hand: the first screen leads to what brings everything back. */
const openNew = async (t, site, all, options) => {
  const wallet = await openWallet(t, site, options);
  await wallet.page.getByRole("link", { name: "Restore a lost wallet", exact: true }).click();
  await wallet.heading("Restore").waitFor();
  await wallet.meet(all[0].proxy.url);
  await wallet.page.getByLabel("Your name", { exact: true }).waitFor();
  return wallet;
};

test("everything comes back by one address, a name and six words", async (t) => {
  const all = await Promise.all(OPERATORS.map((name) => startSafeBehindProxy(t, { vars: { OPERATOR: name, GRACE_SECONDS: 0 } })));
  const site = await startSite(t);
  const old = await openWallet(t, site);
  for (const { proxy } of all) await old.trustSafe(proxy.url);
  for (const [name, backUp] of Object.entries(WAYS)) {
    await old.addTicket({ name, payload: `code of ${name}` });
    await old.untilHere(name);
    await backUp(old);
    await old.untilAtSafe(name);
  }
  await old.go("values");
  await old.says("If this device is lost, nobody can fetch the 4 values at your safes.");

  const words = await old.makeWords(NAMES.first);
  const find = finderOf(words);

  await t.test("while they are shown they can be found", async () => {
    assert.equal(words.length, 6);
    assert.notEqual(find(Buffer.from(words.join(" "))), undefined);
    const texts = await old.main.locator(".words").innerText();
    for (const word of words) assert.ok(texts.includes(word));
    assert.deepEqual(await onScreen(old.page, words), words);
  });

  await t.test("the paper says what it is, where a safe is, and by what that safe is known", async () => {
    const paper = old.main.locator("article.panel", { has: old.page.locator(".words") });
    await paper.getByRole("heading", { name: "Saifu – Six recovery words" }).waitFor();
    const shown = await paper.innerText();
    assert.match(shown, /not those of a recovery kit/);
    const ids = await Promise.all(
      all.map(async ({ proxy }) => {
        const { id } = await (await fetch(`${proxy.url}/.well-known/electronic-safe`)).json();
        return { url: proxy.url, start: Buffer.from(id, "base64url").toString("hex").slice(0, 16).match(/.{4}/g).join(" ") };
      }),
    );
    const printed = ids.filter(({ url }) => shown.includes(url));
    assert.equal(printed.length, 2);
    for (const { url, start } of printed) assert.ok(shown.toLowerCase().includes(`${start} …`), url);
  });

  await t.test("other words than those that were shown are not enrolled", async () => {
    await old.enrol(OTHER_WORDS.split(" "));
    await old.says("These are six words, but not those that were shown.");
    await old.page.getByRole("button", { name: "See the words again" }).click();
  });

  await old.enrol(words);
  await old.untilAtOwnerSafes("Knows you", 3, { seconds: 180 });

  await t.test("the home screen has nothing more to warn of", async () => {
    await old.go("values");
    await old.says("In safekeeping");
    assert.ok(!(await old.text()).includes("If this device is lost"));
  });

  await t.test("no screen shows the words any more, and no file of the profile has them", async () => {
    for (const screen of SCREENS) {
      await old.go(screen);
      assert.deepEqual(await onScreen(old.page, words), [], screen);
    }
    assert.deepEqual(old.complaints, []);
    await old.close();
    const files = await filesIn(old.profileDir);
    assert.ok(files.some((file) => /IndexedDB/.test(file)), "the wallet's store was searched");
    for (const file of files) assert.equal(find(await readFile(file)), undefined, file);
  });

  await t.test("no request says them, and no answer", () => {
    for (const { proxy } of all) {
      assert.ok(proxy.seen.length > 0);
      for (const { path, headers, body, reply } of proxy.seen) {
        for (const part of [path, JSON.stringify(headers), body, JSON.stringify(reply.headers), reply.body]) {
          assert.equal(find(Buffer.from(part)), undefined, path);
        }
      }
    }
  });

  const wallet = await openNew(t, site, all);
  const asked = () => all.reduce((sum, { proxy }) => sum + proxy.paths().length, 0);

  await t.test("a word that is misread is named before any safe is asked", async () => {
    const before = asked();
    await wallet.restore(NAMES.again, words.with(3, "hello").join(" "));
    await wallet.says("Word 4 is none that Saifu makes.");
    await wallet.restore(NAMES.again, [words[1], words[0], ...words.slice(2)].join(" "));
    await wallet.says("These six do not belong together.");
    await wallet.restore(NAMES.again, words.slice(0, 5).join(" "));
    await wallet.says("There are 5 words, not six.");
    assert.equal(asked(), before);
  });

  await t.test("a secret that is another one is a guess, and nobody says which half is wrong", async () => {
    await wallet.restore(NAMES.again, OTHER_WORDS);
    await wallet.says("Name and secret do not open together at the safe");
    // It is tried as the newest secret, and as the one before.
    assert.deepEqual(await readGuesses(all[0].safe), [2]);
  });

  await t.test("the name stays, the secret does not, and the focus is where it is typed once more", async () => {
    const words = wallet.page.getByLabel("The six recovery words", { exact: true });
    await until("it has the focus", () => words.evaluate((field) => field === document.activeElement));
    await wallet.page.getByRole("alert").filter({ hasText: "It did not open together with the name." }).waitFor();
    assert.equal(await wallet.page.getByLabel("Your name", { exact: true }).inputValue(), NAMES.again);
    assert.equal(await words.inputValue(), "");
  });

  await t.test("that it was wrong is still said when the wallet is opened again", async () => {
    await wallet.reload();
    await wallet.go("restore");
    await wallet.says("Name and secret do not open together at the safe");
  });

  await t.test("the right one finds all safes and everything there", async () => {
    await wallet.page.getByLabel("Your name", { exact: true }).fill(NAMES.again);
    await wallet.typeWords(words.join("、").toUpperCase());
    await wallet.page.getByLabel("The six recovery words", { exact: true }).press("Enter");
    await wallet.untilAtOwnerSafes("Read", 3, { seconds: 180 });
    await until("the heading has the focus", () => wallet.heading("Restore").evaluate((it) => it === document.activeElement));
    await until("nothing is wrong any more", async () => !(await wallet.text()).includes("do not open together"));
    assert.deepEqual((await wallet.found()).sort(), Object.keys(WAYS).sort());
    assert.deepEqual(await readGuesses(all[0].safe), [0]);
  });

  await t.test("what is chosen comes back, and then the rest", async () => {
    await wallet.recoverFound("Plain");
    await wallet.untilHere("Plain");
    await wallet.go("restore");
    assert.deepEqual((await wallet.found()).sort(), Object.keys(WAYS).filter((name) => name !== "Plain").sort());
    await wallet.recoverFound();
    for (const name of Object.keys(WAYS)) {
      await wallet.untilHere(name, { timeout: 120_000 });
      assert.equal(await wallet.code(name), `code of ${name}`);
    }
    await wallet.untilQuiet();
    for (const { safe } of all) {
      await until("nothing waits at the safe", async () => (await readLedger(safe)).entries.every(({ state }) => state !== "registered"));
    }
  });

  await wallet.backUp("Sealed", "Any 2 of 3 safes");
  await wallet.untilAtSafe("Sealed");
  let next;

  await t.test("the words are changed, and nothing is registered anew for it", async () => {
    const entries = async () => (await Promise.all(all.map(({ safe }) => readLedger(safe)))).map(({ entries }) => entries.length);
    const before = await entries();
    const askedBefore = asked();
    next = await wallet.changeWords(words);
    // Until then they all know the owner by the words before.
    await until("the change has begun", () => asked() > askedBefore);
    await wallet.untilAtOwnerSafes("Knows you", 3, { seconds: 180 });
    assert.notDeepEqual(next, words);
    assert.deepEqual(await entries(), before);
    assert.deepEqual(await onScreen(wallet.page, [...words, ...next]), []);
    await wallet.close();
  });

  await t.test("with one safe dead the others are enough, and it can be left out", async () => {
    await all[2].safe.stop();
    const third = await openNew(t, site, all);
    await third.restore(NAMES.first, words.join(" "));
    await third.says("Name and secret do not open together at the safe");
    await third.restore(NAMES.first, next.join(" "));
    await third.untilAtOwnerSafes("Read", 2, { seconds: 180 });
    await third.says("does not answer");
    await third.page.getByRole("button", { name: "Leave it out" }).click();
    await third.untilAtOwnerSafes("Not read", 1);
    assert.deepEqual(await third.found(), ["Sealed"]);
    await third.recoverFound("Sealed");
    await third.untilHere("Sealed", { timeout: 120_000 });
    assert.equal(await third.code("Sealed"), "code of Sealed");
  });
});
