// What makes its bearer the owner of a value — its code, the keys and shares that open it, the keys that present its
// certificates — is seen by its owner and by nobody else. It may not be found in a safe's ledger, not on the way, not on the
// console, not on the page, and in no form on this device's disk.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { formsOf, formsOfBytes, makeFinder } from "./lib/forms.mjs";
import { secretsOf } from "./lib/keys.mjs";
import { readLedger } from "./lib/ledger.mjs";
import { HEAP_FLAG, readMemory } from "./lib/memory.mjs";
import { startSafeBehindProxy } from "./lib/proxy.mjs";
import { startSite } from "./lib/site.mjs";
import { until } from "./lib/until.mjs";
import { openWallet } from "./lib/walk.mjs";

const filesIn = async (folder) => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
};

/** The files that hold any of these forms. */
const found = async (folder, forms) => {
  const files = [];
  for (const file of await filesIn(folder)) {
    const bytes = await readFile(file);
    if (forms.some((form) => bytes.includes(form))) files.push(file);
  }
  return files;
};

test("the code of a value is left nowhere", async (t) => {
  const { proxy, safe } = await startSafeBehindProxy(t, { vars: { GRACE_SECONDS: 0 } });
  const site = await startSite(t);
  // Random, so that it cannot be there by chance; characters that text and base64 write differently.
  const marker = `MARKER?${randomBytes(12).toString("hex")}~é`;
  const forms = formsOf(marker);

  await t.test("it would be found if it were left", () => {
    for (const [what, bytes] of Object.entries({
      "as it is": Buffer.from(`x${marker}y`),
      "in UTF-16": Buffer.from(`x${marker}y`, "utf16le"),
      "in base64": Buffer.from(Buffer.from(`{"a":"${marker}"}`).toString("base64")),
      "in base64url, one byte on": Buffer.from(Buffer.from(`{"a1":"${marker}"}`).toString("base64url")),
      "in base64url, two bytes on": Buffer.from(Buffer.from(`{"a12":"${marker}"}`).toString("base64url")),
    })) {
      assert.ok(forms.some((form) => bytes.includes(form)), what);
    }
  });

  const wallet = await openWallet(t, site);
  const { context, page, profileDir } = wallet;
  const written = [];
  context.on("console", (message) => written.push(message.text()));
  context.on("weberror", (error) => written.push(String(error.error().stack)));
  const asked = [];
  context.on("request", (request) => asked.push(request.url(), JSON.stringify(request.headers()), request.postData() ?? ""));

  // Everything that can be done with a value, so that everything that could leave something is done.
  await wallet.trustSafe(proxy.url);
  await wallet.addTicket({ name: "Marked", payload: marker, remarks: "plain" });
  await wallet.untilHere("Marked");
  assert.equal(await wallet.code("Marked"), marker);
  await wallet.backUp("Marked");
  await wallet.untilAtSafe("Marked");
  const [{ object, certificate }] = (await readLedger(safe)).entries;
  assert.ok(object.length > marker.length, "something of it was at the safe");
  for (const bytes of [object, Buffer.from(certificate)]) assert.ok(!forms.some((form) => bytes.includes(form)), "not to be read there");
  await wallet.openBackup("Marked");
  await wallet.recover("Marked");
  await wallet.untilHere("Marked");
  await wallet.correct("Marked", { remarks: "corrected" });
  await wallet.untilHere("Marked");
  await wallet.reload();
  assert.equal(await wallet.code("Marked"), marker);
  await page.goBack();

  await t.test("on the screen it is shown only where it was asked for", async () => {
    for (const screen of ["values", "certificates", "safes", "notices", "settings", "back-up", "advanced", "keys", "policy"]) {
      await wallet.go(screen);
      const whole = await page.evaluate(() => document.documentElement.outerHTML + document.title + [...document.querySelectorAll("input")].map((input) => input.value).join());
      assert.ok(!whole.includes(marker), screen);
    }
  });

  await t.test("nothing was written to the console", () => {
    assert.deepEqual(written.filter((text) => forms.some((form) => Buffer.from(text).includes(form))), []);
  });

  await t.test("no request says it, and no answer", async () => {
    assert.ok(asked.length > 0 && proxy.paths().includes("/v1/register"));
    for (const text of asked) assert.ok(!forms.some((form) => Buffer.from(text).includes(form)), text.slice(0, 200));
    for (const { path, headers, body, reply } of proxy.seen) {
      for (const part of [path, JSON.stringify(headers), body, JSON.stringify(reply.headers), reply.body]) {
        assert.ok(!forms.some((form) => Buffer.from(part).includes(form)), path);
      }
    }
  });

  await t.test("localStorage, sessionStorage and the caches do not have it", async () => {
    const stored = await page.evaluate(async () => {
      const texts = [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie, location.href, JSON.stringify(history.state)];
      for (const name of await caches.keys()) {
        for (const request of await (await caches.open(name)).keys()) texts.push(request.url);
      }
      return texts;
    });
    assert.ok(!stored.some((text) => text.includes(marker)), stored.join("\n"));
  });

  await t.test("nor does any file of the browser's profile", async () => {
    await wallet.go("values");
    await wallet.close();
    const files = await filesIn(profileDir);
    assert.ok(files.some((file) => /IndexedDB/.test(file)), "the wallet's store was searched");
    assert.deepEqual(await found(profileDir, forms), []);
  });

  await t.test("nor does the safe's ledger, what wrangler keeps beside it, nor the safe's log", async () => {
    await safe.stop();
    assert.deepEqual(await found(safe.folder, forms), []);
    assert.ok((await readFile(safe.logFile, "utf8")).length > 0);
  });
});

test("keys, seeds, shares and holders' keys are left nowhere", async (t) => {
  const operators = ["Akagi", "Brienz", "Corrib"];
  const all = await Promise.all(operators.map((name) => startSafeBehindProxy(t, { vars: { OPERATOR: name, GRACE_SECONDS: 0 } })));
  const wallet = await openWallet(t, await startSite(t), { args: [HEAP_FLAG] });
  const { context, page, profileDir } = wallet;
  const written = [];
  context.on("console", (message) => written.push(message.text()));
  context.on("weberror", (error) => written.push(String(error.error().stack)));
  const asked = [];
  context.on("request", (request) => asked.push(request.url(), JSON.stringify(request.headers()), request.postDataBuffer() ?? ""));
  // So that what is said while it opens is heard, too.
  await wallet.reload();

  /** Every secret there ever was, by its bytes. What is erased soon after it was made must be noted before. */
  const known = new Map();
  const note = async () => {
    const secrets = await secretsOf(page.workers()[0], all.map(({ safe }) => safe));
    for (const { what, bytes } of secrets) known.set(bytes.toString("hex"), { what, forms: formsOfBytes(bytes) });
  };
  const countOf = (what) => [...known.values()].filter((secret) => secret.what === what).length;
  /** What of all that is in there; nothing, if nothing is. */
  const foundIn = (...pieces) => {
    const find = makeFinder([...known.values()]);
    return pieces.map((piece) => find(Buffer.from(piece))).find((what) => what !== undefined);
  };
  const onScreen = () =>
    page.evaluate(() => document.documentElement.outerHTML + document.title + [...document.querySelectorAll("input, textarea")].map((input) => input.value).join());
  const inFiles = async (folder) => {
    const found = [];
    for (const file of await filesIn(folder)) {
      const what = foundIn(await readFile(file));
      if (what) found.push(`${what} in ${file}`);
    }
    return found;
  };

  for (const { proxy } of all) await wallet.trustSafe(proxy.url);
  const ways = {
    Elsewhere: (name) => wallet.backUp(name, "Key kept elsewhere"),
    Pieces: (name) => wallet.backUp(name, "Any 2 of 3 safes"),
    Seeded: (name) => wallet.backUpNamed(name, "Seed of the key at another safe"),
    Shared: (name) => wallet.backUpNamed(name, "Key split in two"),
  };
  for (const [name, backUp] of Object.entries(ways)) {
    await wallet.addTicket({ name, payload: `code of ${name}` });
    await wallet.untilHere(name);
    await backUp(name);
    await wallet.untilAtSafe(name);
    await note();
  }
  await wallet.makeKey("Seed of a pair");
  await note();
  await wallet.backUpKey("Seed of a pair", [operators[0]], { erase: true });
  await until("it only seals", async () => (await wallet.keys()).some(({ here }) => here === "Only seals"));
  await note();

  await t.test("each kind of them was met, and would be found if it were left", () => {
    const counts = Object.fromEntries([...known.values()].map(({ what }) => [what, countOf(what)]));
    t.diagnostic(JSON.stringify(counts));
    // The key of "Elsewhere" (that of "Shared" is there only in shares until it comes back), the seeds of "Seeded" and of the pair, the
    // shares of three pieces and of one key, and a holder's key for each registration: 2 + 3 + 2 + 2 + 1.
    const { "an opening key": keys, "a seed": seeds, "a share": shares, "a holder's key": holders } = counts;
    assert.deepEqual({ keys, seeds, shares, holders }, { keys: 1, seeds: 2, shares: 5, holders: 10 });
    const secret = randomBytes(32);
    const find = makeFinder([{ what: "it", forms: formsOfBytes(secret) }]);
    const json = `{"k":"${secret.toString("base64url")}"}`;
    for (const [what, text] of Object.entries({
      "as it is": secret,
      "in hexadecimal": secret.toString("hex"),
      "as numbers": `Key([${[...secret].join(", ")}])`,
      "in UTF-16": Buffer.from(json, "utf16le"),
      "among other bytes, in base64": Buffer.concat([Buffer.from("x"), secret, Buffer.from("y")]).toString("base64"),
      "in a text that is in base64url": Buffer.from(`!${json}`).toString("base64url"),
    })) {
      assert.equal(find(Buffer.concat([Buffer.from("before"), Buffer.from(text), Buffer.from("after")])), "it", what);
    }
    assert.equal(find(randomBytes(1 << 20)), undefined);
  });

  await t.test("no screen shows one, and none is in the page's memory", async () => {
    for (const screen of ["values", "certificates", "safes", "notices", "settings", "back-up", "advanced", "keys", "policy", "take-over"]) {
      await wallet.go(screen);
      assert.equal(foundIn(await onScreen()), undefined, screen);
    }
    for (const name of Object.keys(ways)) {
      await wallet.openBackup(name);
      assert.equal(foundIn(await onScreen()), undefined, name);
      await wallet.compact();
      assert.equal(foundIn(await onScreen()), undefined, `the certificate of ${name}`);
    }
    for (const { name } of await wallet.keys()) {
      await wallet.openKey(name);
      assert.equal(foundIn(await onScreen()), undefined, name);
    }
    const { heap, module } = await readMemory(context, page);
    assert.equal(foundIn(heap), undefined, "what its scripts can reach");
    assert.equal(foundIn(module), undefined, "the memory of its module");
  });

  await t.test("what its scripts can reach would be found", async () => {
    const planted = randomBytes(32);
    await page.evaluate((text) => (globalThis.planted = `{"k":"${text}"}`), planted.toString("base64url"));
    const find = makeFinder([{ what: "it", forms: formsOfBytes(planted) }]);
    assert.equal(find((await readMemory(context, page)).heap), "it");
    await page.evaluate(() => delete globalThis.planted);
  });

  await t.test("bearer papers show what they are for, as long as they are open", async () => {
    const [paper] = await wallet.handOver("Elsewhere", { withKey: true });
    const { holder, key } = JSON.parse(paper.slice("saifu-bearer:".length));
    assert.equal(known.get(Buffer.from(holder, "base64url").toString("hex"))?.what, "a holder's key");
    assert.equal(known.get(Buffer.from(key, "base64url").subarray(-32).toString("hex"))?.what, "an opening key");
    assert.notEqual(foundIn(await onScreen()), undefined);
    const open = await readMemory(context, page);
    assert.notEqual(foundIn(open.module), undefined, "the module has what it shows");

    await wallet.go("values");
    assert.equal(foundIn(await onScreen()), undefined);
    const left = await readMemory(context, page);
    assert.equal(foundIn(left.heap), undefined, "what its scripts can reach");
    assert.equal(foundIn(left.module), undefined, "the memory of its module");
  });

  await t.test("everything comes back", async () => {
    for (const name of Object.keys(ways)) {
      await wallet.recover(name);
      await wallet.untilHere(name);
      await note();
      assert.equal(await wallet.code(name), `code of ${name}`);
    }
    assert.equal(countOf("an opening key"), 2, "that of “Shared” came back into the ring");
    await wallet.openKey("Seed of a pair");
    await page.getByRole("button", { name: "Fetch it from its backup" }).click();
    await until("it is here", async () => (await wallet.keys()).some(({ name, here }) => name.startsWith("Seed of a pair") && here === "Here"));
    await wallet.untilQuiet();
    await note();
    assert.equal(foundIn(await onScreen()), undefined);
  });

  await t.test("nothing was written to the console", () => assert.equal(foundIn(...written), undefined));

  await t.test("no request says it, and no answer", () => {
    assert.ok(asked.length > 0);
    assert.equal(foundIn(...asked), undefined);
    for (const { proxy } of all) {
      assert.ok(["/v1/register", "/v1/recover"].every((path) => proxy.count(path) > 0));
      for (const { path, headers, body, reply } of proxy.seen) {
        assert.equal(foundIn(path, JSON.stringify(headers), body, JSON.stringify(reply.headers), reply.body), undefined, path);
      }
    }
  });

  await t.test("no file of the browser's profile has it", async () => {
    await wallet.close();
    assert.deepEqual(await inFiles(profileDir), []);
  });

  await t.test("nor does a safe, what wrangler keeps beside it, or its log", async () => {
    for (const { safe } of all) {
      await safe.stop();
      assert.deepEqual(await inFiles(safe.folder), []);
    }
  });
});
