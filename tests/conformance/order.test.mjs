// What two real safes in workerd do for an owner who is logged in at one of them.
//
//     node --test tests/conformance/order.test.mjs

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { startWorkerd } from "./lib/workerd.mjs";

const root = resolve(import.meta.dirname, "../..");
const binary = join(root, "target/debug/conformance");
const run = promisify(execFile);
const scratch = mkdtempSync(join(tmpdir(), "saifu-order-"));

before(() => run("cargo", ["build", "--quiet", "--locked", "--package", "saifu-conformance"], { cwd: root }));
after(() => rmSync(scratch, { recursive: true, force: true }));

test("one safe brings an owner's orders to another", async () => {
  const [keySafe, valueSafe] = await Promise.all(
    ["key", "value"].map((name) => startWorkerd({ folder: join(scratch, name) })),
  );
  try {
    const { stdout } = await run(binary, [keySafe.url, "orders", valueSafe.url]);
    assert.equal(stdout.match(/^ok {4}/gm)?.length, 4, stdout);
  } catch (error) {
    throw new Error(`${error.stdout ?? ""}${error.stderr ?? ""}${error.message}`, { cause: error });
  } finally {
    await Promise.all([keySafe.stop(), valueSafe.stop()]);
  }
});
