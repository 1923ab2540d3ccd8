// Real safes in workerd, with settings and misfortunes that no request can bring about.
//
//     node --test tests/conformance/*.test.mjs

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { freePort } from "../../scripts/lib/ports.mjs";
import { startSafe as startUnderWrangler } from "../../scripts/lib/safe.mjs";
import { startKv } from "./lib/kv.mjs";
import { startWorkerd } from "./lib/workerd.mjs";

const root = resolve(import.meta.dirname, "../..");
const binary = join(root, "target/debug/conformance");
const run = promisify(execFile);
const scratch = mkdtempSync(join(tmpdir(), "saifu-conformance-"));
const stops = [];
let folders = 0;

/** A step of the conformance program; its output, or an error that shows it. */
const conformance = async (...args) => {
  try {
    return (await run(binary, args.map(String), { maxBuffer: 1 << 24 })).stdout;
  } catch (error) {
    throw new Error(`conformance ${args.join(" ")}\n${error.stdout ?? ""}${error.stderr ?? ""}`, { cause: error });
  }
};

const newFolder = () => join(scratch, String((folders += 1)));

const startSafe = async (options = {}) => {
  const kv = options.kv ?? (await startKv());
  const folder = options.folder ?? newFolder();
  const safe = await startWorkerd({ ...options, folder, kvPort: kv.port });
  stops.push(safe.stop, kv.stop);
  return { ...safe, kv, again: (more) => startSafe({ ...options, folder, kv, port: safe.port, ...more }) };
};

const described = async (safe) => (await fetch(`${safe.url}/.well-known/electronic-safe`)).json();

/** The ledger's file. It may be touched only while the safe is stopped. */
const ledgerFile = (safe) => {
  const folder = join(safe.folder, "objects/ledger");
  const name = readdirSync(folder).find((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));
  return join(folder, name);
};

const until = async (what, reached) => {
  const deadline = Date.now() + 60_000;
  while (!(await reached())) {
    assert.ok(Date.now() < deadline, `not in time: ${what}`);
    await sleep(50);
  }
};

/** Asks under any name, and sends as much of the body as is given. Answers status and body. */
const ask = (safe, { method = "GET", path = "/.well-known/electronic-safe", headers = {}, begun = "" }) =>
  new Promise((done, failed) => {
    const request = httpRequest(safe.url + path, { method, headers }, async (response) => {
      const body = (await response.toArray()).join("");
      done({ status: response.statusCode, body: JSON.parse(body) });
      request.destroy();
    });
    request.on("error", failed);
    if (begun) request.write(begun);
    else request.end();
  });

/** What comes of an upload that stands still. It takes half a minute, in which the other tests run. */
let standingStill;

before(() => run("cargo", ["build", "--quiet", "--locked", "--package", "saifu-conformance"], { cwd: root }));

beforeEach(async () => {
  if (standingStill) return;
  const safe = await startSafe();
  standingStill = ask(safe, { method: "POST", path: "/v1/register", headers: { "content-length": "1000" }, begun: "{" }).then(
    (answer) => ({ safe, answer }),
    (error) => ({ safe, error }),
  );
});

after(async () => {
  await Promise.allSettled(stops.map((stop) => stop()));
  rmSync(scratch, { recursive: true, force: true });
});

for (const [name, vars] of [
  ["as it comes", {}],
  ["with a counter that ends at 3", { COUNTER_LIMIT: 3 }],
  ["without a grace period", { GRACE_SECONDS: 0 }],
  ["with the legacy hash and short digests", { LEGACY_HASH: "md5", DIGEST: "class-and-name" }],
  ["with vacant digests and keys given as secrets", { DIGEST: "vacant", SIGNING_SEED: "A".repeat(43), SEALING_SEED: `${"B".repeat(42)}A` }],
]) {
  test(`a safe ${name} conforms`, async () => {
    const safe = await startSafe({ vars });
    const output = await conformance(safe.url, "suite");
    assert.match(output, / passed, 0 failed\n$/);
    console.log(`${name}: ${output.trimEnd().split("\n").at(-1)}`);
    const log = readFileSync(safe.logFile, "utf8");
    assert.doesNotMatch(log, /panick|Uncaught|ledger-failed/);
    // Nothing of a value, a certificate or a key: what the suite registers is recognisable.
    assert.doesNotMatch(log, /Film|Rialto|seat|eyJ|sealed/);
    await safe.stop();
  });
}

test("a safe with the platform's own store, under wrangler, conforms", async () => {
  const safe = await startUnderWrangler({ folder: newFolder(), port: await freePort(), env: "c" });
  stops.push(safe.stop);
  const output = await conformance(safe.url, "suite");
  assert.match(output, / passed, 0 failed\n$/);
  console.log(`under wrangler: ${output.trimEnd().split("\n").at(-1)}`);
  await safe.stop();
});

test("a setting that does not read stops the safe", async () => {
  const safe = await startSafe({ vars: { DIGEST: "everything" } });
  assert.equal((await fetch(`${safe.url}/.well-known/electronic-safe`)).status, 500);
  await safe.stop();
});

test("a safe whose operator names a site takes passkeys of no other", async () => {
  const site = { PASSKEY_RP_ID: "wallet.example", PASSKEY_ORIGINS: "https://wallet.example https://a.wallet.example" };
  const safe = await startSafe({ vars: site });
  assert.deepEqual((await described(safe)).passkeys, { rp_id: "wallet.example" });
  const output = await conformance(safe.url, "suite", "devices");
  assert.match(output, /ok    devices: those of another site/);
  assert.match(output, / passed, 0 failed\n$/);
  await safe.stop();
  // One of the two alone says less than the operator thinks, and an origin elsewhere nothing.
  for (const vars of [
    { PASSKEY_RP_ID: "wallet.example" },
    { PASSKEY_ORIGINS: "https://wallet.example" },
    { ...site, PASSKEY_ORIGINS: "https://elsewhere.example" },
  ]) {
    const unusable = await startSafe({ vars });
    assert.equal((await fetch(`${unusable.url}/.well-known/electronic-safe`)).status, 500);
    await unusable.stop();
  }
});

test("a safe says where it is as its operator said it, whatever it is called", async () => {
  let safe = await startSafe();
  const headers = { host: "elsewhere.example" };
  assert.equal((await described(safe)).address, safe.url);
  for (const request of [{ headers }, { headers, method: "POST", path: "/v1/register" }]) {
    const { status, body } = await ask(safe, request);
    assert.equal(status, 500);
    assert.match(body.title, /has no ADDRESS.*Set it with wrangler/);
  }
  assert.match(readFileSync(safe.logFile, "utf8"), /address-missing/);
  await safe.stop();
  safe = await safe.again({ vars: { ADDRESS: "https://safe.example" } });
  for (const headers of [{ host: "elsewhere.example" }, {}]) {
    assert.equal((await ask(safe, { headers })).body.address, "https://safe.example");
  }
  await safe.stop();
});

test("a body above the limit is refused before it is read", async () => {
  const safe = await startSafe();
  const answer = await new Promise((done, failed) => {
    const request = httpRequest(`${safe.url}/v1/register`, {
      method: "POST",
      headers: { "content-length": String(1 << 30) },
    });
    request.on("response", done).on("error", failed);
    // Only the headers go out: the answer comes without a byte of the body.
    request.flushHeaders();
  });
  assert.equal(answer.statusCode, 413);
  answer.destroy();
  await safe.stop();
});

test("what was stored is there after a restart, with the same keys", async () => {
  let safe = await startSafe();
  const file = join(safe.folder, "held");
  await conformance(safe.url, "register", file, 20);
  const { id, sealing_key } = await described(safe);
  await safe.stop();
  safe = await safe.again();
  const now = await described(safe);
  assert.deepEqual([now.id, now.sealing_key], [id, sealing_key]);
  await conformance(safe.url, "recover", file, "done");
  await safe.stop();
});

test("nothing acknowledged is lost when the power is cut under load", async () => {
  let safe = await startSafe();
  const { id } = await described(safe);
  const files = [1, 2, 3].map((n) => join(safe.folder, `held-${n}`));
  for (let cut = 0; cut < 3; cut += 1) {
    const loads = files.map((file) => conformance(safe.url, "load", file));
    await sleep(1_500);
    await safe.kill();
    const counts = await Promise.all(loads);
    assert.ok(counts.every((text) => Number.parseInt(text, 10) > 0), counts.join());
    safe = await safe.again();
    assert.equal((await described(safe)).id, id);
  }
  for (const file of files) await conformance(safe.url, "recover", file, "done");
  // What was not in the index when the power went is there in the end.
  await conformance(safe.url, "register", join(safe.folder, "one-more"), 1);
  for (const file of files) {
    await until("the index", () => conformance(safe.url, "list", file, "complete").then(() => true, () => false));
  }
  await safe.stop();
});

test("of a certificate that is taken over while the power is cut, one opens and one finds nothing", async () => {
  let safe = await startSafe();
  const [given, taken] = ["given", "taken"].map((name) => join(safe.folder, name));
  await conformance(safe.url, "register", given, 100);
  await conformance(safe.url, "register", given, 100);
  const lines = () => (existsSync(taken) ? readFileSync(taken, "utf8").trim().split("\n").length : 0);
  const cutAt = [];
  while (cutAt.length < 3) {
    const before = lines();
    const taking = conformance(safe.url, "rotate", given, taken).then(() => true, () => false);
    await until("some are taken over", () => lines() > before + 10);
    await safe.kill();
    if (await taking) break;
    cutAt.push(lines());
    safe = await safe.again();
  }
  assert.ok(cutAt.length > 0, "everything was taken over before the first cut");
  // The same requests again: what was done before is answered from the record, certificate by certificate.
  safe = await safe.again();
  assert.match(await conformance(safe.url, "rotate", given, taken), /^200 taken over/);
  assert.equal(lines(), 201);
  await conformance(safe.url, "recover", given, "not-found");
  await conformance(safe.url, "recover", taken, "done");
  await until("the index", () => conformance(safe.url, "list", taken, "complete").then(() => true, () => false));
  await conformance(safe.url, "list", given, "nothing");
  assert.doesNotMatch(readFileSync(safe.logFile, "utf8"), /panick|Uncaught|ledger-failed|ledger-rolled-back/);
  await safe.stop();
});

test("a ledger from before there were rotations is read, and its entries are rotated", async () => {
  let safe = await startSafe();
  const [given, taken] = ["given", "taken"].map((name) => join(safe.folder, name));
  await conformance(safe.url, "register", given, 3);
  await conformance(safe.url, "register", given, 1);
  await safe.stop();
  const { DatabaseSync } = await import("node:sqlite");
  const ledger = new DatabaseSync(ledgerFile(safe));
  ledger.exec("DROP TABLE rotation");
  const tables = ledger.prepare("SELECT name FROM sqlite_master WHERE sql LIKE '%rotation%'").all();
  assert.deepEqual(tables, [], "the structure is still the new one");
  ledger.close();
  safe = await safe.again();
  await conformance(safe.url, "list", given, "complete");
  await conformance(safe.url, "rotate", given, taken);
  await safe.stop();
  safe = await safe.again();
  await conformance(safe.url, "recover", given, "not-found");
  await conformance(safe.url, "recover", taken, "done");
  await safe.stop();
});

for (const form of ["whole", "bare"]) {
  test(`a ledger that was set back before a rotation is noticed (${form} certificate)`, async () => {
    let safe = await startSafe();
    const [given, taken] = ["given", "taken"].map((name) => join(safe.folder, name));
    await conformance(safe.url, "register", given, 2);
    await until("the index", () => safe.kv.keys.size === 1);
    await safe.stop();
    const folder = join(safe.folder, "objects");
    const copy = `${folder}-copy`;
    cpSync(folder, copy, { recursive: true });
    safe = await safe.again();
    await conformance(safe.url, "rotate", given, taken);
    // A key for each: what was there stays as it is.
    await until("the index", () => safe.kv.keys.size === 3);
    const presented = form === "bare" ? ["bare"] : [];
    await conformance(safe.url, "recover", given, "not-found", ...presented);
    assert.doesNotMatch(readFileSync(safe.logFile, "utf8"), /ledger-rolled-back/);
    await safe.stop();
    rmSync(folder, { recursive: true });
    cpSync(copy, folder, { recursive: true });
    safe = await safe.again();
    await conformance(safe.url, "recover", taken, "rolled-back", ...presented);
    assert.match(readFileSync(safe.logFile, "utf8"), /ledger-rolled-back/);
    await safe.stop();
  });
}

test("an index that is written again after rotations is what it was", async () => {
  const safe = await startSafe({ vars: { OPERATOR_TOKEN: "a long secret" } });
  const [given, taken] = ["given", "taken"].map((name) => join(safe.folder, name));
  // The index fails meanwhile: it is the alarm that writes registration and rotation in the end.
  safe.kv.mode = "failing";
  await conformance(safe.url, "register", given, 5);
  await conformance(safe.url, "rotate", given, taken);
  assert.equal(safe.kv.keys.size, 0);
  safe.kv.mode = "ok";
  await until("the index", () => safe.kv.keys.size === 6);
  const written = new Map(safe.kv.keys);
  const headers = { authorization: "Bearer a long secret" };
  for (const isEmpty of [false, true]) {
    if (isEmpty) safe.kv.keys.clear();
    // The alarm may still be writing when the first one is asked for; then it is not complete yet, and asked for again.
    await until("the index is complete", async () => {
      const answer = await fetch(`${safe.url}/operator/rebuild`, { method: "POST", headers });
      return (await answer.json()).complete;
    });
    assert.deepEqual(safe.kv.keys, written);
  }
  await conformance(safe.url, "list", taken, "complete");
  await conformance(safe.url, "list", given, "nothing");
  await safe.stop();
});

test("bytes altered at rest are refused as damaged and the entry is kept", async () => {
  let safe = await startSafe();
  const file = join(safe.folder, "held");
  await conformance(safe.url, "register", file, 1);
  await safe.stop();
  const { DatabaseSync } = await import("node:sqlite");
  const ledger = new DatabaseSync(ledgerFile(safe));
  const flip = () =>
    ledger.exec("UPDATE entry SET object = CAST(replace(CAST(object AS TEXT), 'Rialto', 'Palace') AS BLOB)");
  flip();
  ledger.close();
  safe = await safe.again();
  await conformance(safe.url, "recover", file, "damaged");
  assert.match(readFileSync(safe.logFile, "utf8"), /entry-damaged/);
  await safe.stop();
  const mended = new DatabaseSync(ledgerFile(safe));
  const { state } = mended.prepare("SELECT state FROM entry").get();
  assert.equal(state, 0, "the entry was opened all the same");
  mended.exec("UPDATE entry SET object = CAST(replace(CAST(object AS TEXT), 'Palace', 'Rialto') AS BLOB)");
  mended.close();
  safe = await safe.again();
  await conformance(safe.url, "recover", file, "done");
  await safe.stop();
});

for (const form of ["whole", "bare"]) {
  test(`a ledger that was set back is noticed (${form} certificate)`, async () => {
    let safe = await startSafe();
    const [before, lost] = ["before", "lost"].map((name) => join(safe.folder, name));
    const arrived = (count) => until("the index", () => safe.kv.keys.size === count);
    await conformance(safe.url, "register", before, 2);
    await arrived(1);
    await safe.stop();
    const folder = join(safe.folder, "objects");
    const copy = `${folder}-copy`;
    cpSync(folder, copy, { recursive: true });
    safe = await safe.again();
    await conformance(safe.url, "register", lost, 1);
    await conformance(safe.url, "register", lost, 4);
    await arrived(3);
    await safe.stop();
    rmSync(folder, { recursive: true });
    cpSync(copy, folder, { recursive: true });
    safe = await safe.again();
    const presented = form === "bare" ? ["bare"] : [];
    await conformance(safe.url, "recover", lost, "rolled-back", ...presented);
    assert.match(readFileSync(safe.logFile, "utf8"), /ledger-rolled-back/);
    await conformance(safe.url, "recover", before, "done", ...presented);
    // Without the index a whole certificate still proves it, by its signature; a bare one proves nothing.
    safe.kv.mode = "failing";
    await conformance(safe.url, "recover", lost, form === "bare" ? "not-found" : "rolled-back", ...presented);
    await safe.stop();
  });
}

for (const mode of ["failing", "hanging"]) {
  test(`with the index ${mode} the safe registers and recovers, and catches up later`, async () => {
    const safe = await startSafe();
    safe.kv.mode = mode;
    const file = join(safe.folder, "held");
    await conformance(safe.url, "register", file, 3);
    await conformance(safe.url, "register", file, 1);
    await conformance(safe.url, "list", file, "unavailable");
    if (mode === "failing") await conformance(safe.url, "recover", file, "done", "bare");
    else await conformance(safe.url, "recover", file, "done");
    assert.equal(safe.kv.keys.size, 0);
    safe.kv.mode = "ok";
    if (mode === "failing") {
      await conformance(safe.url, "register", join(safe.folder, "other"), 1);
      await until("the index", () => safe.kv.keys.size === 3);
      await conformance(safe.url, "list", file, "complete");
    }
    await safe.stop();
  });
}

test("the alarm writes what a failing index missed, without another request", async () => {
  const safe = await startSafe();
  safe.kv.mode = "failing";
  const file = join(safe.folder, "held");
  await conformance(safe.url, "register", file, 2);
  await until("a refused write", () => readFileSync(safe.logFile, "utf8").includes("index-not-written"));
  safe.kv.mode = "ok";
  await until("the index", () => safe.kv.keys.size === 1);
  await safe.stop();
});

test("with a stale index the ledger answers", async () => {
  const safe = await startSafe();
  safe.kv.stale = new Map();
  const file = join(safe.folder, "held");
  await conformance(safe.url, "register", file, 2);
  await conformance(safe.url, "recover", file, "done", "bare");
  assert.equal(safe.kv.reads, 0, "the index was asked for what the ledger has");
  const other = await startSafe({ kv: safe.kv });
  await conformance(other.url, "recover", file, "not-found", "bare");
  assert.ok(safe.kv.reads > 0, "the index was not asked for what the ledger misses");
  await safe.stop();
  await other.stop();
});

test("an index written by somebody else is not believed", async () => {
  const own = await startSafe();
  const file = join(own.folder, "held");
  await conformance(own.url, "register", file, 1);
  await until("the index", () => own.kv.keys.size === 1);
  const other = await startSafe({ kv: own.kv });
  // The other safe's ledger lacks what the index has, but the index's certificate is not signed by it.
  await conformance(other.url, "recover", file, "not-found");
  await conformance(other.url, "recover", file, "not-found", "bare");
  await own.stop();
  await other.stop();
});

test("the operator, and nobody else, has the index written again", async () => {
  const safe = await startSafe({ vars: { OPERATOR_TOKEN: "a long secret" } });
  const file = join(safe.folder, "held");
  await conformance(safe.url, "register", file, 5);
  await conformance(safe.url, "register", file, 1);
  await until("the index", () => safe.kv.keys.size === 2);
  const written = new Map(safe.kv.keys);
  safe.kv.keys.clear();
  const rebuild = (headers) => fetch(`${safe.url}/operator/rebuild`, { method: "POST", headers });
  for (const headers of [{}, { authorization: "Bearer another" }, { authorization: "Bearer " }]) {
    assert.equal((await rebuild(headers)).status, 401);
  }
  assert.equal(safe.kv.keys.size, 0);
  const answer = await rebuild({ authorization: "Bearer a long secret" });
  assert.deepEqual(await answer.json(), { complete: true });
  assert.deepEqual(safe.kv.keys, written);
  await conformance(safe.url, "list", file, "complete");
  await safe.stop();
  const unset = await startSafe();
  const headers = { authorization: "Bearer " };
  assert.equal((await fetch(`${unset.url}/operator/rebuild`, { method: "POST", headers })).status, 401);
  await unset.stop();
});

test("one request is one write to the index", async () => {
  const safe = await startSafe();
  const file = join(safe.folder, "held");
  await conformance(safe.url, "register", file, 100);
  await until("the index", () => safe.kv.keys.size === 1);
  assert.equal(safe.kv.puts, 1);
  await conformance(safe.url, "list", file, "complete");
  await safe.stop();
});

test("an upload that stands still is given up", async () => {
  const { safe, answer, error } = await standingStill;
  assert.ifError(error);
  assert.equal(answer.status, 400);
  assert.match(answer.body.title, /did not arrive in time/);
  assert.equal((await described(safe)).address, safe.url);
  await safe.stop();
});
