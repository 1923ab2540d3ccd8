// The ledger's contract suite, which the simulation's ledger passes natively, on the SQL ledger inside workerd. It runs
// in a build of its own: no safe that holds anything has this address.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { startWorkerd } from "./lib/workerd.mjs";

const root = resolve(import.meta.dirname, "../..");
const run = promisify(execFile);

test("the SQL ledger keeps the ledger's contract", async (context) => {
  await run(join(root, "tests/conformance/build-contract.sh"), { maxBuffer: 1 << 24 });
  const folder = mkdtempSync(join(tmpdir(), "saifu-contract-"));
  const safe = await startWorkerd({ folder, build: join(root, "target/contract-worker") });
  context.after(async () => {
    await safe.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const cases = await (await fetch(`${safe.url}/run-contract`)).json();
  const failures = cases.filter(({ failure }) => failure);
  assert.deepEqual(failures, []);
  assert.ok(cases.length >= 33, `${cases.length} cases ran`);
  console.log(`${cases.length - failures.length} passed, ${failures.length} failed`);
});

test("no safe that is built for use has the address of the contract suite", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "saifu-contract-"));
  const safe = await startWorkerd({ folder });
  context.after(async () => {
    await safe.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  assert.equal((await fetch(`${safe.url}/run-contract`)).status, 404);
});
