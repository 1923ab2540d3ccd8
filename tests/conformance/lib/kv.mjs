// A stand-in for Workers KV: the platform's binding speaks this small HTTP protocol. In the tests' hands it can fail,
// hang, or go on serving an old state, which the real one does for a minute.

import { createServer } from "node:http";

export const startKv = async () => {
  const kv = {
    /** key → { value, metadata } */
    keys: new Map(),
    /** "ok", "failing" or "hanging" */
    mode: "ok",
    /** An older copy of `keys` that reads see instead. */
    stale: undefined,
    puts: 0,
    reads: 0,
  };
  const server = createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      if (kv.mode === "hanging") return;
      if (kv.mode === "failing") return response.writeHead(503).end("unavailable");
      const url = new URL(request.url, "http://kv");
      const key = decodeURIComponent(url.pathname.slice(1));
      if (request.method === "PUT") {
        kv.puts += 1;
        kv.keys.set(key, { value: Buffer.concat(chunks), metadata: request.headers["cf-kv-metadata"] });
        return response.writeHead(200).end();
      }
      kv.reads += 1;
      const seen = kv.stale ?? kv.keys;
      if (key) {
        const found = seen.get(key);
        if (!found) return response.writeHead(404).end();
        const headers = found.metadata ? { "CF-KV-Metadata": found.metadata } : {};
        return response.writeHead(200, headers).end(found.value);
      }
      const prefix = url.searchParams.get("prefix") ?? "";
      const after = url.searchParams.get("cursor") ?? "";
      const limit = Number(url.searchParams.get("key_count_limit") ?? 1000);
      const names = [...seen.keys()].filter((name) => name.startsWith(prefix) && name > after).sort();
      const page = names.slice(0, limit);
      const complete = page.length === names.length;
      response.writeHead(200, { "content-type": "application/json" }).end(
        JSON.stringify({
          keys: page.map((name) => ({ name, metadata: JSON.parse(seen.get(name).metadata ?? "null") })),
          list_complete: complete,
          ...(complete ? {} : { cursor: page.at(-1) }),
        }),
      );
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  kv.port = server.address().port;
  kv.stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return kv;
};
