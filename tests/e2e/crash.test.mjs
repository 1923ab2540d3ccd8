// A crash at every request that a wallet sends: whenever the browser ends, and whether or not the safe has seen the
// request by then, the wallet that starts again on what was stored brings the work to its end. Afterwards the value is
// usable here, or at the safe under a certificate that works, or gone as its owner wished. Never twice, never nowhere.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { readLedger } from "./lib/ledger.mjs";
import { makeLiar } from "./lib/liar.mjs";
import { startSafeBehindProxy } from "./lib/proxy.mjs";
import { startSite } from "./lib/site.mjs";
import { until } from "./lib/until.mjs";
import { openWallet } from "./lib/walk.mjs";

/**
 * What an owner starts, and where it ends: `here`, `at-safe` or `gone`. `before` brings the value to where it starts,
 * `start` sets the work going, `fault` is what the safe does meanwhile. Which requests that takes is found out first,
 * by doing it without a crash.
 */
const WORKS = [
  {
    work: "back-up",
    before: "here",
    start: (wallet, name) => wallet.backUp(name),
    end: "at-safe",
    entries: ["registered"],
  },
  {
    work: "recovery",
    before: "at-safe",
    start: (wallet, name) => wallet.recover(name),
    end: "here",
    entries: ["withdrawn"],
  },
  {
    work: "discarding a certificate",
    before: "at-safe",
    start: (wallet, name) => wallet.giveUp(name),
    end: "gone",
    entries: ["retired"],
  },
  {
    work: "back-up at a safe that certifies something else",
    before: "here",
    fault: (liar, issued) => liar.certify(issued, (claims) => ({ ...claims, dig: "c29tZXRoaW5nIGVsc2U" })),
    start: (wallet, name) => wallet.backUp(name),
    end: "here",
    entries: ["retired"],
  },
  {
    work: "recovery from a safe that hands out something else",
    before: "at-safe",
    fault: (liar) => liar.handOut(Buffer.from("something else")),
    start: (wallet, name) => wallet.recover(name),
    end: "at-safe",
    entries: ["registered"],
  },
];

/** What the safe has seen of the request when the browser ends, and what becomes of the request afterwards. */
const MOMENTS = {
  "the safe never sees it": { at: "request", afterwards: (held) => held.drop() },
  "the safe sees it when the wallet has long gone on": { at: "request", late: true, afterwards: (held) => held.drop() },
  "the safe's answer is lost": { at: "reply", afterwards: (held) => held.drop() },
  "the safe's answer is just arriving": { at: "reply", first: true, afterwards: (held) => held.release() },
};

/** How the browser ends. */
const ENDS = {
  /** The page's process with its Worker: what "Aw, snap!" shows, or a phone short of memory. */
  renderer: async (wallet) => {
    const crashed = wallet.page.waitForEvent("crash");
    const devtools = await wallet.context.newCDPSession(wallet.page);
    devtools.send("Page.crash").catch(() => {});
    await crashed;
    await wallet.close();
  },
  /** All its processes at once. */
  browser: (wallet) => wallet.kill(),
};

/** Goes through all moments of some works, in a wallet and at a safe of their own. */
const lane = (works) => async (t) => {
  const liar = makeLiar();
  const { proxy, safe } = await startSafeBehindProxy(t, { vars: liar.vars });
  const site = await startSite(t);
  const issued = async () => (await readLedger(safe)).entries.at(-1).certificate;

  const folder = await mkdtemp(join(tmpdir(), "saifu-crash-"));
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 }));
  let profiles = 0;
  let profileDir;
  let wallet;
  const open = async () => (wallet = await openWallet(t, site, { profileDir }));
  /** A new wallet: at the start, and after a failure, so that one case does not spoil the next. */
  const renew = async () => {
    await wallet?.close();
    proxy.fault = undefined;
    profileDir = join(folder, String((profiles += 1)));
    await open();
    await wallet.trustSafe(proxy.url);
  };

  /** How many entries the safe had before the newest value came in. What they are called it cannot read. */
  let from = 0;
  const prepare = async ({ before }, name) => {
    from = (await readLedger(safe).catch(() => ({ entries: [] }))).entries.length;
    await wallet.addTicket({ name, payload: `code of ${name}` });
    await wallet.untilHere(name);
    if (before === "here") return;
    await wallet.backUp(name);
    await wallet.untilAtSafe(name);
  };

  /** Nothing is under way any more, the value is where it should be and nowhere else, and can be got. */
  const settle = async ({ end, entries }, name) => {
    await wallet.untilQuiet();
    const here = (await wallet.values()).filter((value) => value.name === name);
    const away = (await wallet.backups()).filter((other) => other === name);
    const found = { here: here.length, away: away.length };
    assert.deepEqual(found, { here: end === "here" ? 1 : 0, away: end === "at-safe" ? 1 : 0 });
    // What is given back is not under way on any screen, for nobody waits for it: the safe may hear of it last.
    const states = async () => (await readLedger(safe)).entries.slice(from).map(({ state }) => state);
    await until("the safe has heard of it", async () => isDeepStrictEqual(await states(), entries));
    await wallet.account();
  };

  /** Whatever is left of it can be got back and used, once. */
  const useUp = async ({ end }, name) => {
    proxy.fault = undefined;
    for (const { what } of await wallet.notices()) await wallet.acknowledge(what);
    if (end === "gone") return;
    if (end === "at-safe") {
      await wallet.recover(name);
      await wallet.untilHere(name);
    }
    assert.equal(await wallet.code(name), `code of ${name}`);
    await wallet.markUsed(name);
    await until("it is used", async () => (await wallet.values()).length === 0);
    const alive = (await readLedger(safe)).entries.slice(from).filter(({ state }) => ["registered", "withdrawing"].includes(state));
    assert.deepEqual(alive, [], "the safe would hand out no second one");
    const account = await wallet.account();
    assert.deepEqual([account.here, account.atSafes], [0, 0]);
  };

  await renew();
  let number = 0;
  for (const work of works) {
    // Without a crash: which requests it takes, and that it ends as it should.
    const name = `No. ${(number += 1)}`;
    await prepare(work, name);
    proxy.fault = work.fault?.(liar, issued);
    const before = proxy.paths().length;
    await work.start(wallet, name);
    // Before that nothing is under way either.
    await until("its safe is asked", () => proxy.paths().length > before);
    await settle(work, name);
    const requests = proxy.paths().slice(before);
    await useUp(work, name);
    assert.ok(requests.length > 0);

    for (const path of requests) {
      for (const [moment, { at, late, first, afterwards }] of Object.entries(MOMENTS)) {
        const [how, end] = Object.entries(ENDS)[number % 2];
        await t.test(`${work.work}: ${path}, ${moment} (${how})`, async () => {
          const name = `No. ${(number += 1)}`;
          try {
            await prepare(work, name);
            proxy.fault = work.fault?.(liar, issued);
            const held = proxy.hold(path, at);
            await work.start(wallet, name);
            await held.reached;
            if (first) afterwards(held);
            await end(wallet);
            if (!first) afterwards(held);

            await open();
            await settle(work, name);
            if (late) {
              await held.deliver();
              // What comes late changes nothing.
              await settle(work, name);
            }
            await useUp(work, name);
          } catch (error) {
            await renew();
            throw error;
          }
        });
      }
    }
  }
};

// Most of the time is spent on starting browsers, so several go on at once.
test("crashes", { concurrency: 3 }, async (t) => {
  const [backUp, recovery, discarding, lyingBackUp, lyingRecovery] = WORKS;
  await Promise.all([
    t.test("of back-up and recovery", lane([backUp, recovery])),
    t.test("where a certificate is discarded, or not taken", lane([discarding, lyingBackUp])),
    t.test("where what comes back is not taken", lane([lyingRecovery])),
  ]);
});
