// Others wait: whoever comes with name and words on another device is shown on the first one, which refuses or allows; and if nobody
// says anything they have it when the time is over.

import assert from "node:assert/strict";
import { test } from "node:test";
import { readLedger, shortenWaits } from "./lib/ledger.mjs";
import { garbage, startSafeBehindProxy } from "./lib/proxy.mjs";
import { startSite } from "./lib/site.mjs";
import { until } from "./lib/until.mjs";
import { openWallet } from "./lib/walk.mjs";

const NAME = "hana@example.org";
const CODE = "code of the film";
const SHORT_SECONDS = 8;

/** A wallet whose owner is enrolled, with one value at a safe for which others wait. */
const begin = async (t, { short = false } = {}) => {
  const behind = await startSafeBehindProxy(t, { vars: { OPERATOR: "Akagi" } });
  const site = await startSite(t);
  const old = await openWallet(t, site);
  await old.trustSafe(behind.proxy.url);
  await old.addTicket({ name: "Film", payload: CODE });
  await old.untilHere("Film");
  await old.backUp("Film", "One safe, sealed");
  await old.untilAtSafe("Film");
  await old.setWait("1 hour");
  // It was there before, so its safe is told.
  const told = () => behind.proxy.paths().includes("/v1/wait");
  await until("the safe is told", told);
  await old.untilQuiet();
  const words = await old.makeWords(NAME);
  await old.enrol(words);
  await old.untilAtOwnerSafes("Knows you", 1, { seconds: 180 });
  if (short) await behind.safe.restart(() => shortenWaits(behind.safe, SHORT_SECONDS));
  return { behind, site, old, words };
};

/** Somebody who knows name and words, in a browser of their own, and wants everything. */
const come = async (t, { behind, site, words }) => {
  const wallet = await openWallet(t, site);
  await wallet.beginRestore(behind.proxy.url);
  await wallet.restore(NAME, words.join(" "));
  await wallet.untilAtOwnerSafes("Read", 1, { seconds: 180 });
  await wallet.recoverFound("Film");
  return wallet;
};

const card = (wallet) => wallet.main.locator(".notice", { hasText: "Somebody asks for your values at Akagi" });

test("the device that registered it refuses, and the other gets nothing", async (t) => {
  const scene = await begin(t);
  const { old, behind } = scene;
  const other = await come(t, scene);
  await other.go("waits");
  await other.says("This device waits at Akagi until");
  const [mark] = (await other.text()).match(/[0-9a-f]{4} [0-9a-f]{4} [0-9a-f]{4}/);

  await old.go("waits");
  await card(old).getByText(mark).waitFor();
  await old.go("notices");
  await old.says("Somebody asks for what this wallet has at the safe");
  await old.go("values");
  await card(old).waitFor();

  await t.test("a refusal that cannot be delivered is not shown as done", async () => {
    behind.proxy.fault = garbage.silence;
    await card(old).getByRole("button", { name: "Refuse" }).click();
    await old.says("Your refusal is on its way to Akagi. It does not hold yet.");
    await old.says("does not answer");
    behind.proxy.fault = undefined;
    await old.tryNow();
  });

  await t.test("when the safe has it, it is done", async () => {
    await old.go("waits");
    await old.region("Decided").getByText("Akagi has confirmed it").waitFor();
    await old.region("Decided").getByText(mark).first().waitFor();
    await old.go("values");
    await card(old).waitFor({ state: "detached" });
  });

  await t.test("the other one hears who said so, and nothing has left the safe", async () => {
    await other.go("values");
    await other.page.getByRole("button", { name: "Try now" }).first().click();
    await other.go("notices");
    await other.says("The device that registered “Film” said no");
    const { entries } = await readLedger(behind.safe);
    assert.deepEqual(entries.map(({ state }) => state), ["registered"]);
  });

  await t.test("allowed after all it has it at once", async () => {
    await old.go("waits");
    await old.region("Decided").getByRole("button", { name: "Allow now" }).click();
    await old.region("Decided").getByText("need not wait").waitFor();
    await other.go("restore");
    await other.recoverFound("Film");
    await other.untilHere("Film", { timeout: 60_000 });
    assert.equal(await other.code("Film"), CODE);
  });
  assert.deepEqual(other.complaints, []);
});

test("when nobody says anything it comes by itself", async (t) => {
  const scene = await begin(t, { short: true });
  await scene.old.close();
  const other = await come(t, scene);
  await other.untilHere("Film", { timeout: 60_000 });
  assert.equal(await other.code("Film"), CODE);
  const asked = scene.behind.proxy.paths().filter((path) => path.endsWith("recover"));
  assert.ok(asked.length > 1, "it was asked for before its time");
});
