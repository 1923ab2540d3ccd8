// Whether a backup would come back is found out before it must: at real safes, of which one is damaged and one is gone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { readLedger, rot } from "./lib/ledger.mjs";
import { startAll } from "./lib/spread.mjs";
import { until } from "./lib/until.mjs";
import { accountOf } from "./lib/walk.mjs";

/** What the ledger of a safe says of each entry, but for since when: that is set anew when a session gives back. */
const entriesAt = async ({ safe }) =>
  (await readLedger(safe)).entries.map(({ counter, state, session, certificate, object }) => ({ counter, state, session, certificate, object: object?.toString("hex") }));

const count = ({ proxy }, path) => proxy.count(path);

test("a backup is rehearsed", async (t) => {
  const { safes, wallet, add } = await startAll(t, 3);
  const { page } = wallet;
  const health = (state) => page.locator(`[data-health=${state}]`).waitFor();
  const rehearse = async (name) => {
    await wallet.openBackup(name);
    await page.getByRole("button", { name: "Try it now" }).click();
  };
  const drill = async () => {
    await wallet.go("rules");
    await page.getByRole("button", { name: "Try all of them now" }).click();
  };
  /** The newest line of the activity. */
  const said = (words) => page.getByRole("region", { name: "What the rules have done" }).getByRole("listitem").first().filter({ hasText: words }).waitFor();

  for (const name of ["First", "Second", "Third"]) {
    await add(name, { price: "1600" });
    await wallet.backUp(name, "Any 2 of 3 safes");
    await wallet.untilAtSafe(name);
  }
  await wallet.untilQuiet();
  const before = await Promise.all(safes.map(entriesAt));

  await t.test("it comes back, is given back, and nothing else has changed", async () => {
    await wallet.openBackup("First");
    await health("unchecked");
    await rehearse("First");
    await health("good");
    for (const safe of safes) {
      assert.equal(count(safe, "/v1/recover"), 1);
      assert.equal(count(safe, "/v1/return"), 1);
      assert.equal(count(safe, "/v1/ack"), 0);
    }
    assert.deepEqual(await Promise.all(safes.map(entriesAt)), before);
    assert.deepEqual(await wallet.account(), accountOf({ cameIn: 3, atSafes: 3 }));
    assert.deepEqual(await wallet.notices(), []);
  });

  await t.test("a fire drill tries all of them, with one safe gone, and says so", async () => {
    await safes[2].proxy.down();
    await drill();
    await said("Came back and given back again: 3 of 3. Whole parts: 6 of 9.");
    await wallet.openBackup("Second");
    await health("weak");
    await wallet.says("It comes back. Safes that did not answer: 1.");
    for (const [at, safe] of safes.slice(0, 2).entries()) assert.deepEqual(await entriesAt(safe), before[at]);
    await safes[2].proxy.up();
    await wallet.reload();
    const isAsBefore = async () => isDeepStrictEqual(await entriesAt(safes[2]), before[2]);
    await until("what may have been open is given back", async () => count(safes[2], "/v1/return") >= 4 && (await isAsBefore()));
  });

  await t.test("what has rotted at a safe is found, told, and can be moved", async () => {
    await safes[0].safe.restart(() => rot(safes[0].safe));
    await rehearse("Third");
    await health("weak");
    await wallet.says("It comes back. Damaged or gone: 1 of its parts. Move it to other safes.");
    const { now } = await wallet.untilNotice(/^Of the 3 parts of “Third” some are damaged or gone \(1\)/);
    assert.match(now, /move it to other safes/);
    await wallet.go("certificates");
    await page.getByRole("listitem").filter({ hasText: "Third" }).getByText("Weakened").waitFor();
    await wallet.openBackup("Third");
    await page.getByRole("link", { name: "Move to other safes…" }).waitFor();
    await wallet.acknowledge("damaged or gone");
  });

  await t.test("a drill that is called off gives back what it has", async () => {
    const held = safes[1].proxy.hold("/v1/recover", "reply");
    await drill();
    await held.reached;
    await page.getByRole("button", { name: "Call off" }).first().click();
    held.release();
    await until("nothing is under way", async () => (await page.getByRole("region", { name: "Under way" }).count()) === 0);
    assert.deepEqual(await entriesAt(safes[1]), before[1]);
  });

  await t.test("and it comes back when it is wanted", async () => {
    await wallet.recover("Third");
    await wallet.untilHere("Third");
    assert.equal(await wallet.code("Third"), "code of Third");
  });
});
