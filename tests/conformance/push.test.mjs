// What a real safe in workerd sends to a push service, and what it does with the answers.
//
//     node --test tests/conformance/push.test.mjs

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createPublicKey, verify } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { startWorkerd } from "./lib/workerd.mjs";

const root = resolve(import.meta.dirname, "../..");
const binary = join(root, "target/debug/conformance");
const run = promisify(execFile);
const scratch = mkdtempSync(join(tmpdir(), "saifu-push-"));

before(() => run("cargo", ["build", "--quiet", "--locked", "--package", "saifu-conformance"], { cwd: root }));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** A push service of this machine: notes what it is sent, and says of all but `/told` that it is gone. */
const startService = async () => {
  const sent = [];
  const server = createServer(async (request, response) => {
    let body = 0;
    for await (const chunk of request) body += chunk.length;
    sent.push({ method: request.method, path: request.url, headers: request.headers, body });
    // A safe looks at the status and at nothing else.
    response.writeHead(request.url === "/told" ? 201 : 410, { "content-type": "text/html" });
    response.end("<p>".repeat(100_000));
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address();
  return { url: `http://127.0.0.1:${port}`, sent, stop: () => server.closeAllConnections() ?? server.close() };
};

const json = (part) => JSON.parse(Buffer.from(part, "base64url"));

/** As a push service checks who sends something (RFC 8292). */
const readToken = (authorization) => {
  const [, token, key] = authorization.match(/^vapid t=([^,]+), k=([\w-]+)$/);
  const point = Buffer.from(key, "base64url");
  const part = (from, to) => point.subarray(from, to).toString("base64url");
  const jwk = { kty: "EC", crv: "P-256", x: part(1, 33), y: part(33, 65) };
  const [header, claims, signature] = token.split(".");
  const ieee = { key: createPublicKey({ key: jwk, format: "jwk" }), dsaEncoding: "ieee-p1363" };
  const isSigned = verify("sha256", Buffer.from(`${header}.${claims}`), ieee, Buffer.from(signature, "base64url"));
  return { key, isSigned, header: json(header), claims: json(claims) };
};

test("whoever has others wait is woken when somebody begins to, and nothing else is said", async () => {
  const service = await startService();
  const vars = { PUSH_SERVICES: service.url };
  const safe = await startWorkerd({ folder: join(scratch, "safe"), vars });
  let stdout;
  try {
    ({ stdout } = await run(binary, [safe.url, "push", service.url]));
  } catch (error) {
    throw new Error(`${error.stdout ?? ""}${error.stderr ?? ""}${error.message}`, { cause: error });
  } finally {
    await safe.stop();
    service.stop();
  }
  // Of two who begin one after the other it is said once; of what was ended nothing.
  assert.deepEqual(service.sent.map(({ path }) => path).sort(), ["/gone", "/told"]);
  const [, offered] = stdout.match(/^key ([\w-]+)$/m);
  for (const { method, headers, body } of service.sent) {
    assert.equal(method, "POST");
    assert.equal(body, 0);
    assert.deepEqual([headers.ttl, headers.urgency, headers.topic], ["259200", "high", "look"]);
    assert.equal(headers["content-encoding"], undefined);
    const { key, isSigned, header, claims } = readToken(headers.authorization);
    assert.equal(key, offered);
    assert.ok(isSigned);
    assert.deepEqual(header, { typ: "JWT", alg: "ES256" });
    assert.equal(claims.aud, service.url);
    // A safe on this machine is nowhere for anybody else.
    assert.equal(claims.sub, undefined);
    const ahead = claims.exp - Date.now() / 1_000;
    assert.ok(ahead > 0 && ahead <= 86_400, `${ahead}`);
  }
});

test("a safe whose operator wants that wakes nobody, and says so", async () => {
  const safe = await startWorkerd({ folder: join(scratch, "off"), vars: { PUSH_SERVICES: "off" } });
  try {
    const refused = run(binary, [safe.url, "push", "http://127.0.0.1:9"]);
    await assert.rejects(refused, ({ stdout }) => stdout.includes("it wakes nobody"));
  } finally {
    await safe.stop();
  }
});
