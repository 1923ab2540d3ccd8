// Two tabs of one wallet: one works, the other says so; the owner may go on in either, and nothing is lost or doubled.

import assert from "node:assert/strict";
import { test } from "node:test";
import { readLedger } from "./lib/ledger.mjs";
import { startSafeBehindProxy } from "./lib/proxy.mjs";
import { startSite } from "./lib/site.mjs";
import { accountOf, openWallet, walkOn } from "./lib/walk.mjs";

test("two tabs", async (t) => {
  const { proxy, safe } = await startSafeBehindProxy(t);
  const site = await startSite(t);
  const one = await openWallet(t, site);
  await one.trustSafe(proxy.url);
  await one.addTicket({ name: "Here", payload: "code" });
  await one.untilHere("Here");

  const openTab = async (readiness) => {
    const tab = walkOn(await one.context.newPage(), site);
    await tab.start({ readiness });
    return tab;
  };
  const two = await openTab("stopped");

  await t.test("the second one says that the wallet is open, shows nothing of it, and offers to go on here", async () => {
    await two.heading("Saifu is open in another tab").waitFor();
    await two.says("So that no value can be spent twice, only one tab works at a time.");
    assert.doesNotMatch(await two.text(), /Here/);
    await one.page.bringToFront();
    await one.untilHere("Here");
  });

  await t.test("it takes over in the middle of a back-up: the first stops with its words, the work goes on", async () => {
    const held = proxy.hold("/v1/register", "reply");
    await one.backUp("Here");
    await held.reached;
    await two.page.bringToFront();
    await two.page.getByRole("button", { name: "Continue here" }).click();
    await one.heading("Another tab took over").waitFor();
    await one.says("so this one stopped. Nothing was lost on the way.");
    // The tab that was stopped still gets its answer. It must make nothing of it.
    held.release();
    await two.untilAtSafe("Here");
    assert.equal(proxy.count("/v1/register"), 2, "the second tab asked again");
    assert.deepEqual((await readLedger(safe)).entries.map(({ state }) => state), ["registered"], "and the safe answered from its record");
    assert.deepEqual(await two.backups(), ["Here"]);
    assert.deepEqual(await two.account(), accountOf({ cameIn: 1, atSafes: 1 }));
  });

  await t.test("so it does in the middle of a recovery", async () => {
    const held = proxy.hold("/v1/ack", "reply");
    await two.recover("Here");
    await held.reached;
    await one.page.bringToFront();
    await one.page.getByRole("button", { name: "Continue here" }).click();
    await two.heading("Another tab took over").waitFor();
    held.release();
    await one.untilHere("Here");
    assert.equal(await one.code("Here"), "code");
    assert.deepEqual((await readLedger(safe)).entries.map(({ state }) => state), ["withdrawn"]);
    assert.deepEqual(await one.account(), accountOf({ cameIn: 1, here: 1 }));
  });

  await t.test("what is tried in the tab that was stopped does not happen", async () => {
    assert.equal(await two.page.getByRole("navigation").count(), 0, "there is nothing to press");
    await two.page.evaluate(() => (location.hash = "#/add"));
    await two.heading("Another tab took over").waitFor();
  });

  await t.test("when the tab that has it is closed, the other one goes on by itself", async () => {
    await one.page.close();
    await two.page.bringToFront();
    await two.page.locator("[data-readiness=ready]").waitFor({ state: "attached" });
    await two.untilHere("Here");
    assert.equal(await two.code("Here"), "code");
    assert.deepEqual(await two.account(), accountOf({ cameIn: 1, here: 1 }));
  });

  assert.deepEqual(one.complaints, []);
});
