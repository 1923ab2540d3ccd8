// Handing over: what one wallet shows as bearer papers, another one takes over, and then the first has it no more. With
// real safes, and two browsers that share nothing but what is read from the screen.

import assert from "node:assert/strict";
import { test } from "node:test";
import { readLedger } from "./lib/ledger.mjs";
import { startSafe } from "./lib/safe.mjs";
import { startSite } from "./lib/site.mjs";
import { until } from "./lib/until.mjs";
import { accountOf, openWallet } from "./lib/walk.mjs";

test("what is handed over is the other's, once", async (t) => {
  const safes = [];
  for (const name of ["Akagi", "Brienz", "Corrib"]) safes.push(await startSafe(t, { vars: { OPERATOR: name, GRACE_SECONDS: 0 } }));
  const site = await startSite(t);
  const [giver, taker] = [await openWallet(t, site), await openWallet(t, site)];
  for (const wallet of [giver, taker]) {
    for (const { url } of safes) await wallet.trustSafe(url);
  }
  const backUp = async (name, protection) => {
    await giver.addTicket({ name, payload: `code of ${name}`, price: "1600" });
    await giver.untilHere(name);
    await giver.backUp(name, protection);
    await giver.untilAtSafe(name);
  };
  /** By itself it comes home when the last safe has answered. */
  const untilTaken = async (name) => {
    await taker.untilHere(name);
    assert.equal(await taker.code(name), `code of ${name}`);
    assert.deepEqual(await taker.notices(), []);
    await until("no backup is left", async () => (await taker.backups()).length === 0);
  };
  const codes = (texts) => giver.page.locator(".code--dense svg").count().then((count) => assert.equal(count, texts.length));

  await t.test("of one safe, with the key", async () => {
    await backUp("Sealed", "One safe, sealed");
    const texts = await giver.handOver("Sealed", { withKey: true });
    assert.equal(texts.length, 1);
    await codes(texts);
    await giver.says("1 of 1");
    await taker.takeOver(texts[0]);
    await untilTaken("Sealed");
    assert.deepEqual(await taker.account(), accountOf({ cameIn: 1, here: 1 }));
  });

  await t.test("to whoever handed it over the safe denies it", async () => {
    await giver.recover("Sealed");
    const { what } = await giver.untilNotice(/Sealed/);
    t.diagnostic(what);
    assert.match(what, /knows nothing of the certificate|has the entry of .* but another certificate|handed to another device/);
    assert.deepEqual(await giver.values(), []);
    await giver.account();
  });

  await t.test("of three safes, all papers at once", async () => {
    await backUp("Divided", "Any 2 of 3 safes");
    const texts = await giver.handOver("Divided");
    assert.equal(texts.length, 3);
    await codes(texts);
    for (const number of [1, 2, 3]) await giver.says(`${number} of 3`);
    await giver.saysHandedOver();
    await until("it is forgotten", async () => !(await giver.backups()).includes("Divided"));
    const { elsewhere } = await giver.account();
    assert.ok(elsewhere >= 1);

    await taker.takeOver(texts.join("\n"));
    await untilTaken("Divided");
    assert.deepEqual(await taker.account(), accountOf({ cameIn: 2, here: 2 }));
    await until("no safe holds anything", async () => {
      const ledgers = await Promise.all(safes.map(readLedger));
      return ledgers.flatMap(({ entries }) => entries).every(({ state }) => state === "withdrawn" || state === "retired");
    });
  });

  await t.test("without its key it does not open, and handed back it is the giver's again", async () => {
    await backUp("Locked", "One safe, sealed");
    const [without] = await giver.handOver("Locked", { withKey: false });
    const before = await giver.account();
    await taker.takeOver(without);
    const words = /came back sealed, and there is no key for it\.$/;
    const { now } = await taker.untilNotice(words);
    assert.match(now, /ask whoever handed it over/);
    await taker.acknowledge(words);
    await taker.untilAtSafe("Locked");
    const [back] = await taker.handOver("Locked");
    await giver.takeOver(back);
    await giver.untilHere("Locked");
    assert.equal(await giver.code("Locked"), "code of Locked");
    await giver.account();
    assert.equal(before.here, 0);
    await taker.handOver("Locked");
    await taker.saysHandedOver();
    assert.deepEqual(await taker.account(), accountOf({ cameIn: 2, here: 2 }));
  });

  await t.test("what is no paper is told beside its field, and stays there", async () => {
    await taker.go("take-over");
    const field = taker.page.getByLabel("Text of the papers");
    await field.fill("saifu-bearer:{}");
    await taker.page.getByRole("button", { name: "Take over", exact: true }).click();
    await taker.says("This is no bearer paper of Saifu, or not whole. Copy it again, from its first character to its last.");
    assert.equal(await field.getAttribute("aria-invalid"), "true");
    assert.equal(await field.inputValue(), "saifu-bearer:{}");
  });
  assert.deepEqual(taker.complaints, []);
});
