// Plans, walked with real safes: every protection that is offered, safes that are down in the middle of it, and keys.

import assert from "node:assert/strict";
import { test } from "node:test";
import { OPERATORS, startAll } from "./lib/spread.mjs";
import { until } from "./lib/until.mjs";
import { accountOf } from "./lib/walk.mjs";

const PROTECTIONS = [
  { protection: "One safe, sealed", parts: ["The value"] },
  { protection: "Key kept elsewhere", parts: ["The value", "The key"] },
  { protection: "Any 2 of 3 safes", parts: ["Piece 1", "Piece 2", "Piece 3"] },
  { protection: "Money: 3 of 4, released once", parts: ["Piece 1", "Piece 2", "Piece 3", "Piece 4"] },
];

test("every protection that is offered", async (t) => {
  const { safes, wallet, add, alive } = await startAll(t, 4);

  let cameIn = 0;
  for (const { protection, parts } of PROTECTIONS) {
    await t.test(`${protection}: there and back`, async () => {
      const name = `Under ${protection}`;
      await add(name, { price: "1600" });
      cameIn += 1;
      await wallet.backUp(name, protection);
      await wallet.heading("Backed up").waitFor();
      await wallet.untilAtSafe(name);
      assert.deepEqual(await wallet.values(), []);

      await wallet.openBackup(name);
      const shown = await wallet.parts();
      assert.deepEqual(shown.map(({ what }) => what), parts);
      assert.deepEqual(new Set(shown.map(({ state }) => state)), new Set(["Has it"]));
      assert.equal(new Set(shown.map(({ safe }) => safe)).size, parts.length, "each at a safe of its own");
      await wallet.says(protection);

      for (const { object } of await alive()) {
        assert.ok(!object.includes(`code of ${name}`) && !object.includes(name), "no safe has what it could read");
      }
      await wallet.recover(name);
      await wallet.heading("Yours again").waitFor();
      await wallet.untilHere(name);
      assert.equal(await wallet.code(name), `code of ${name}`);
      await until("no safe holds anything of it", async () => (await alive()).length === 0);
      await until("no backup is left", async () => (await wallet.backups()).length === 0);
      assert.deepEqual(await wallet.account(), accountOf({ cameIn, here: 1, used: cameIn - 1 }));
      await wallet.markUsed(name);
      await until("it is used", async () => (await wallet.values()).length === 0);
    });
  }

  await t.test("what is worth much is suggested the strongest of them", async () => {
    await add("Dear", { price: "20,000" });
    await wallet.openValue("Dear");
    await wallet.page.getByRole("link", { name: "Back up", exact: true }).click();
    const chosen = wallet.page.getByRole("radio", { name: /^Money: 3 of 4/ });
    await chosen.waitFor();
    assert.ok(await chosen.isChecked());
  });

  await t.test("what is owned by rule is the owner's to change, and kept", async () => {
    await wallet.go("policy");
    await wallet.page.getByLabel("Protection").first().selectOption("Any 2 of 3 safes");
    await wallet.reload();
    await wallet.openValue("Dear");
    await wallet.page.getByRole("link", { name: "Back up", exact: true }).click();
    await until("the rule is followed", () => wallet.page.getByRole("radio", { name: /^Any 2 of 3/ }).isChecked());
  });

  await t.test("moved to other safes, it can be recovered from there", async () => {
    await wallet.page.getByRole("radio", { name: /^One safe, sealed/ }).check();
    await wallet.page.getByRole("button", { name: "Back up", exact: true }).click();
    await wallet.untilAtSafe("Dear");
    await wallet.openBackup("Dear");
    const before = await wallet.parts();
    await wallet.page.getByRole("link", { name: "Move to other safes…" }).click();
    await wallet.page.getByRole("radio", { name: /^Any 2 of 3/ }).check();
    await wallet.page.getByRole("button", { name: "Move it" }).click();
    await until("it is at three safes", async () => (await alive()).length === 3);
    await wallet.untilQuiet();
    await until("there is one backup of it", async () => (await wallet.backups()).length === 1);
    await wallet.openBackup("Dear");
    assert.deepEqual((await wallet.parts()).map(({ what }) => what), ["Piece 1", "Piece 2", "Piece 3"]);
    assert.equal(before.length, 1);
    await wallet.recover("Dear");
    await wallet.untilHere("Dear");
    assert.equal(await wallet.code("Dear"), "code of Dear");
    await wallet.account();
  });

  await t.test("what is given up is ended everywhere", async () => {
    await wallet.backUp("Dear", "Any 2 of 3 safes");
    await wallet.untilAtSafe("Dear");
    await wallet.giveUp("Dear");
    await until("no safe holds anything of it", async () => (await alive()).length === 0);
    await until("no backup is left", async () => (await wallet.backups()).length === 0);
    const { discarded } = await wallet.account();
    assert.equal(discarded, 1);
  });
  assert.deepEqual(wallet.complaints, []);
  assert.equal(safes.length, 4);
});

test("what is chosen for a back-up", async (t) => {
  const { wallet, add } = await startAll(t, 3);
  const { page } = wallet;
  for (const name of ["First", "Second", "Third"]) await add(name, { price: "1600" });
  const button = (name) => page.getByRole("button", { name, exact: true });

  await t.test("is where more ways begin, and still there on the way back", async () => {
    await wallet.go("back-up");
    await page.getByRole("checkbox", { name: /^First/ }).uncheck();
    await page.getByRole("radio", { name: /^One safe, sealed/ }).check();
    await button("Back up 2").waitFor();
    await page.getByRole("link", { name: "More ways…" }).click();
    await wallet.heading("More ways").waitFor();
    await button("Back up 2").waitFor();
    assert.equal(await page.getByRole("checkbox", { name: /^First/ }).isChecked(), false);
    assert.equal(await page.getByLabel("Start from").locator("option:checked").textContent(), "One safe, sealed");
    await page.getByRole("link", { name: "Back", exact: true }).click();
    await wallet.heading("Back up").waitFor();
    assert.equal(await page.getByRole("checkbox", { name: /^First/ }).isChecked(), false);
    assert.ok(await page.getByRole("radio", { name: /^One safe, sealed/ }).isChecked());
    await wallet.go("values");
    await wallet.go("back-up");
    await button("Back up 3").waitFor();
  });

  await t.test("and does not fit is marked where it was chosen", async () => {
    await page.getByRole("link", { name: "More ways…" }).click();
    const field = page.getByLabel("Safes that must confirm");
    await field.fill("9");
    await page.keyboard.press("Tab");
    await until("it is marked", async () => (await field.getAttribute("aria-invalid")) === "true");
    const note = page.locator(`#${await field.getAttribute("aria-describedby")}`);
    assert.match(await note.textContent(), /^9 safes would have to confirm, but only 3 can\. Let fewer confirm\./);
    assert.ok(await button("Back up 3").isDisabled());
  });

  await t.test("one value alone is not offered to be coupled", async () => {
    const coupling = page.getByRole("checkbox", { name: /^Couple/ });
    assert.equal(await coupling.count(), 1);
    await wallet.openValue("First");
    await page.getByRole("link", { name: "Back up", exact: true }).click();
    await page.getByRole("link", { name: "More ways…" }).click();
    await page.getByRole("checkbox", { name: /^Seal/ }).waitFor();
    assert.equal(await coupling.count(), 0);
  });

  await t.test("names the safe that could read it, and no safe where none could", async () => {
    const readers = page.getByText(/^(Akagi|Brienz|Corrib) could read it\.$/);
    await page.getByLabel("Start from").selectOption("Sealed, with the key beside it");
    await readers.waitFor();
    assert.equal(await readers.count(), 1);
    await page.getByLabel("Start from").selectOption("The key only at another safe");
    await wallet.says("No safe can read it alone: it takes 2 together.");
    assert.equal(await readers.count(), 0);
  });

  await t.test("with too few safes for what a value is worth says so", async () => {
    await add("Dear", { price: "20,000" });
    await wallet.openValue("Dear");
    await page.getByRole("link", { name: "Back up", exact: true }).click();
    await wallet.says("For what this is worth, “Money: 3 of 4, released once” is meant.");
    await wallet.says("It takes one more safe of another operator.");
    await page.getByRole("main").getByRole("link", { name: "Add a safe" }).waitFor();
    assert.ok(await page.getByRole("radio", { name: /^Any 2 of 3/ }).isChecked());
  });
  assert.deepEqual(wallet.complaints, []);
});

test("with one safe of three down", async (t) => {
  const { safes, wallet, add, alive } = await startAll(t, 3);
  const [, , { proxy: third }] = safes;
  /** How the part stands that lies at the third safe, and how the others do. */
  const states = async () => {
    const parts = await wallet.parts();
    const of = (is) => parts.filter(({ safe }) => (safe === OPERATORS[2]) === is).map(({ state }) => state);
    return { third: of(true), others: of(false) };
  };

  await t.test("a back-up says how far it is, and completes by itself when the safe is back", async () => {
    await add("Partly");
    await third.down();
    await wallet.backUp("Partly", "Any 2 of 3 safes");
    await wallet.says("2 of 3 safes have it. The last one is tried again by itself.");
    assert.deepEqual(await states(), { third: ["Being sent"], others: ["Has it", "Has it"] });
    await wallet.says("No answer; tried again by itself.");
    assert.deepEqual(await wallet.values(), [{ name: "Partly", chip: "Backing up…" }]);
    await wallet.reload();
    assert.deepEqual(await wallet.values(), [{ name: "Partly", chip: "Backing up…" }]);
    await third.up();
    await wallet.untilAtSafe("Partly");
    await wallet.openBackup("Partly");
    await wallet.says("All 3 safes have it.");
  });

  await t.test("two are enough to recover, and the third is told when it is back", async () => {
    await third.down();
    await wallet.recover("Partly");
    await wallet.heading("Yours again").waitFor();
    await until("what is left is named", async () => (await states()).third[0] === "Being ended");
    await wallet.untilHere("Partly");
    assert.equal(await wallet.code("Partly"), "code of Partly");
    assert.equal((await alive()).length, 1);
    await third.up();
    await until("the third has ended it", async () => (await alive()).length === 0);
    await until("no backup is left", async () => (await wallet.backups()).length === 0);
    assert.deepEqual(await wallet.account(), accountOf({ cameIn: 1, here: 1 }));
  });

  await t.test("with two down it waits, and can be called off", async () => {
    await wallet.backUp("Partly", "Any 2 of 3 safes");
    await wallet.untilAtSafe("Partly");
    await Promise.all([third.down(), safes[1].proxy.down()]);
    await wallet.recover("Partly");
    await wallet.says("1 of 3 safes has answered.");
    await wallet.page.getByRole("button", { name: "Call off" }).click();
    await wallet.untilNotice(/^The recovery of “Partly” was called off\.$/);
    await Promise.all([third.up(), safes[1].proxy.up()]);
    await wallet.untilAtSafe("Partly");
    assert.deepEqual(await wallet.values(), []);
    // What was asked for is given back first, as soon as the safes answer again.
    await wallet.openBackup("Partly");
    await until("everything was given back", async () => (await wallet.parts()).every(({ state }) => state === "Has it"));
    await wallet.recover("Partly");
    await wallet.untilHere("Partly");
    assert.deepEqual(await wallet.account(), accountOf({ cameIn: 1, here: 1 }));
  });
});

test("keys", async (t) => {
  const { wallet, add } = await startAll(t, 3);
  const { page } = wallet;

  await t.test("a key that lies elsewhere can be deleted here, and what it opens still comes back", async () => {
    await add("Sealed");
    await wallet.backUp("Sealed", "Key kept elsewhere");
    await wallet.untilAtSafe("Sealed");
    assert.deepEqual((await wallet.keys()).map(({ opens, here }) => [opens, here]), [["Opens Sealed", "Here"]]);
    await wallet.openKey("Common key");
    await page.getByRole("button", { name: "Delete…" }).click();
    await wallet.says("It can be fetched again from where it lies.");
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await until("it is gone", async () => (await wallet.keys()).length === 0);
    await wallet.recover("Sealed");
    await wallet.untilHere("Sealed");
    assert.equal(await wallet.code("Sealed"), "code of Sealed");
  });

  await t.test("keys that open nothing go at once", async () => {
    await wallet.go("keys");
    await page.getByLabel("Kind of key").selectOption("Pair of keys");
    await page.getByRole("button", { name: "Make", exact: true }).click();
    await until("it is made", async () => (await wallet.keys()).some(({ name }) => name.startsWith("Pair of keys")));
    await page.getByRole("button", { name: /^Delete \d+ keys? that opens? nothing$|^Delete \d+ keys that open nothing$/ }).click();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await until("they are gone", async () => (await wallet.keys()).length === 0);
  });

  await t.test("a seed that is backed up and erased here still seals, and comes back", async () => {
    await wallet.go("keys");
    await page.getByLabel("Kind of key").selectOption("Seed of a pair");
    await page.getByRole("button", { name: "Make", exact: true }).click();
    await until("it is made", async () => (await wallet.keys()).length === 1);
    await wallet.openKey("Seed of a pair");
    await page.getByRole("checkbox", { name: /^Akagi/ }).check();
    await page.getByLabel("Erase the key here once it is registered").check();
    await page.getByRole("button", { name: "Back the key up" }).click();
    await until("it only seals", async () => (await wallet.keys())[0].here === "Only seals");

    await wallet.openKey("Seed of a pair");
    await page.getByRole("button", { name: "Fetch it from its backup" }).click();
    await until("it is here", async () => (await wallet.keys())[0].here === "Here");
    assert.equal((await wallet.backups()).length, 1, "its safe goes on keeping it");
  });
});
