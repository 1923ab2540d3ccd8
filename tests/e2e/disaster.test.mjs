// A device gets its values back, confirms them, and is lost. The safes keep for a while what they have handed out: the owner sees on a
// new device where it went, and gets a copy that is marked for good.

import assert from "node:assert/strict";
import { test } from "node:test";
import { readLedger } from "./lib/ledger.mjs";
import { startSafe } from "./lib/safe.mjs";
import { startSite } from "./lib/site.mjs";
import { until } from "./lib/until.mjs";
import { openWallet } from "./lib/walk.mjs";

const NAME = "hana@example.org";
const OPERATORS = ["Akagi", "Brienz", "Corrib"];
const CODE = "code of the film";
const MARK = "may already have been used";

test("what a lost device had confirmed comes to its owner as a marked copy", async (t) => {
  const vars = (name) => ({ OPERATOR: name, GRACE_SECONDS: 86_400 });
  const safes = await Promise.all(OPERATORS.map((name) => startSafe(t, { vars: vars(name) })));
  const site = await startSite(t);
  const old = await openWallet(t, site);
  for (const safe of safes) await old.trustSafe(safe.url);
  const words = await old.makeWords(NAME);
  await old.enrol(words);
  await old.untilAtOwnerSafes("Knows you", 3, { seconds: 180 });
  await old.addTicket({ name: "Film", payload: CODE });
  await old.untilHere("Film");
  await old.backUp("Film", "Any 2 of 3 safes");
  await old.untilAtSafe("Film");
  await old.recover("Film");
  await old.untilHere("Film", { timeout: 120_000 });
  await old.untilQuiet();
  await old.close();

  const states = async () => (await Promise.all(safes.map((safe) => readLedger(safe)))).flatMap(({ entries }) => entries.map(({ state }) => state));
  const before = await states();
  const wallet = await openWallet(t, site);
  const button = (name) => wallet.page.getByRole("button", { name, exact: true });
  await wallet.beginRestore(safes[0].url);
  await wallet.restore(NAME, words.join(" "));
  await wallet.untilAtOwnerSafes("Read", 3, { seconds: 180 });

  await t.test("the new device has nothing, and says that something was handed out", async () => {
    await wallet.says("were handed out to a device before");
    assert.deepEqual(await wallet.values(), []);
    await wallet.go("ways");
    await wallet.page.getByLabel("With", { exact: true }).selectOption({ label: "Name and six recovery words" });
    await wallet.typeWords(words.join(" "));
    await button("Show the ways in").click();
    await until("three sessions are open", async () => (await wallet.page.locator("section[aria-labelledby^='ways-']").count()) === 3, { seconds: 180 });
    await button("Show what was handed out").click();
    await wallet.says("Film");
    await wallet.says("to the device with the mark");
    await wallet.says("The safe keeps it until");
  });

  await t.test("a copy comes only after its owner was told what it is", async () => {
    await until("it is listed at two safes", async () => (await wallet.text()).match(/to the device with the mark/g)?.length >= 2, { seconds: 60 });
    await button("Get a copy all the same").first().click();
    await wallet.page.getByText("Get a copy only if that device is lost.").waitFor();
    await button("Get the copy").click();
    await wallet.says(MARK);
    await wallet.untilHere("Film", { timeout: 120_000 });
    assert.deepEqual(await states(), before, "no safe was told anything");
  });

  await t.test("the mark is where the value is, and the code asks once more", async () => {
    await wallet.go("values");
    await wallet.main.locator("article", { hasText: "Film" }).getByText(MARK).waitFor();
    await wallet.page.getByRole("link", { name: "Film" }).click();
    await button("Show code").click();
    const dialog = wallet.page.getByRole("dialog");
    await dialog.getByText("They may refuse it.").waitFor();
    assert.ok(!(await dialog.innerText()).includes(CODE));
    await dialog.getByRole("button", { name: "Show the code" }).click();
    await dialog.getByText(CODE).waitFor();
  });
  assert.deepEqual(wallet.complaints, []);
});
