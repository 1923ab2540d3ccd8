// Everything is frozen with one press: whoever comes with name and words gets nothing, until the owner has shown two ways in.

import assert from "node:assert/strict";
import { test } from "node:test";
import { readLedger } from "./lib/ledger.mjs";
import { startSafe } from "./lib/safe.mjs";
import { startSite } from "./lib/site.mjs";
import { until } from "./lib/until.mjs";
import { openWallet } from "./lib/walk.mjs";

const NAME = "hana@example.org";
const CODE = "code of the film";
const WITH = { words: "Name and six recovery words", kit: "Recovery kit" };
const LONG = { seconds: 180 };

test("a freeze keeps a thief with the words out, and two ways in lift it", async (t) => {
  const safe = await startSafe(t, { vars: { OPERATOR: "Akagi", GRACE_SECONDS: 0 } });
  const site = await startSite(t);
  const owner = await openWallet(t, site);
  const button = (name) => owner.page.getByRole("button", { name, exact: true });
  await owner.trustSafe(safe.url);
  await owner.addTicket({ name: "Film", payload: CODE });
  await owner.untilHere("Film");
  await owner.backUp("Film", "One safe, sealed");
  await owner.untilAtSafe("Film");
  const words = await owner.makeWords(NAME);
  await owner.enrol(words);
  await owner.untilAtOwnerSafes("Knows you", 1, LONG);

  const show = async (label, secret) => {
    await owner.go("ways");
    await owner.page.getByLabel("With", { exact: true }).selectOption({ label });
    await owner.typeWords(secret.join(" "));
    await button("Show the ways in").click();
    const open = () => owner.page.locator("section[aria-labelledby^='ways-']").count();
    await until("the safe is open", async () => (await open()) === 1, LONG);
  };
  const done = async () => {
    await button("Done").last().click();
    await button("Show the ways in").waitFor();
  };
  const freeze = async () => {
    await owner.go("waits");
    await button("Freeze everything").click();
    await owner.page.getByRole("dialog").getByRole("button", { name: "Freeze everything", exact: true }).click();
  };

  await t.test("with one kind of way in nothing is frozen, and the notice says what to do", async () => {
    await freeze();
    await owner.region("Freezing").getByText("you get in there by one kind of way only").waitFor();
    await owner.go("notices");
    await owner.says("you get in there by one kind of way only");
  });

  let kit;
  await t.test("a kit is made", async () => {
    await show(WITH.words, words);
    await button("Make a kit").click();
    await owner.page.locator(".words code").nth(5).waitFor();
    kit = await owner.page.locator(".words code").allTextContents();
    await button("I have it on paper").click();
    await owner.typeWords(kit.join(" "));
    await button("Use this kit").click();
    await owner.says("A recovery kit was made");
    await done();
  });

  await t.test("then it is, and every screen that is looked at first says so", async () => {
    await freeze();
    await owner.says("Frozen since");
    await owner.region("Freezing").getByText("Frozen at 1 of 1 safes").waitFor();
    await owner.go("values");
    await owner.says("at 1 of 1 safes. Nothing leaves them.");
  });

  const thief = await openWallet(t, site);
  await t.test("a thief with the words gets nothing", async () => {
    await thief.beginRestore(safe.url);
    await thief.restore(NAME, words.join(" "));
    await thief.untilAtOwnerSafes("Read", 1, LONG);
    await thief.recoverFound("Film");
    await thief.go("values");
    await thief.says("You have frozen everything at Akagi");
    const { entries } = await readLedger(safe);
    assert.deepEqual(entries.map(({ state }) => state), ["registered"]);
    await thief.close();
  });

  await t.test("one way in does not lift it, a second one of another kind does", async () => {
    await show(WITH.words, words);
    await button("Lift with this way in").click();
    await owner.says("has been shown the words or the password. It is still frozen.");
    await owner.region("Freezing").getByText("One of two shown, still frozen").waitFor();
    await done();
    await show(WITH.kit, kit);
    await button("Lift with this way in").click();
    await owner.page.getByText("Frozen since").first().waitFor({ state: "detached" });
    await owner.region("Freezing").getByText("No longer frozen").waitFor();
    await done();
  });

  await t.test("and it comes back", async () => {
    await owner.recover("Film");
    await owner.untilHere("Film");
    assert.equal(await owner.code("Film"), CODE);
  });
  assert.deepEqual(owner.complaints, []);
});
