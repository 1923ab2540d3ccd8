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

const when = (seconds) =>
  new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" }).format(new Date(seconds * 1_000));

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

/** What the certificate that is open shows of the safe's receipt. */
const receipt = (wallet) => wallet.facts(wallet.region("Signed receipt of the safe"));

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
  const words = /^“Twice” was handed to another device on .*; the safe localhost:\d+ proves it with a signed receipt\.$/;
  const notice = await copy.untilNotice(words);
  assert.match(notice.what, new RegExp(when(entry.since)));
  assert.match(notice.now, /contact the operator and show the receipt on the certificate\.$/);

  await t.test("the certificate shows what the safe signed: what, since when, for which session", async () => {
    await copy.openBackup("Twice");
    const shown = await receipt(copy);
    assert.equal(shown["What the safe says"], "Handed to another device");
    assert.equal(shown.Session.replaceAll(" ", ""), entry.session.slice(0, 8));
    assert.match(shown.Since, new RegExp(when(entry.since)));
  });
  await t.test("nothing of the value is here, also after opening again", async () => {
    assert.deepEqual(await copy.values(), []);
    await copy.reload();
    assert.deepEqual(await copy.values(), []);
    assert.deepEqual(await copy.atSafes(), [{ name: "Twice", chip: "Elsewhere" }]);
    assert.deepEqual(await copy.account(), accountOf({ cameIn: 1, elsewhere: 1 }));
  });
  await t.test("asking once more changes nothing", async () => {
    await copy.acknowledge(words);
    await copy.recover("Twice");
    await copy.untilNotice(words);
    assert.deepEqual(await copy.values(), []);
  });
  await t.test("the certificate that is worth nothing any more is discarded, and still accounted for", async () => {
    await copy.giveUp("Twice");
    await until("it is gone", async () => (await copy.backups()).length === 0);
    assert.deepEqual(await copy.account(), accountOf({ cameIn: 1, elsewhere: 1 }));
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
  await copy.untilNotice(/^“Open” was opened for another device on /);
  await copy.openBackup("Open");
  await copy.says("It is open on another device.");
  await copy.says("That device asked for it and has not confirmed yet, so the safe opens it for nobody else. Finish or call off the recovery there, then ask again here.");
  const shown = await receipt(copy);
  assert.equal(shown["What the safe says"], "Open on another device");
  assert.equal(shown.Session.replaceAll(" ", ""), entry.session.slice(0, 8));
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
    await copy.untilNotice(/^“Open” was handed to another device on /);
    assert.deepEqual(await copy.values(), []);
    assert.deepEqual(await copy.account(), accountOf({ cameIn: 1, elsewhere: 1 }));
  });
});

test("when both devices ask at the same moment, one of them gets the value", async (t) => {
  const { safe, ...profiles } = await copied(t, "Race");
  const [one, two] = [await profiles.original(), await profiles.copy()];
  await Promise.all([one.recover("Race"), two.recover("Race")]);
  const outcome = async (wallet) => {
    await wallet.untilQuiet();
    const values = await wallet.values();
    if (values.length === 0) await wallet.untilNotice(/^“Race” was (opened for|handed to) another device on /);
    return values.map(({ chip }) => chip);
  };
  assert.deepEqual([await outcome(one), await outcome(two)].flat(), ["In this browser only"]);
  assert.deepEqual((await readLedger(safe)).entries.map(({ state }) => state), ["withdrawn"]);
});
