// The whole way of a value: into the wallet, to a real safe, and back exactly once.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { readLedger } from "./lib/ledger.mjs";
import { startSafe } from "./lib/safe.mjs";
import { startSite } from "./lib/site.mjs";
import { until } from "./lib/until.mjs";
import { accountOf, openWallet } from "./lib/walk.mjs";

const TICKET = {
  name: "Princess Mononoke",
  payload: "SEAT-4-2 🎬 \"&<b>",
  price: "1,600",
  place: "Theatre B",
  remarks: "row 4",
};

const sha256 = (bytes) => createHash("sha256").update(bytes).digest();
const claimsOf = (certificate) => JSON.parse(Buffer.from(certificate.split(".")[1], "base64url"));

test("a value goes to a safe and comes back exactly once", async (t) => {
  // Without a grace period: what is handed out is gone at once.
  const safe = await startSafe(t, { vars: { GRACE_SECONDS: 0 } });
  const site = await startSite(t);
  const wallet = await openWallet(t, site);
  await wallet.trustSafe(safe.url);

  await t.test("it is written down, and its code is what was typed", async () => {
    await wallet.addTicket(TICKET);
    await wallet.untilHere(TICKET.name);
    await wallet.says("1 value worth ¥1,600 exists only in this browser.");
    assert.equal(await wallet.code(TICKET.name), TICKET.payload);
  });

  await t.test("it is backed up: its certificate is here, the value is not", async () => {
    await wallet.backUp(TICKET.name);
    await wallet.heading("Backed up").waitFor();
    await wallet.untilAtSafe(TICKET.name);
    assert.deepEqual(await wallet.values(), []);
    assert.deepEqual(await wallet.account(), accountOf({ cameIn: 1, atSafes: 1 }));
    const { entries } = await readLedger(safe);
    assert.deepEqual(entries.map(({ state }) => state), ["registered"]);
    assert.ok(entries[0].object.length > 0);
    assert.equal(entries[0].name, null, "the safe cannot read what it is called");
  });

  let certificate;
  await t.test("the certificate is readable without any network, also after opening again", async () => {
    await wallet.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await wallet.reload();
    await wallet.context.setOffline(true);
    await wallet.reload();
    await wallet.openBackup(TICKET.name);
    await wallet.heading("Backup").waitFor();
    assert.deepEqual(await wallet.parts(), [{ safe: "Akagi Safe (local)", what: "The value", state: "Has it" }]);
    await wallet.says(TICKET.place);
    await wallet.says("No safe can read it, not even all of them together.");
    const { entries } = await readLedger(safe);
    certificate = await wallet.compact();
    assert.equal(certificate, entries[0].certificate, "to the byte what the safe issued");
    const shown = await wallet.facts(wallet.main);
    assert.deepEqual([shown.Name, shown["What it stands for"], shown.Safe], [TICKET.name, "The value", "Akagi Safe (local)"]);
    const { cls, dig, h } = claimsOf(certificate);
    assert.equal(cls, "value");
    assert.equal(Buffer.from(dig, "base64url").length, 178, "a digest that only this wallet reads, of one length for all");
    assert.deepEqual(Object.keys(h), ["s256"], "no legacy hash beside it");
    assert.deepEqual(Buffer.from(h.s256, "base64url"), sha256(entries[0].object), "the hash of what lies there");
    await wallet.context.setOffline(false);
  });

  await t.test("it comes back, usable, as it was", async () => {
    await wallet.recover(TICKET.name);
    await wallet.heading("Yours again").waitFor();
    await wallet.untilHere(TICKET.name);
    await until("no backup is left", async () => (await wallet.backups()).length === 0);
    assert.equal(await wallet.code(TICKET.name), TICKET.payload);
    await wallet.openValue(TICKET.name);
    // What the list does not know is read when the value is opened.
    const shown = await until("the details are read", async () => {
      const facts = await wallet.facts(wallet.region("Details"));
      return facts["Unit price"] && facts;
    });
    assert.deepEqual([shown["Unit price"], shown.Place, shown.Remarks], ["¥1,600", TICKET.place, TICKET.remarks]);
    assert.deepEqual(await wallet.account(), accountOf({ cameIn: 1, here: 1 }));
  });

  await t.test("the safe has nothing of it but the tombstone", async () => {
    const { entries } = await until("the safe drops the bytes", async () => {
      const ledger = await readLedger(safe);
      return ledger.entries[0].object === null && ledger;
    });
    assert.deepEqual(entries.map(({ state }) => state), ["withdrawn"]);
    assert.equal(entries[0].certificate, certificate, "what was handed out can be told from what never was");
    await wallet.page.reload();
    await wallet.untilHere(TICKET.name);
  });

  await t.test("it is corrected, and used", async () => {
    await wallet.correct(TICKET.name, { place: "Theatre C", payload: "SEAT-5-1" });
    await wallet.untilHere(TICKET.name);
    assert.equal((await wallet.values()).length, 1, "the old one is gone");
    assert.equal(await wallet.code(TICKET.name), "SEAT-5-1");
    assert.deepEqual(await wallet.account(), accountOf({ cameIn: 1, here: 1 }));
    await wallet.markUsed(TICKET.name);
    assert.deepEqual(await until("it is gone", async () => (await wallet.values()).length === 0), true);
    assert.deepEqual(await wallet.account(), accountOf({ cameIn: 1, used: 1 }));
  });

  await t.test("a backup is given up, and the value at the safe with it", async () => {
    await wallet.addTicket({ name: "Unwanted", payload: "X" });
    await wallet.untilHere("Unwanted");
    await wallet.backUp("Unwanted");
    await wallet.untilAtSafe("Unwanted");
    await wallet.giveUp("Unwanted");
    await until("the backup is gone", async () => (await wallet.backups()).length === 0);
    assert.deepEqual(await wallet.account(), accountOf({ cameIn: 2, used: 1, discarded: 1 }));
    await until("the safe has ended it", async () => {
      const entry = (await readLedger(safe)).entries.at(-1);
      return entry.state === "retired" && entry.object === null;
    });
  });

  assert.deepEqual(wallet.complaints.filter((complaint) => !complaint.includes("ERR_INTERNET_DISCONNECTED")), []);
});

test("registered as it is, its certificate says what the safe has", async (t) => {
  const safe = await startSafe(t, { vars: { GRACE_SECONDS: 0 } });
  const wallet = await openWallet(t, await startSite(t));
  await wallet.trustSafe(safe.url);
  await wallet.addTicket(TICKET);
  await wallet.untilHere(TICKET.name);
  await wallet.backUpNamed(TICKET.name, "As it is, at one safe");
  await wallet.untilAtSafe(TICKET.name);
  assert.deepEqual(await wallet.account(), accountOf({ cameIn: 1, atSafes: 1 }));

  await t.test("as a paper, readable without any network", async () => {
    await wallet.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await wallet.reload();
    await wallet.context.setOffline(true);
    await wallet.reload();
    await wallet.openCertificate(TICKET.name);
    const paper = await wallet.paper();
    assert.deepEqual(
      [paper.Class, paper.Name, paper.Quantity, paper.Valid, paper.Place, paper.Safe],
      ["Movie ticket", TICKET.name, "1 ticket", "No limit", TICKET.place, "Akagi Safe (local)"],
    );
    const [entry] = (await readLedger(safe)).entries;
    assert.deepEqual([entry.name, entry.state], [TICKET.name, "registered"], "the safe made the digest and can read it");
    const certificate = await wallet.compactAlone();
    assert.equal(certificate, entry.certificate, "to the byte what the safe issued");
    const { cls, h } = claimsOf(certificate);
    assert.equal(cls, "value");
    assert.deepEqual(Buffer.from(h.s256, "base64url"), sha256(entry.object));
    assert.equal(paper["Hash (SHA-256)"].replaceAll(/\s/g, ""), sha256(entry.object).toString("hex"));
    await wallet.context.setOffline(false);
  });

  await t.test("it comes back by it, once", async () => {
    await wallet.recoverAlone(TICKET.name);
    await wallet.untilHere(TICKET.name);
    assert.equal(await wallet.code(TICKET.name), TICKET.payload);
    assert.deepEqual(await wallet.backups(), []);
    assert.deepEqual((await readLedger(safe)).entries.map(({ state }) => state), ["withdrawn"]);
    assert.deepEqual(await wallet.account(), accountOf({ cameIn: 1, here: 1 }));
  });

  await t.test("a certificate is discarded, and the value at the safe with it", async () => {
    await wallet.backUpNamed(TICKET.name, "As it is, at one safe");
    await wallet.untilAtSafe(TICKET.name);
    await wallet.discardCertificate(TICKET.name);
    await until("the certificate is gone", async () => (await wallet.backups()).length === 0);
    assert.deepEqual(await wallet.account(), accountOf({ cameIn: 1, discarded: 1 }));
    await until("the safe has ended it", async () => {
      const entry = (await readLedger(safe)).entries.at(-1);
      return entry.state === "retired" && entry.object === null;
    });
  });
  assert.deepEqual(wallet.complaints.filter((complaint) => !complaint.includes("ERR_INTERNET_DISCONNECTED")), []);
});
