// What makes its bearer the owner of a value — its code — is seen by its owner and by nobody else. It may not be found in
// a safe's ledger, not on the way, not on the console, and in no form on this device's disk.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { readLedger } from "./lib/ledger.mjs";
import { startSafeBehindProxy } from "./lib/proxy.mjs";
import { startSite } from "./lib/site.mjs";
import { openWallet } from "./lib/walk.mjs";

/** What base64 makes of some bytes, wherever in a text they begin: the characters that do not hang on their neighbours. */
const base64Forms = (bytes) =>
  [0, 1, 2].flatMap((shift) => {
    const shifted = Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64");
    const from = [0, 2, 3][shift];
    const fixed = shifted.slice(from, Math.floor(((shift + bytes.length) * 8) / 6));
    return [fixed, fixed.replaceAll("+", "-").replaceAll("/", "_")];
  });

/** Every form in which a text could have been left. */
const formsOf = (text) => {
  const utf8 = Buffer.from(text);
  const forms = [utf8, Buffer.from(text, "utf16le"), Buffer.from(text, "utf16le").swap16(), Buffer.from(utf8.toString("hex")), Buffer.from(encodeURIComponent(text))];
  for (const form of new Set(base64Forms(utf8))) forms.push(Buffer.from(form), Buffer.from(form, "utf16le"));
  return forms;
};

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
