// A second reader of certificates and receipts, written from docs/data-model.md and docs/protocol.md alone and sharing no code
// with the first: what it cannot read is not what those pages say.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const file = JSON.parse(readFileSync(new URL("../../protocol/tests/vectors/signed.json", import.meta.url), "utf8"));
const { subtle } = globalThis.crypto;
const b64 = (encoded) => Buffer.from(encoded, "base64url");
const hash = (algorithm, bytes) => createHash(algorithm).update(bytes).digest("base64url");

/** The public key of an Ed25519 seed, as WebCrypto has it and as a JWK. */
const publicKey = async (seed) => {
  const pkcs8 = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), b64(seed)]);
  const { x } = await subtle.exportKey("jwk", await subtle.importKey("pkcs8", pkcs8, "Ed25519", true, ["sign"]));
  const key = await subtle.importKey("raw", b64(x), "Ed25519", true, ["verify"]);
  // RFC 7638: the members that are required, in their order.
  const thumbprint = hash("sha256", `{"crv":"Ed25519","kty":"OKP","x":"${x}"}`);
  return { key, thumbprint };
};

/** The claims of a compact JWS that this key signed. */
const verify = async (compact, typ, key) => {
  const [header, payload, signature, ...more] = compact.split(".");
  assert.deepEqual(more, []);
  assert.deepEqual(JSON.parse(b64(header)), { alg: "Ed25519", typ });
  assert.ok(await subtle.verify("Ed25519", key, b64(signature), Buffer.from(`${header}.${payload}`)), "signed by the safe");
  return JSON.parse(b64(payload));
};

test("certificates are what docs/data-model.md says", async (t) => {
  const [safe, holder] = [await publicKey(file.signing_seed), await publicKey(file.holder_seed)];
  const classes = new Set();
  for (const [at, { object, is_plain, certificate }] of file.certificates.entries()) {
    const claims = await verify(certificate, "saifu-cert+jwt", safe.key);
    await t.test(`certificate ${at}: ${claims.cls}`, () => {
      assert.ok(Buffer.byteLength(certificate) <= 1_000);
      const { dig, h, cls, ...rest } = claims;
      assert.deepEqual(rest, {
        su: 1,
        iss: safe.thumbprint,
        url: "https://safe.example",
        ctr: 41 + at,
        iat: 953_078_400,
        ret: 1_110_758_400,
        cnf: { jkt: holder.thumbprint },
      });
      classes.add(cls);
      const { md5, s256, ...other } = h;
      assert.deepEqual(other, {});
      assert.equal(s256, hash("sha256", b64(object)));
      if (md5 !== undefined) assert.equal(md5, hash("md5", b64(object)));
      if (!is_plain) {
        assert.deepEqual([...b64(dig)], Array.from({ length: 178 }, (_, byte) => byte), "sealed: as its wallet gave it");
        return;
      }
      const value = JSON.parse(b64(object));
      const { class: kind, name, quantity, from, to, place } = value;
      assert.ok(dig.length === 0 || assert.deepEqual(dig, [kind, name, quantity, from, to, place]) === undefined);
    });
  }
  assert.deepEqual([...classes].sort(), ["coupled", "key", "piece", "seed", "share", "value"]);
  const legacy = await Promise.all(file.certificates.map(({ certificate }) => verify(certificate, "saifu-cert+jwt", safe.key)));
  assert.equal(legacy.filter(({ h }) => h.md5 !== undefined).length, 1);
});

test("receipts are what docs/data-model.md says", async () => {
  const safe = await publicKey(file.signing_seed);
  const target = hash("sha256", `0${file.certificates[0].certificate}`);
  const session = Buffer.alloc(16, 0x33).toString("base64url");
  const about = { iss: safe.thumbprint, tgt: target, iat: 953_164_800 };
  const read = await Promise.all(file.receipts.map((receipt) => verify(receipt, "saifu-receipt+jwt", safe.key)));
  assert.deepEqual(read, [
    { ...about, act: "withdrawn", session },
    { ...about, act: "returned", session },
    { ...about, act: "retired" },
    { ...about, act: "refused", session, state: "withdrawing" },
    { ...about, act: "refused", state: "retired" },
  ]);
});
