// What the first load of the wallet and the safe's bundle weigh. With --check it fails above the budgets.

import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const root = resolve(import.meta.dirname, "..");
const check = process.argv.includes("--check");

const KB = 1000;
/** What each may not exceed; docs/adr/0047 says why, docs/adr/0020 how the wallet stays small. */
const BUDGETS = {
  wallet: { limit: 700 * KB, by: "brotli" },
  safe: { limit: 1000 * KB, by: "gzip" },
};
/** Fetched after the first load, when the service worker fills its cache or the wallet is installed. */
const LATER = new Set([".png"]);
/** The words of one language: a first visit loads one. */
const WORDS = /^app\/words-/;
/** Never sent to a browser as a file. */
const NOT_SENT = new Set(["_headers"]);

const weigh = async (folder, name) => {
  const data = await readFile(join(folder, name));
  // What is compressed already travels as it is.
  if (extname(name) === ".png") return { name, raw: data.length, gzip: data.length, brotli: data.length };
  return {
    name,
    raw: data.length,
    gzip: gzipSync(data, { level: 9 }).length,
    brotli: brotliCompressSync(data, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: data.length },
    }).length,
  };
};

const weighAll = async (folder, wanted) => {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const names = entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  return Promise.all(names.filter(wanted).sort().map((name) => weigh(folder, name)));
};

const kilobytes = (bytes) => (bytes / KB).toFixed(1).padStart(9);
const row = ({ name, raw, gzip, brotli }) => `  ${name.padEnd(52)}${kilobytes(raw)}${kilobytes(gzip)}${kilobytes(brotli)}`;
const sum = (name, rows) =>
  rows.reduce((all, { raw, gzip, brotli }) => ({ name, raw: all.raw + raw, gzip: all.gzip + gzip, brotli: all.brotli + brotli }), {
    name,
    raw: 0,
    gzip: 0,
    brotli: 0,
  });

let over = 0;
const table = (title, rows, budget) => {
  const total = sum("total", rows);
  console.log(`\n${title.padEnd(54)}${["raw", "gzip", "brotli"].map((word) => word.padStart(9)).join("")}`);
  console.log([...rows, total].map(row).join("\n"));
  if (!budget) return;
  const { limit, by } = budget;
  const fits = total[by] <= limit;
  console.log(`  ${fits ? "within" : "OVER"} the budget of ${limit / KB} KB ${by}: ${Math.round((100 * total[by]) / limit)} %`);
  if (!fits) over += 1;
};

const dist = join(root, "dist");
const files = await weighAll(dist, (name) => !NOT_SENT.has(name));
// Whoever reads the language with the most to load is to be within the budget, too.
const [, ...otherWords] = files.filter(({ name }) => WORDS.test(name)).sort((one, other) => other.brotli - one.brotli);
const isLater = (file) => LATER.has(extname(file.name)) || otherWords.includes(file);
table("First load of the wallet (KB)", files.filter((file) => !isLater(file)), BUDGETS.wallet);
table("Later, to start without the network (KB)", files.filter(isLater));
table("The safe (KB)", await weighAll(join(root, "safe-worker/build"), (name) => /^index\.js$|\.wasm$/.test(name)), BUDGETS.safe);
console.log("");

if (check && over > 0) {
  console.error("Something is over its budget. `cargo tree` for the wasm target shows what came in.");
  process.exit(1);
}
