// The last step of a wallet build, called by Trunk. Gives every loaded file a name made of its content (Trunk's own
// hash is older than the optimisation), minifies the scripts, and tells the service worker what this build consists
// of.

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";
import { parseHeaders } from "./site.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const dist = process.env.TRUNK_STAGING_DIR ?? join(root, "dist");
const production = process.env.TRUNK_PROFILE === "release";

/** Where the files lie whose names change with their content: `_headers` lets browsers keep them for ever. */
const HASHED = "app";

/** Never precached: served for the next visit (`_headers`), asked afresh, or the service worker itself. */
const NOT_PRECACHED = new Set(["_headers", "suggested-safes.json", "service-worker.js"]);

const sha256 = (data) => createHash("sha256").update(data).digest("hex");

const minify = async (code, loader) =>
  production ? (await transform(code, { loader, format: loader === "js" ? "esm" : undefined, target: "es2022", minify: true, legalComments: "none" })).code : code;

const filesUnder = async (folder) => {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
};

/** Minifies a file and moves it under its final name. Answers its old and new address. */
const settle = async (name) => {
  const extension = extname(name);
  let data = await readFile(join(dist, name));
  if (extension === ".js" || extension === ".css") {
    data = Buffer.from(await minify(data.toString(), extension.slice(1)));
  }
  const stem = basename(name, extension).replace(/-[0-9a-f]{12,16}(?=_bg$|$)/, "").replace(/_bg$/, "");
  const settled = `${HASHED}/${stem}-${sha256(data).slice(0, 16)}${extension}`;
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

const moved = await Promise.all(
  names.filter((name) => !name.includes("/") && /\.(js|css|wasm)$/.test(name) && name !== "service-worker.js").map(settle),
);
let page = await readFile(join(dist, "index.html"), "utf8");
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
