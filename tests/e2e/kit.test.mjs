// One kit: its six words unlock this browser and open at the safes, and it is made and ended for both.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startSafe } from "./lib/safe.mjs";
import { startSite } from "./lib/site.mjs";
import { until } from "./lib/until.mjs";
import { openWallet } from "./lib/walk.mjs";

const NAME = "hana@example.org";
const LONG = { seconds: 180 };

test("one kit is made for browser and safes, told to them later, and ended for both", async (t) => {
  const safes = await Promise.all(["Akagi", "Brienz"].map((OPERATOR) => startSafe(t, { vars: { OPERATOR, GRACE_SECONDS: 0 } })));
  const site = await startSite(t);
  const wallet = await openWallet(t, site);
  const { page } = wallet;
  const button = (name) => page.getByRole("button", { name, exact: true });
  const sheet = page.locator(".kit");
  const take = async () => {
    await sheet.locator(".words code").nth(5).waitFor();
    const words = await sheet.locator(".words code").allTextContents();
    await button("I have it on paper").click();
    assert.equal(await sheet.count(), 0, "words and code are gone with the sheet");
    await wallet.typeWords(words.join(" "));
    await button("Use this kit").click();
    return words;
  };
  const open = async (words) => {
    await wallet.go("ways");
    await wallet.typeWords(words.join(" "));
    await button("Show the ways in").click();
    await until("two safes are open", async () => (await page.locator("section[aria-labelledby^='ways-']").count()) === 2, LONG);
  };
  for (const safe of safes) await wallet.trustSafe(safe.url);
  const words = await wallet.makeWords(NAME);
  await wallet.enrol(words);
  await wallet.untilAtOwnerSafes("Knows you", 2, LONG);
  let kit;

  await t.test("made in the lock, it says that the safes do not know it; they are told with its words, and no others", async () => {
    await wallet.go("lock");
    await page.getByRole("button", { name: /^Passcode/ }).click();
    await page.getByLabel("New passcode", { exact: true }).fill("kolibri farn");
    await page.getByLabel("The same once more").fill("kolibri farn");
    await button("Use this passcode").click();
    await wallet.says("It is one of the methods now.");
    await page.getByRole("button", { name: /^Recovery kit/ }).click();
    for (const safe of safes) await sheet.getByText(safe.url).waitFor();
    kit = await take();
    await wallet.says("The kit unlocks this browser. Your safes do not know it.");
    await button("Switch the lock on").click();
    await wallet.says("The lock is on.");
    await open(words);
    await wallet.typeWords(words.join(" "));
    await button("Have the safes know this kit, too").click();
    await wallet.says("These are not the words of your kit.");
    await wallet.typeWords(kit.join(" "));
    await button("Have the safes know this kit, too").click();
    await wallet.says("opens 2 of the 2 safes", LONG);
  });

  await t.test("on a new device the kit opens, its code pasted whole", async () => {
    const other = await openWallet(t, site);
    await other.beginRestore(safes[1].url);
    await other.page.getByLabel("With", { exact: true }).selectOption({ label: "Recovery kit" });
    await other.page.getByLabel("Your name", { exact: true }).fill(NAME);
    await other.typeWords([kit.join("-"), ...safes.map(({ url }) => url), NAME].join("\n"));
    await other.page.getByRole("button", { name: "Find everything again", exact: true }).click();
    await other.go("recovery");
    await other.untilAtOwnerSafes("Knows you", 2, LONG);
    await other.close();
  });

  await t.test("ended, it opens neither browser nor safes", async () => {
    await button("End the kit here and at my safes").click();
    await until("no safe has a kit", async () => (await page.getByText("No kit opens here.").count()) === 2, LONG);
    await wallet.go("lock");
    assert.equal(await page.getByRole("button", { name: "Remove: Recovery kit" }).count(), 0);
    assert.ok(!(await wallet.text()).includes("still opens at your safes"));
    for (const safe of safes) {
      const finder = await openWallet(t, site);
      await finder.beginRestore(safe.url);
      await finder.page.getByLabel("With", { exact: true }).selectOption({ label: "Recovery kit" });
      await finder.restore(NAME, kit.join(" "));
      await finder.says("Name and secret do not open together at the safe");
      await finder.close();
    }
  });
});
