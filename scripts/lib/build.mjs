// Builds the wallet and the safe, each only if something it is made of has changed since.

import { spawn, execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { access, mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const root = resolve(import.meta.dirname, "../..");

const TARGETS = {
  wallet: { script: "scripts/build-wallet.sh", result: "dist/index.html", without: /^safe-(core|worker)\// },
  safe: { script: "scripts/build-safe.sh", result: "safe-worker/build/index.js", without: /^(wallet-(core|web)\/|index\.html$|Trunk\.toml$)/ },
};
/** No part of either. Everything else counts, so that a new crate is never forgotten. */
const NEITHER = /^(tests|docs|\.ci)\/|\.md$|^(Makefile|LICENSE)$|^scripts\/(?!build-|finish-dist|env\.sh)/;

const fingerprint = async ({ without }) => {
  const { stdout } = await promisify(execFile)("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    maxBuffer: 64 << 20,
  });
  const hash = createHash("sha256");
  for (const name of [...new Set(stdout.split("\0"))].sort()) {
    if (name === "" || NEITHER.test(name) || without.test(name)) continue;
    hash.update(`${name}\0`).update(await readFile(join(root, name)).catch(() => "gone"));
  }
  return hash.digest("hex");
};

const exists = (path) => access(path).then(() => true, () => false);

/** Answers whether there was anything to do. */
export const buildIfChanged = async (name) => {
  const target = TARGETS[name];
  const stamp = join(root, ".saifu", `built-${name}`);
  const now = await fingerprint(target);
  const before = await readFile(stamp, "utf8").catch(() => "");
  if (before === now && (await exists(join(root, target.result)))) return false;

  await new Promise((done, failed) => {
    const child = spawn(join(root, target.script), { cwd: root, stdio: "inherit" });
    child.once("error", failed);
    child.once("exit", (code) => (code === 0 ? done() : failed(new Error(`The ${name} does not build. The compiler's message stands above.`))));
  });
  await mkdir(join(root, ".saifu"), { recursive: true });
  await writeFile(stamp, now);
  return true;
};

if (process.argv[1] === import.meta.filename) {
  try {
    for (const name of process.argv.slice(2)) {
      if (!(await buildIfChanged(name))) console.log(`The ${name} is built already.`);
    }
  } catch (error) {
    console.error(`\n${error.message}\n`);
    process.exitCode = 1;
  }
}
