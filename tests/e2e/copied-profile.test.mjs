// One wallet, copied: the two hard cases in which two devices hold the same certificate with all its keys. A value must
// come back on one of them only, and the other must be told, with the safe's signed receipt.

import assert from "node:assert/strict";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readLedger } from "./lib/ledger.mjs";
import { startSafeBehindProxy } from "./lib/proxy.mjs";
import { startSite } from "./lib/site.mjs";
import { until } from "./lib/until.mjs";
import { accountOf, openWallet } from "./lib/walk.mjs";

/** Two browsers of the same wallet, which had just backed `name` up when it was copied. */
const copied = async (t, name, more = async () => {}) => {
  const { proxy, safe } = await startSafeBehindProxy(t, { vars: { GRACE_SECONDS: 0 } });
  const site = await startSite(t);
  const folder = await mkdtemp(join(tmpdir(), "saifu-copied-"));
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 }));
  const [here, there] = [join(folder, "original"), join(folder, "copy")];

  const first = await openWallet(t, site, { profileDir: here });
  await first.trustSafe(proxy.url);
  await first.addTicket({ name, payload: `code of ${name}` });
  await first.untilHere(name);
  await first.backUp(name);
  await first.untilAtSafe(name);
  await more(first);
  await first.close();
  await cp(here, there, { recursive: true });
  const open = (profileDir) => openWallet(t, site, { profileDir });
  return { proxy, safe, original: () => open(here), copy: () => open(there) };
};

/** Waits until the wallet says of a backup that another device has it. */
const untilElsewhere = async (wallet, name) => {
  await wallet.openBackup(name);
  await wallet.says("Its safes have handed so much of it to another device that it cannot come back here.");
  assert.deepEqual((await wallet.parts()).map(({ state }) => state), ["On another device"]);
  assert.deepEqual(await wallet.atSafes(), [{ name, chip: "Elsewhere" }]);
  await wallet.untilNotice(new RegExp(`“${name}”`));
};

test("a value that was recovered does not come back a second time in a copied profile", async (t) => {
  const { safe, ...profiles } = await copied(t, "Twice");
  const original = await profiles.original();
  await original.recover("Twice");
  await original.untilHere("Twice");
  await original.close();
  const [entry] = (await readLedger(safe)).entries;
  assert.equal(entry.state, "withdrawn");

  const copy = await profiles.copy();
  assert.deepEqual(await copy.atSafes(), [{ name: "Twice", chip: "In safekeeping" }], "the copy does not know yet");
  await copy.recover("Twice");
  await untilElsewhere(copy, "Twice");

  await t.test("nothing of the value is here, also after opening again", async () => {
    assert.deepEqual(await copy.values(), []);
    await copy.reload();
    assert.deepEqual(await copy.values(), []);
    assert.deepEqual(await copy.atSafes(), [{ name: "Twice", chip: "Elsewhere" }]);
    assert.equal((await copy.account()).here, 0);
  });
  await t.test("asking once more changes nothing", async () => {
    for (const { what } of await copy.notices()) await copy.acknowledge(what);
    await copy.recover("Twice");
    await untilElsewhere(copy, "Twice");
    assert.deepEqual(await copy.values(), []);
  });
  await t.test("what is worth nothing any more is given up, and still accounted for", async () => {
    await copy.giveUp("Twice");
    await until("it is gone", async () => (await copy.backups()).length === 0);
    const { here, atSafes } = await copy.account();
    assert.deepEqual({ here, atSafes }, { here: 0, atSafes: 0 });
  });
  assert.deepEqual((await readLedger(safe)).entries, [{ ...entry, object: null }], "none of it touched the safe");
});

test("while a recovery is broken off on one device, the other is told so and gets nothing", async (t) => {
  const { proxy, safe, ...profiles } = await copied(t, "Open");
  const original = await profiles.original();
  const held = proxy.hold("/v1/ack", "request");
  await original.recover("Open");
  await held.reached;
  await original.says("Arrived");
  assert.deepEqual(await original.values(), [{ name: "Open", chip: "Arrived – confirming" }], "here, but not to be used");
  await original.kill();
  held.drop();
  const [entry] = (await readLedger(safe)).entries;
  assert.equal(entry.state, "withdrawing");

  const copy = await profiles.copy();
  await copy.recover("Open");
  await untilElsewhere(copy, "Open");
  assert.deepEqual(await copy.values(), []);
  await copy.account();
  await copy.close();

  await t.test("the first device finishes when it is started again", async () => {
    const again = await profiles.original();
    await again.untilHere("Open");
    assert.equal(await again.code("Open"), "code of Open");
    assert.deepEqual(await again.account(), accountOf({ cameIn: 1, here: 1 }));
    await again.close();
  });
  await t.test("from then on the other is told that it is there", async () => {
    const copy = await profiles.copy();
    await copy.recover("Open");
    await untilElsewhere(copy, "Open");
    assert.deepEqual(await copy.values(), []);
    assert.equal((await copy.account()).here, 0);
  });
});

test("when both devices ask at the same moment, one of them gets the value", async (t) => {
  const { safe, ...profiles } = await copied(t, "Race");
  const [one, two] = [await profiles.original(), await profiles.copy()];
  await Promise.all([one.recover("Race"), two.recover("Race")]);
  const outcome = async (wallet) => {
    await wallet.untilQuiet();
    const values = await wallet.values();
    if (values.length === 0) await untilElsewhere(wallet, "Race");
    return values.map(({ chip }) => chip);
  };
  assert.deepEqual([await outcome(one), await outcome(two)].flat(), ["In this browser only"]);
  assert.deepEqual((await readLedger(safe)).entries.map(({ state }) => state), ["withdrawn"]);
});
