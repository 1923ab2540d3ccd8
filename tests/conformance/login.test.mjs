// How guesses are counted by a real safe in workerd, with its power cut meanwhile.
//
//     node --test tests/conformance/login.test.mjs

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { startWorkerd } from "./lib/workerd.mjs";

const root = resolve(import.meta.dirname, "../..");
const binary = join(root, "target/debug/conformance");
const scratch = mkdtempSync(join(tmpdir(), "saifu-login-"));

/** The ledger's file. It may be opened only while the safe is stopped. */
const openLedger = (safe) => {
  const folder = join(safe.folder, "objects/ledger");
  const name = readdirSync(folder).find((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));
  return new DatabaseSync(join(folder, name));
};

/** How many guesses the ledger has counted at each name. */
const countedBy = (safe) => {
  const ledger = openLedger(safe);
  const rows = ledger
    .prepare("SELECT look_up, spent FROM owner UNION ALL SELECT look_up, spent FROM guessed")
    .all();
  ledger.close();
  const name = (look_up) => Buffer.from(look_up).toString("base64url");
  return Object.fromEntries(rows.filter(({ spent }) => spent > 0).map((row) => [name(row.look_up), row.spent]));
};

const sum = (counts) => Object.values(counts).reduce((all, count) => all + count, 0);

before(() => promisify(execFile)("cargo", ["build", "--quiet", "--locked", "--package", "saifu-conformance"], { cwd: root }));
after(() => rmSync(scratch, { recursive: true, force: true }));

test("of a thousand guesses at once each is counted once, with the power cut in the middle", async () => {
  const folder = join(scratch, "guesses");
  let safe = await startWorkerd({ folder });
  const guessing = spawn(binary, [safe.url, "guess", "1000"], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((done) => guessing.once("exit", done));
  const lines = [];
  let answered = 0;
  let reached;
  const inTheMiddle = new Promise((done) => (reached = done));
  createInterface(guessing.stdout).on("line", (line) => {
    lines.push(line);
    answered += line === "challenge";
    if (answered === 200) reached();
  });
  await Promise.race([inTheMiddle, ended]);
  await safe.kill();
  const left = answered;
  // Every challenge that has left was counted before it left.
  const counted = sum(countedBy(safe));
  assert.ok(left >= 200, `${left} challenges before the power was cut: ${lines.at(-1)}`);
  assert.ok(counted >= left, `${left} challenges left, ${counted} were counted`);
  assert.ok(counted < 505, "the power was cut when all was over");
  safe = await startWorkerd({ folder, port: safe.port });
  assert.equal(await ended, 0, lines.at(-1));
  await safe.stop();
  const { enrolled, challenges } = JSON.parse(lines.at(-1));
  // Five at each name that nobody has; and of hundreds at the owner's five, or one more where a minute went by.
  assert.deepEqual(countedBy(safe), challenges);
  assert.ok([5, 6].includes(challenges[enrolled]), `${challenges[enrolled]} at the owner's`);
  const others = Object.entries(challenges).filter(([name]) => name !== enrolled);
  assert.equal(others.length, 100);
  assert.ok(others.every(([, count]) => count === 5));
});
