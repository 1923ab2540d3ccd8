// The key ring: a key of it that seals several values, and what comes back when all of it is destroyed while the certificates are whole.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { startAll } from "./lib/spread.mjs";
import { until } from "./lib/until.mjs";
import { destroyKeyRing } from "./lib/vault.mjs";
import { accountOf } from "./lib/walk.mjs";

const opensOf = (keys) => keys.map(({ opens, here }) => [opens, here]);

test("a key of the ring seals what it is chosen for", async (t) => {
  const { wallet, add } = await startAll(t, 2);
  for (const [form, way] of [["Common key", "Sealed by a common key"], ["Pair of keys", "Sealed by a public key"]]) {
    await t.test(form, async () => {
      await wallet.makeKey(form);
      const own = (keys) => keys.filter(({ name }) => name.startsWith(form));
      const [{ name: key }] = own(await wallet.keys());
      const values = [`First by ${form}`, `Second by ${form}`];
      for (const name of values) {
        await add(name);
        await wallet.backUpNamed(name, way, { key });
        await wallet.untilAtSafe(name);
      }
      const all = opensOf(own(await wallet.keys()));
      // Which of the two it names is by the names of their backups, which are random.
      const either = values.map((name) => [[`Opens ${name} and 1 more`, "Here"]]);
      assert.ok(either.some((it) => isDeepStrictEqual(it, all)), `no other key was made: ${JSON.stringify(all)}`);
      for (const name of values) {
        await wallet.recover(name);
        await wallet.untilHere(name);
        assert.equal(await wallet.code(name), `code of ${name}`);
      }
      await until("it opens nothing", async () => own(await wallet.keys()).some(({ opens }) => opens === "Opens nothing"));
      assert.deepEqual(own(await wallet.keys()).map(({ name }) => name), [key], "it stays in the ring");
    });
  }
  assert.deepEqual(wallet.complaints, []);
});

/** Each registers its key, or what gives it back, in another way. */
const WAYS = ["Key kept elsewhere", "Sealed, with the key beside it", "Key split in two", "Seed of a pair at another safe"];

test("the key ring alone is destroyed, and everything comes back by the keys' certificates", async (t) => {
  const { wallet, add, alive } = await startAll(t, 3);
  for (const way of WAYS) {
    await add(way);
    await wallet.backUpNamed(way, way);
    await wallet.untilAtSafe(way);
  }
  // A key that was made beforehand is registered by itself; what it seals says nothing of that.
  await wallet.makeKey("Common key");
  const { name: own } = (await wallet.keys()).find(({ opens }) => opens === "Opens nothing");
  await wallet.backUpKey(own, ["Akagi", "Corrib"]);
  await until("it is registered", async () => (await wallet.backups()).length === WAYS.length + 1);
  await wallet.untilQuiet();
  await add("By the ring");
  await wallet.backUpNamed("By the ring", "Sealed by a common key", { key: own });
  await wallet.untilAtSafe("By the ring");

  const before = await wallet.keys();
  assert.equal(await destroyKeyRing(wallet.page.workers()[0]), before.length);
  await wallet.reload();
  assert.deepEqual(await wallet.keys(), []);

  for (const name of WAYS) {
    await t.test(name, async () => {
      await wallet.recover(name);
      await wallet.untilHere(name);
      assert.equal(await wallet.code(name), `code of ${name}`);
    });
  }
  await t.test("sealed by a key that is registered by itself: first the key, then the value", async () => {
    await wallet.recover("By the ring");
    const notice = await wallet.untilNotice(/^“By the ring” came back sealed, and there is no key for it\.$/);
    assert.match(notice.now, /^It was given back\./);
    await wallet.acknowledge(notice.what);
    await wallet.untilQuiet();
    assert.equal((await wallet.account()).atSafes, 1);

    await wallet.openBackup(`Key ${own.slice("Common key ".length)}`);
    await wallet.page.getByRole("button", { name: "Fetch it from its backup" }).click();
    await until("the key is here", async () => (await wallet.keys()).some(({ name, here }) => name === own && here === "Here"));
    await wallet.recover("By the ring");
    await wallet.untilHere("By the ring");
    assert.equal(await wallet.code("By the ring"), "code of By the ring");
  });
  assert.deepEqual(await wallet.notices(), []);
  await wallet.untilQuiet();
  assert.deepEqual(await wallet.account(), accountOf({ cameIn: WAYS.length + 1, here: WAYS.length + 1 }));
  // The key's two safes go on keeping it: it is read, not used up.
  await until("nothing else is left at safes", async () => (await alive()).length === 2);
  assert.deepEqual(wallet.complaints, []);
});

test("keys whose records are gone come back although the index names them", async (t) => {
  const { wallet, add } = await startAll(t, 2);
  const ways = WAYS.slice(0, 2);
  for (const way of ways) {
    await add(way);
    await wallet.backUpNamed(way, way);
    await wallet.untilAtSafe(way);
  }
  assert.equal(await destroyKeyRing(wallet.page.workers()[0], { named: true }), 2);
  await wallet.reload();
  for (const name of ways) {
    await wallet.recover(name);
    await wallet.untilHere(name);
    assert.equal(await wallet.code(name), `code of ${name}`);
  }
  assert.deepEqual(await wallet.notices(), []);
});
