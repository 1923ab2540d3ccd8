// A small production server for the wallet: the files of dist/ with exactly the headers `_headers` gives them.
// `make run` and the browser tests use it, so that what is tested is what is deployed.

import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, relative, sep } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";

const compress = promisify(brotliCompress);

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};
const COMPRESSED = /^(text\/|application\/(json|wasm|manifest)|image\/svg)/;

/**
 * Reads the format Cloudflare Pages and Netlify share: a pattern, under it indented headers; `! Name` takes away what
 * a pattern further up gave.
 */
export const parseHeaders = (text) => {
  const rules = [];
  for (const line of text.split("\n")) {
    if (line.trim() === "" || line.trim().startsWith("#")) continue;
    if (!/^\s/.test(line)) {
      const pattern = line.trim().split("*").map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&")).join(".*");
      rules.push({ pattern: new RegExp(`^${pattern}$`), lines: [] });
      continue;
    }
    const rule = rules.at(-1);
    if (!rule) throw new Error(`_headers: a header stands before the first address: ${line.trim()}`);
    const taken = /^\s+!\s+(\S+)$/.exec(line);
    const given = /^\s+([^:\s]+):\s*(.+?)\s*$/.exec(line);
    if (taken) rule.lines.push({ name: taken[1].toLowerCase() });
    else if (given) rule.lines.push({ name: given[1].toLowerCase(), value: given[2] });
    else throw new Error(`_headers: neither a header nor a removal: ${line.trim()}`);
  }
  return (path) => {
    const headers = new Map();
    for (const { pattern, lines } of rules) {
      if (!pattern.test(path)) continue;
      for (const { name, value } of lines) {
        if (value === undefined) headers.delete(name);
        else headers.set(name, headers.has(name) ? `${headers.get(name)}, ${value}` : value);
      }
    }
    return Object.fromEntries(headers);
  };
};

const file = (name, data) => {
  const type = TYPES[extname(name)] ?? "application/octet-stream";
  const etag = `"${createHash("sha256").update(data).digest("base64url").slice(0, 22)}"`;
  let brotli;
  return {
    data,
    type,
    etag,
    compressible: COMPRESSED.test(type),
    brotli: () => (brotli ??= compress(data, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } })),
  };
};

/** Everything of one build, held in memory: a build made meanwhile does not mix with the one being served. */
const load = async (folder) => {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = new Map();
  let headers = () => ({});
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path).split(sep).join("/");
    const data = await readFile(path);
    if (name === "_headers") headers = parseHeaders(data.toString());
    else files.set(`/${name}`, file(name, data));
  }
  if (!files.has("/index.html")) throw new Error(`${folder} holds no wallet. Build it: make run`);
  return { files, headers };
};

/**
 * Serves a build. `suggested` is the list of safes the site suggests, each `{url}`; without it the build's own list
 * stands.
 */
export const startSite = async ({ folder, port = 0, host = "127.0.0.1", suggested }) => {
  let build = await load(folder);
  const suggestion = suggested && file("suggested-safes.json", Buffer.from(JSON.stringify(suggested)));

  const find = (path) => {
    if (path === "/suggested-safes.json" && suggestion) return suggestion;
    if (path === "/") return build.files.get("/index.html");
    // An address without an ending is a screen of the wallet.
    return build.files.get(path) ?? (extname(path) === "" ? build.files.get("/index.html") : undefined);
  };

  const server = createServer(async (request, response) => {
    // `//` is no address, yet it can be asked for.
    if (!URL.canParse(request.url, "http://site")) return response.writeHead(400).end();
    const path = new URL(request.url, "http://site").pathname;
    for (const [name, value] of Object.entries(build.headers(path))) response.setHeader(name, value);
    const finish = (status, body) => response.writeHead(status).end(request.method === "HEAD" ? undefined : body);

    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("allow", "GET, HEAD");
      return finish(405);
    }
    const found = find(path);
    if (!found) {
      response.setHeader("content-type", TYPES[".txt"]);
      return finish(404, "There is nothing at this address.\n");
    }
    response.setHeader("etag", found.etag);
    if (found.compressible) response.setHeader("vary", "accept-encoding");
    if (request.headers["if-none-match"] === found.etag) return finish(304);
    response.setHeader("content-type", found.type);
    let body = found.data;
    if (found.compressible && /\bbr\b/.test(request.headers["accept-encoding"] ?? "")) {
      response.setHeader("content-encoding", "br");
      body = await found.brotli();
    }
    response.setHeader("content-length", body.length);
    finish(200, body);
  });
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });

  return {
    /** A host name, for an IP address can't be a passkey's relying party. */
    url: `http://localhost:${server.address().port}`,
    /** Serves another build from now on, as a deployment would. */
    deploy: async (other) => {
      build = await load(other);
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
};
