// The last step of a wallet build, called by Trunk. Gives every loaded file a name made of its content (Trunk's own
// hash is older than the optimisation), shortens the names by which the wasm module and its script know each other,
// minifies the scripts, puts the words of each language beside the module, and tells the service worker what this build
// consists of.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { transform } from "esbuild";
import { parseHeaders } from "./site.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const dist = process.env.TRUNK_STAGING_DIR ?? join(root, "dist");
const production = process.env.TRUNK_PROFILE === "release";

/** What the page speaks. The script that starts it has the address of each language's words in an attribute. */
const LANGUAGES = ["en", "ja"];

/** Where the files lie whose names change with their content: `_headers` lets browsers keep them for ever. */
const HASHED = "app";

/** Never precached: served for the next visit (`_headers`), asked afresh, or the service worker itself. */
const NOT_PRECACHED = new Set(["_headers", "suggested-safes.json", "service-worker.js"]);

const sha256 = (data) => createHash("sha256").update(data).digest("hex");

const minify = async (code, loader, options) =>
  production
    ? (await transform(code, { loader, format: loader === "js" ? "esm" : undefined, target: "es2022", minify: true, legalComments: "none", ...options })).code
    : code;

/**
 * The names under which a module's imports and exports stand in its script carry a hash each, which nothing can
 * compress. Shortens them in the module and answers what esbuild needs to do the same in the script.
 */
const shortenNames = async (module) => {
  const wasmOpt = join(root, "node_modules/.bin/wasm-opt");
  const features = (await readFile(join(root, "index.html"), "utf8")).match(/--enable-[\w-]+/g);
  // The levels only choose how it is written; without them it would come out longer than it went in.
  const passes = ["--minify-imports-and-exports-and-modules", "--optimize-level=3", "--shrink-level=2", ...features];
  const { stdout } = await promisify(execFile)(wasmOpt, [module, "-o", module, ...passes], { maxBuffer: 1 << 20 });
  const { imports, exports } = JSON.parse(stdout);
  const [{ module: script }] = WebAssembly.Module.imports(new WebAssembly.Module(await readFile(module)));
  const shortened = Object.fromEntries([...imports.flatMap(([from, name, short]) => [[from, script], [name, short]]), ...exports]);
  const names = Object.keys(shortened).map((name) => name.replaceAll(/[./$]/g, "\\$&"));
  return { mangleProps: new RegExp(`^(${names.join("|")})$`), mangleCache: shortened, mangleQuoted: true };
};

/**
 * The folder into which wallet-web/build.rs wrote the words when this module was built. There may be older ones beside it;
 * cargo notes what the module was made of.
 */
const wordsFolder = async (stem) => {
  const asked = ["metadata", "--locked", "--no-deps", "--format-version=1"];
  const { stdout } = await promisify(execFile)("cargo", asked, { cwd: root, maxBuffer: 1 << 24 });
  const built = join(JSON.parse(stdout).target_directory, "wasm32-unknown-unknown", production ? "release" : "debug");
  const notes = await readFile(join(built, `${stem}.d`), "utf8");
  const both = notes.split(/(?<!\\)\s+/).find((name) => name.endsWith("/out/both.rs"));
  if (!both) throw new Error(`cargo does not say where the words of ${stem} are`);
  return dirname(both.replaceAll("\\ ", " "));
};

const filesUnder = async (folder) => {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
};

/** A name without Trunk's hash and wasm-bindgen's addition. */
const stemOf = (name) => basename(name, extname(name)).replace(/-[0-9a-f]{12,16}(?=_bg$|$)/, "").replace(/_bg$/, "");

/** Minifies a file and moves it under its final name. Answers its old and new address. */
const settle = async (name, options) => {
  const extension = extname(name);
  let data = await readFile(join(dist, name));
  if (extension === ".js" || extension === ".css") {
    data = Buffer.from(await minify(data.toString(), extension.slice(1), options));
  }
  const settled = `${HASHED}/${stemOf(name)}-${sha256(data).slice(0, 16)}${extension}`;
  await rm(join(dist, name));
  await writeFile(join(dist, settled), data);
  return [name, settled];
};

await mkdir(join(dist, HASHED), { recursive: true });

// wasm-bindgen's snippets are imported by relative paths, which already carry a hash.
const names = await filesUnder(dist);
if (names.some((name) => name.startsWith("snippets/"))) {
  await rename(join(dist, "snippets"), join(dist, HASHED, "snippets"));
}

const module = names.find((name) => name.endsWith("_bg.wasm"));
const glue = module.replace("_bg.wasm", ".js");
const shortened = production ? await shortenNames(join(dist, module)) : {};
const moved = await Promise.all(
  names
    .filter((name) => !name.includes("/") && /\.(js|css|wasm)$/.test(name) && name !== "service-worker.js")
    .map((name) => settle(name, name === glue ? shortened : {})),
);
const words = await wordsFolder(stemOf(module));
let page = await readFile(join(dist, "index.html"), "utf8");
for (const lang of LANGUAGES) {
  await copyFile(join(words, `${lang}.txt`), join(dist, `words-${lang}.txt`));
  moved.push(await settle(`words-${lang}.txt`));
  page = page.replace(' data-wasm="', ` data-words-${lang}="/words-${lang}.txt"$&`);
}
for (const [from, to] of moved) {
  if (!page.includes(`"/${from}"`)) throw new Error(`index.html does not load ${from}`);
  page = page.replaceAll(`"/${from}"`, `"/${to}"`);
}
// With the name made of the content there is nothing left for Trunk's integrity attribute to check.
page = page
  .replaceAll(/\s(?:integrity|crossorigin)="[^"]*"(?=[^>]*rel="stylesheet")|(?<=rel="stylesheet"[^>]*)\s(?:integrity|crossorigin)="[^"]*"/g, "")
  .replaceAll(/<!--.*?-->\s*/gs, "");
// The policy stands in the page, too, for a host that does not send `_headers`. Frames around the page only a header can
// forbid, and the Worker has none but its own header's.
if (production) {
  const charset = '<meta charset="utf-8" />';
  const sent = parseHeaders(await readFile(join(dist, "_headers"), "utf8"))("/")["content-security-policy"];
  const policy = sent.replace(/;\s*frame-ancestors [^;]*/, "");
  if (!page.includes(charset)) throw new Error("index.html does not begin with its charset");
  page = page.replace(charset, `${charset}<meta http-equiv="Content-Security-Policy" content="${policy}" />`);
}
await writeFile(join(dist, "index.html"), page);

const files = (await filesUnder(dist)).filter((name) => !NOT_PRECACHED.has(name));
const digests = await Promise.all(files.map(async (name) => `${name}\0${sha256(await readFile(join(dist, name)))}\n`));
const source = await readFile(join(dist, "service-worker.js"), "utf8");
const build = {
  id: sha256(digests.join("") + source).slice(0, 16),
  files: files.map((name) => (name === "index.html" ? "/" : `/${name}`)),
};
await writeFile(
  join(dist, "service-worker.js"),
  await minify(`const BUILD = ${JSON.stringify(build)};\n${source}`, "js"),
);
