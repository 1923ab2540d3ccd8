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

const AS_IT_IS = "As it is, at one safe";

/** Two browsers of the same wallet, which had just backed `name` up, in this way or as is suggested, when it was copied. */
const copied = async (t, name, way) => {
  const { proxy, safe } = await startSafeBehindProxy(t, { vars: { GRACE_SECONDS: 0 } });
  const site = await startSite(t);
  const folder = await mkdtemp(join(tmpdir(), "saifu-copied-"));
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 }));
  const [here, there] = [join(folder, "original"), join(folder, "copy")];

  const first = await openWallet(t, site, { profileDir: here });
  await first.trustSafe(proxy.url);
  await first.addTicket({ name, payload: `code of ${name}` });
  await first.untilHere(name);
  await (way === undefined ? first.backUp(name) : first.backUpNamed(name, way));
  await first.untilAtSafe(name);
  await first.close();
  await cp(here, there, { recursive: true });
  const open = (profileDir) => openWallet(t, site, { profileDir });
  return { proxy, safe, original: () => open(here), copy: () => open(there) };
};

/** What a notice says of an entry in this state, and what the receipt does. */
const SAID = {
  withdrawing: { notice: "was opened for another device on", receipt: "Open on another device", now: /show the receipt on the certificate to the operator\.$/ },
  withdrawn: { notice: "was handed to another device on", receipt: "Handed to another device", now: /contact the operator and show the receipt on the certificate\.$/ },
};

/** Checks the receipt of the certificate that is open against the entry in the safe's ledger. */
const checkReceipt = async (wallet, { state, session, since }) => {
  const shown = await wallet.receipt();
  assert.equal(shown["What the safe says"], SAID[state].receipt);
  assert.equal(shown.Session.replaceAll(" ", ""), session.slice(0, 8));
  assert.match(shown.Since, new RegExp(when(since)));
};

/** Waits for the notice that another device has it, and answers what it says. */
const untilToldElsewhere = async (wallet, name, { state, since }) => {
  const words = new RegExp(`^“${name}” ${SAID[state].notice} .*; the safe localhost:\\d+ proves it with a signed receipt\\.$`);
  const { what, now } = await wallet.untilNotice(words);
  assert.match(what, new RegExp(when(since)));
  assert.match(now, SAID[state].now);
  return what;
};

/** Waits until the wallet says of a backup that another device has it, and by which receipt. Answers the notice. */
const untilElsewhere = async (wallet, name, entry) => {
  await wallet.openBackup(name);
  await until("the safe has answered", async () => (await wallet.parts()).every(({ state }) => state === "On another device"));
  await wallet.says("Its safes have handed so much of it to another device that it cannot come back here.");
  assert.equal((await wallet.parts()).length, 1);
  assert.deepEqual(await wallet.atSafes(), [{ name, chip: "Elsewhere" }]);
  assert.deepEqual(await wallet.account(), accountOf({ cameIn: 1, elsewhere: 1 }));
  const what = await untilToldElsewhere(wallet, name, entry);
  await wallet.openBackup(name);
  await wallet.region("Where it lies").getByRole("link").first().click();
  await checkReceipt(wallet, entry);
  return what;
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
  const told = await untilElsewhere(copy, "Twice", entry);

  await t.test("nothing of the value is here, also after opening again", async () => {
    assert.deepEqual(await copy.values(), []);
    await copy.reload();
    assert.deepEqual(await copy.values(), []);
    assert.deepEqual(await copy.atSafes(), [{ name: "Twice", chip: "Elsewhere" }]);
    assert.deepEqual(await copy.account(), accountOf({ cameIn: 1, elsewhere: 1 }));
  });
  await t.test("asking once more changes nothing", async () => {
    await copy.acknowledge(told);
    assert.deepEqual(await copy.notices(), []);
    await copy.recover("Twice");
    await untilElsewhere(copy, "Twice", entry);
    assert.deepEqual(await copy.values(), []);
  });
  await t.test("what is worth nothing any more is given up, and still accounted for", async () => {
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
  await untilElsewhere(copy, "Open", entry);
  assert.deepEqual(await copy.values(), []);
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
    await untilElsewhere(copy, "Open", (await readLedger(safe)).entries[0]);
    assert.deepEqual(await copy.values(), []);
    assert.deepEqual(await copy.account(), accountOf({ cameIn: 1, elsewhere: 1 }));
  });
});

test("when both devices ask at the same moment, one of them gets the value", async (t) => {
  const { safe, ...profiles } = await copied(t, "Race");
  const [one, two] = [await profiles.original(), await profiles.copy()];
  await Promise.all([one.recover("Race"), two.recover("Race")]);
  await Promise.all([one, two].map((wallet) => wallet.untilQuiet()));
  const [entry] = (await readLedger(safe)).entries;
  const outcome = async (wallet) => {
    const values = await wallet.values();
    // Whoever came second may have come while the first had it open, or afterwards.
    const told = values.length === 0 && (await wallet.untilNotice(/another device/)).what.includes("opened") ? "withdrawing" : "withdrawn";
    if (values.length === 0) await untilElsewhere(wallet, "Race", { ...entry, state: told });
    return values.map(({ chip }) => chip);
  };
  assert.deepEqual([await outcome(one), await outcome(two)].flat(), ["In this browser only"]);
  assert.equal(entry.state, "withdrawn");
});

test("registered as it is, the certificate shows the receipt of the safe that handed it to another device", async (t) => {
  const { safe, ...profiles } = await copied(t, "Receipt", AS_IT_IS);
  const original = await profiles.original();
  await original.recoverAlone("Receipt");
  await original.untilHere("Receipt");
  await original.close();
  const [entry] = (await readLedger(safe)).entries;
  assert.equal(entry.state, "withdrawn");

  const copy = await profiles.copy();
  await copy.recoverAlone("Receipt");
  const told = await untilToldElsewhere(copy, "Receipt", entry);
  await t.test("it shows what the safe signed: what, since when, for which session", async () => {
    await copy.openCertificate("Receipt");
    await checkReceipt(copy, entry);
  });
  await t.test("nothing of the value is here, also after opening again and asking once more", async () => {
    await copy.reload();
    assert.deepEqual(await copy.values(), []);
    assert.deepEqual(await copy.account(), accountOf({ cameIn: 1, elsewhere: 1 }));
    await copy.acknowledge(told);
    await copy.recoverAlone("Receipt");
    await untilToldElsewhere(copy, "Receipt", entry);
    assert.deepEqual(await copy.values(), []);
  });
  await t.test("the certificate that is worth nothing any more is discarded, and still accounted for", async () => {
    await copy.discardCertificate("Receipt");
    await until("it is gone", async () => (await copy.backups()).length === 0);
    assert.deepEqual(await copy.account(), accountOf({ cameIn: 1, elsewhere: 1 }));
  });
  assert.deepEqual((await readLedger(safe)).entries, [{ ...entry, object: null }], "none of it touched the safe");
});

test("registered as it is, the certificate says that another device has it open", async (t) => {
  const { proxy, safe, ...profiles } = await copied(t, "Opened", AS_IT_IS);
  const original = await profiles.original();
  const held = proxy.hold("/v1/ack", "request");
  await original.recoverAlone("Opened");
  await held.reached;
  await original.kill();
  held.drop();
  const [entry] = (await readLedger(safe)).entries;
  assert.equal(entry.state, "withdrawing");

  const copy = await profiles.copy();
  await copy.recoverAlone("Opened");
  await untilToldElsewhere(copy, "Opened", entry);
  await copy.openCertificate("Opened");
  await copy.says("It is open on another device.");
  await copy.says("That device asked for it and has not confirmed yet, so the safe opens it for nobody else. Finish or call off the recovery there, then ask again here.");
  await checkReceipt(copy, entry);
  assert.deepEqual(await copy.values(), []);
  assert.deepEqual(await copy.account(), accountOf({ cameIn: 1, elsewhere: 1 }));
  await copy.close();

  const again = await profiles.original();
  await again.untilHere("Opened");
  assert.deepEqual(await again.account(), accountOf({ cameIn: 1, here: 1 }));
});
