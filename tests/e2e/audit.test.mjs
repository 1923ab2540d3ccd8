// A safe is audited on a press: it shows pieces of what it keeps, and nothing leaves. What was altered at rest is told.

import assert from "node:assert/strict";
import { test } from "node:test";
import { alterObject, readLedger } from "./lib/ledger.mjs";
import { garbage, startSafeBehindProxy } from "./lib/proxy.mjs";
import { startSite } from "./lib/site.mjs";
import { openWallet } from "./lib/walk.mjs";

test("an audit sees that the safe has it, and one byte that it has not", async (t) => {
  const { proxy, safe } = await startSafeBehindProxy(t);
  const wallet = await openWallet(t, await startSite(t));
  await wallet.trustSafe(proxy.url);
  await wallet.addTicket({ name: "Film", payload: "code of the film" });
  await wallet.untilHere("Film");
  await wallet.backUpNamed("Film", "As it is, at one safe");
  await wallet.untilAtSafe("Film");
  const audit = async () => {
    await wallet.openCertificate("Film");
    await wallet.page.getByRole("button", { name: "Audit now", exact: true }).click();
  };
  const entry = async () => {
    const [{ counter, state, since, session, certificate }, ...more] = (await readLedger(safe)).entries;
    assert.deepEqual(more, []);
    return { counter, state, since, session, certificate };
  };

  await t.test("what is whole is shown, and the entry is as it was", async () => {
    await wallet.openCertificate("Film");
    await wallet.says("Not audited yet.");
    const before = await entry();
    await audit();
    await wallet.says("the safe has it.");
    assert.equal(proxy.count("/v1/audit"), 1);
    assert.equal(proxy.count("/v1/recover"), 0);
    assert.deepEqual(await entry(), before);
    assert.deepEqual(await wallet.notices(), []);
  });
  await t.test("a safe that does not answer is not accused", async () => {
    proxy.fault = garbage.silence;
    await audit();
    await wallet.says("The safe has not answered. It is asked again by itself.");
    assert.deepEqual(await wallet.notices(), []);
    proxy.fault = undefined;
    await wallet.tryNow();
    await wallet.untilQuiet();
  });
  await t.test("a byte that was altered at rest is told, with when it was still there", async () => {
    await safe.restart(() => alterObject(safe));
    const before = await entry();
    await audit();
    await wallet.untilNotice(/was audited and does not have “Film” as it was registered\. It still had it on/);
    assert.deepEqual(await entry(), before, "nothing is given up");
    await wallet.openCertificate("Film");
    await wallet.says("the safe does not have it as it was registered. It still had it on");
  });
  await t.test("mended, it is seen to be there again, and comes back", async () => {
    await safe.restart(() => alterObject(safe));
    await audit();
    await wallet.says("the safe has it.");
    await wallet.recoverAlone("Film");
    await wallet.untilHere("Film");
    assert.equal(await wallet.code("Film"), "code of the film");
  });
});
