// What a bad network and a lying safe do to a value: nothing. Each fault is told in words, with what to do now.

import assert from "node:assert/strict";
import { test } from "node:test";
import { readLedger } from "./lib/ledger.mjs";
import { makeLiar } from "./lib/liar.mjs";
import { garbage, startSafeBehindProxy } from "./lib/proxy.mjs";
import { startSite } from "./lib/site.mjs";
import { until } from "./lib/until.mjs";
import { accountOf, openWallet } from "./lib/walk.mjs";

const liar = makeLiar();

test("faults", async (t) => {
  const { proxy, safe } = await startSafeBehindProxy(t, { vars: { ...liar.vars, GRACE_SECONDS: 0 } });
  const wallet = await openWallet(t, await startSite(t));
  await wallet.trustSafe(proxy.url);

  let cameIn = 0;
  /** How many entries the safe had before the newest value came in. What they are called it cannot read. */
  let from = 0;
  /** The safe is itself again. */
  const settle = () => {
    proxy.fault = undefined;
    proxy.faultsAll = false;
  };
  /** A new value in the wallet, whatever the case before left behind. */
  const add = async (name) => {
    settle();
    from = (await readLedger(safe).catch(() => ({ entries: [] }))).entries.length;
    await wallet.addTicket({ name, payload: `code of ${name}` });
    await wallet.untilHere(name);
    cameIn += 1;
  };
  const entryOfNewest = async () => (await readLedger(safe)).entries.slice(from);
  /** The certificate that the safe issued last. */
  const issued = async () => (await readLedger(safe)).entries.at(-1).certificate;

  await t.test("a safe that is down", async (t) => {
    await add("Patient");
    await proxy.down();
    await wallet.backUp("Patient");
    await wallet.says("Akagi Safe (local) does not answer.");
    await wallet.says("Saifu tries again by itself.");
    assert.equal((await wallet.jobs()).length, 1);

    await t.test("the job outlives a reload, and the value cannot be spent meanwhile", async () => {
      await wallet.reload();
      await wallet.says("Akagi Safe (local) does not answer.");
      assert.deepEqual(await wallet.values(), [{ name: "Patient", chip: "Backing up…" }]);
    });
    await t.test("the job goes on by itself when the safe is back", async () => {
      await proxy.up();
      await wallet.untilAtSafe("Patient");
      await wallet.untilQuiet();
      assert.equal((await entryOfNewest()).length, 1);
    });
    await t.test("so does a recovery, at once where the owner wants it", async () => {
      await proxy.down();
      await wallet.recover("Patient");
      await wallet.says("Akagi Safe (local) does not answer.");
      // Attempts come after 0, 1, 3, 7, 15 and 31 seconds: what is here before the thirty-first was not waited for.
      await new Promise((done) => setTimeout(done, 16_500));
      await proxy.up();
      await wallet.tryNow();
      await wallet.untilHere("Patient", { timeout: 13_000 });
    });
    await t.test("an owner who does not want to wait calls it off, and has the value", async () => {
      await proxy.down();
      await wallet.backUp("Patient");
      await wallet.says("Akagi Safe (local) does not answer.");
      await wallet.callOff();
      await wallet.untilNotice(/^The back-up of “Patient” was called off\.$/);
      await wallet.untilHere("Patient");
      assert.equal(await wallet.code("Patient"), "code of Patient");
      const burned = (await readLedger(safe)).burned;
      await proxy.up();
      await wallet.tryNow();
      await wallet.untilQuiet();
      assert.equal((await readLedger(safe)).burned, burned + 1, "the safe refuses the request should it still arrive");
      await wallet.acknowledge("called off");
    });
  });

  for (const [what, fault, words] of [
    ["a page of a hotel", garbage.html, "Something answers in place of Akagi Safe (local), but not as a safe."],
    ["a bad gateway", garbage.badGateway, "Something answers in place of Akagi Safe (local), but not as a safe."],
    ["half an answer", garbage.truncated, "Something answers in place of Akagi Safe (local), but not as a safe."],
    ["an answer that breaks off", garbage.brokenOff, "Akagi Safe (local) does not answer."],
    ["a problem that anybody could have written", garbage.notFound, "Akagi Safe (local) is busy or has a failure of its own."],
    ["silence", garbage.silence, "Akagi Safe (local) does not answer."],
  ]) {
    await t.test(`${what} in the place of an answer ends nothing`, async () => {
      const name = `Under ${what}`;
      await add(name);
      proxy.fault = fault;
      await wallet.backUp(name);
      await wallet.says(words);
      settle();
      await wallet.tryNow();
      await wallet.untilAtSafe(name);

      proxy.fault = fault;
      await wallet.recover(name);
      await wallet.says(words);
      assert.deepEqual(await wallet.backups(), [name]);
      settle();
      await wallet.tryNow();
      await wallet.untilHere(name);
      assert.deepEqual((await entryOfNewest()).map(({ state }) => state), ["withdrawn"], "one entry, however often it was asked");
      assert.equal(await wallet.code(name), `code of ${name}`);
      assert.deepEqual(await wallet.notices(), []);
      await wallet.markUsed(name);
    });
  }

  await t.test("every request arrives twice", async () => {
    await add("Doubled");
    proxy.fault = async (asked, forward) => {
      const [first, second] = await Promise.all([forward(asked), forward(asked)]);
      return asked.path === "/v1/recover" ? second : first;
    };
    await wallet.backUp("Doubled");
    await wallet.untilAtSafe("Doubled");
    await wallet.recover("Doubled");
    await wallet.untilHere("Doubled");
    settle();
    assert.deepEqual((await entryOfNewest()).map(({ state }) => state), ["withdrawn"]);
    await wallet.markUsed("Doubled");
  });

  const other = (bytes) => Buffer.alloc(bytes, 1).toString("base64url");
  for (const [lie, alter, options, words] of [
    ["another hash", (claims) => ({ ...claims, h: { s256: other(32) } }), {}, /certified other bytes than it was sent\. The back-up was stopped\.$/],
    ["another digest", (claims) => ({ ...claims, dig: "c29tZXRoaW5nIGVsc2U" }), {}, /describes something else\. The back-up was stopped\.$/],
    ["another holder", (claims) => ({ ...claims, cnf: { jkt: other(32) } }), {}, /made the certificate out to somebody else\. The back-up was stopped\.$/],
    ["a signature of another key", (claims) => claims, { forge: true }, /was not signed by the safe .*The back-up was stopped\.$/],
    ["an address of another safe", (claims) => ({ ...claims, url: "https://elsewhere.example" }), {}, /was not signed by the safe .*The back-up was stopped\.$/],
  ]) {
    await t.test(`a certificate with ${lie} is not taken`, async () => {
      const name = `Lied to by ${lie}`;
      await add(name);
      proxy.fault = liar.certify(issued, alter, options);
      await wallet.backUp(name);
      const notice = await wallet.untilNotice(words);
      assert.match(notice.now, new RegExp(`^“${name}” is still in this browser, unchanged\\.`));
      await wallet.untilQuiet();

      assert.deepEqual(await wallet.backups(), [], "no certificate of it is kept");
      await wallet.untilHere(name);
      assert.equal(await wallet.code(name), `code of ${name}`);
      const entries = await until("the entry at the safe is ended", async () => {
        const entries = await entryOfNewest();
        return entries[0]?.state === "retired" && entries;
      });
      assert.equal(entries.length, 1);

      await wallet.reload();
      await wallet.untilNotice(words);
      await wallet.acknowledge(words);
      await wallet.reload();
      assert.deepEqual(await wallet.notices(), []);

      settle();
      await wallet.backUp(name);
      await wallet.untilAtSafe(name);
      await wallet.recover(name);
      await wallet.untilHere(name);
      await wallet.markUsed(name);
    });
  }

  await t.test("a true certificate is taken also from the stand-in", async () => {
    // Without this the tests above could pass because the stand-in's answers do not even open.
    await add("Honest");
    proxy.fault = liar.certify(issued, (claims) => claims);
    await wallet.backUp("Honest");
    await wallet.untilAtSafe("Honest");
    settle();
    await wallet.openBackup("Honest");
    assert.equal(await wallet.compact(), await issued());
    await wallet.recover("Honest");
    await wallet.untilHere("Honest");
    await wallet.markUsed("Honest");
  });

  await t.test("what a safe hands out in the place of the value is thrown away", async () => {
    await add("Swapped");
    await wallet.backUp("Swapped");
    await wallet.untilAtSafe("Swapped");
    const [{ object }] = await entryOfNewest();
    const altered = Buffer.from(object);
    altered[altered.length - 1] ^= 1;
    proxy.fault = liar.handOut(altered);
    await wallet.recover("Swapped");
    const words = /is not what the certificate stands for\. It was thrown away\.$/;
    await wallet.untilNotice(words);
    await wallet.untilQuiet();
    assert.deepEqual(await wallet.backups(), ["Swapped"]);
    assert.equal((await entryOfNewest())[0].state, "registered", "it was given back");
    await wallet.acknowledge(words);

    settle();
    await wallet.recover("Swapped");
    await wallet.untilHere("Swapped");
    assert.equal(await wallet.code("Swapped"), "code of Swapped");
    await wallet.markUsed("Swapped");
  });

  for (const [code, words] of [
    ["not-found", /says it knows nothing of the certificate of “/],
    ["damaged", /were altered, and did not hand them out\.$/],
    ["rolled-back", /memory was set back to an earlier time\.$/],
    ["hash-mismatch", /but with another hash\.$/],
    ["certificate-mismatch", /but another certificate for it\.$/],
  ]) {
    await t.test(`a safe that says “${code}” is told of, and the certificate is kept`, async () => {
      const name = `Told ${code}`;
      await add(name);
      await wallet.backUp(name);
      await wallet.untilAtSafe(name);
      proxy.fault = liar.refuse("/v1/recover", code);
      await wallet.recover(name);
      const { now } = await wallet.untilNotice(words);
      assert.match(now, /The certificate was kept/);
      await wallet.acknowledge(words);
      await wallet.openBackup(name);
      await wallet.says("The safe could not hand it out.");

      settle();
      await wallet.recover(name);
      await wallet.untilHere(name);
      await wallet.markUsed(name);
    });
  }

  await t.test("a conflict without a signed receipt is not believed", async () => {
    await add("Claimed");
    await wallet.backUp("Claimed");
    await wallet.untilAtSafe("Claimed");
    proxy.fault = liar.refuse("/v1/recover", "conflict");
    await wallet.recover("Claimed");
    await wallet.says("Something answers in place of Akagi Safe (local), but not as a safe.");
    settle();
    await wallet.tryNow();
    await wallet.untilHere("Claimed");
    await wallet.markUsed("Claimed");
  });

  await t.test("a safe that shows another key gets nothing", async () => {
    await add("Guarded");
    const published = await (await fetch(`${proxy.url}/.well-known/electronic-safe`)).json();
    const impostor = liar.replaceBy(makeLiar(), published);
    const headers = { "access-control-allow-origin": "*", "content-type": "application/json" };
    proxy.faultsAll = true;
    proxy.fault = async ({ method }) =>
      method === "GET"
        ? { status: 200, headers, body: JSON.stringify(impostor) }
        : { status: 400, headers, body: JSON.stringify({ type: "urn:saifu:problem:envelope", title: "", status: 400 }) };
    await wallet.backUp("Guarded");
    const words = /shows another key than the one you trusted\. Nothing is sent there\.$/;
    const { now } = await wallet.untilNotice(words);
    assert.match(now, /somebody stands in between/);
    settle();
    await wallet.tryNow();
    await wallet.untilAtSafe("Guarded");
    await wallet.acknowledge(words);
  });

  await t.test("a device whose clock is wrong still gets through, by the safe's time", async () => {
    // The Worker's own clock, as the wallet reads it, is put a day ahead.
    await wallet.page.workers()[0].evaluate(() => {
      const now = Date.now;
      Date.now = () => now() + 24 * 60 * 60 * 1_000;
    });
    await add("Ahead");
    const before = proxy.count("/v1/register");
    await wallet.backUp("Ahead");
    await wallet.untilAtSafe("Ahead");
    assert.equal(proxy.count("/v1/register"), before + 2, "refused once, signed again by the safe's time");
    await wallet.recover("Ahead");
    await wallet.untilHere("Ahead");
    const [{ since }] = await entryOfNewest();
    assert.ok(Math.abs(since - Date.now() / 1_000) < 60, "the safe's time stands");
    await wallet.reload();
  });

  await t.test("in the end every value is where it should be", async () => {
    await wallet.untilQuiet();
    const { here, atSafes, ...rest } = await wallet.account();
    assert.deepEqual({ here, atSafes }, { here: 2, atSafes: 1 });
    assert.deepEqual(rest, (({ here: _, atSafes: __, ...rest }) => rest)(accountOf({ cameIn, used: cameIn - 3 })));
    const alive = (await readLedger(safe)).entries.filter(({ state }) => state === "registered" || state === "withdrawing");
    assert.deepEqual(alive.map(({ state }) => state), ["registered"]);
  });
});
