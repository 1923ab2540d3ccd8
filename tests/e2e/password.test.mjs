// A password of the owner's own in the place of six words: enrolled, refused for money while it is weak, and enough to have
// everything back in a browser that has nothing.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startSafe } from "./lib/safe.mjs";
import { startSite } from "./lib/site.mjs";
import { until } from "./lib/until.mjs";
import { openWallet } from "./lib/walk.mjs";

const NAME = "hana@example.org";
const WEAK = "kolibri farn";
const STRONG = "kolibri farn zweig moos tinte";
const LONG = { seconds: 180 };

test("an own password is judged, kept away from money while it is weak, and brings everything back", async (t) => {
  const safes = await Promise.all(["Akagi", "Brienz"].map((OPERATOR) => startSafe(t, { vars: { OPERATOR, GRACE_SECONDS: 0 } })));
  const site = await startSite(t);
  const wallet = await openWallet(t, site);
  const { page } = wallet;
  const button = (name) => page.getByRole("button", { name, exact: true });
  const field = (name) => page.getByLabel(name, { exact: true });
  const choose = async (password, label, again = password) => {
    await field("New password").fill(password);
    await field("The same password again").fill(again);
    await button(label).click();
  };
  for (const safe of safes) await wallet.trustSafe(safe.url);
  await wallet.addTicket({ name: "Ticket", payload: "the code" });
  await wallet.untilHere("Ticket");

  await t.test("what is too weak for anything is refused, and so is another one the second time", async () => {
    await wallet.go("recovery");
    await field("Your name").fill(NAME);
    await button("Choose a password of my own").click();
    await choose("hana1234", "Let it open my safes");
    await wallet.says("Too weak: anybody who tries a while would find it.");
    await choose(WEAK, "Let it open my safes", STRONG);
    assert.equal(await page.locator(".field-error").count(), 1);
    await field("New password").fill(STRONG);
    await wallet.says("Strong, about");
    await field("New password").fill(WEAK);
    await wallet.says("Fair, about 32 bits");
  });

  await t.test("a fair one opens the safes, and money is refused behind it", async () => {
    await choose(WEAK, "Let it open my safes");
    await wallet.untilAtOwnerSafes("Knows you", 2, LONG);
    await wallet.says("The password that opens your safes is too weak for money.");
  });

  await t.test("it is changed to a strong one, and the warning goes", async () => {
    await button("Change to a password of my own").click();
    await field("The password so far").fill(WEAK);
    await choose(STRONG, "Change it at my safes");
    // The safes know the owner all the while, so that it is done shows only where it warned.
    await until("it warns no more", async () => !(await wallet.text()).includes("too weak for money"), LONG);
  });

  await wallet.backUp("Ticket", "One safe, sealed");
  await wallet.untilAtSafe("Ticket");
  await wallet.close();

  await t.test("in a new browser one address, the name and the password bring it back", async () => {
    const other = await openWallet(t, site);
    await other.beginRestore(safes[0].url);
    await other.page.getByLabel("With", { exact: true }).selectOption({ label: "Name and a password of my own" });
    await other.page.getByLabel("Your name", { exact: true }).fill(NAME);
    await other.page.getByLabel("Your password", { exact: true }).fill(STRONG);
    await other.page.getByRole("button", { name: "Find everything again", exact: true }).click();
    await other.says("Ticket", LONG);
    await other.go("recovery");
    await other.untilAtOwnerSafes("Knows you", 2, LONG);
    await other.close();
  });
});
