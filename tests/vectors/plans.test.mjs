// A second reader of parts, written from docs/plans.md alone and sharing no code with the first: what it cannot read is not
// what that page says. It uses WebCrypto, as a browser would for bulk data, so both give the same bytes.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const file = JSON.parse(
  readFileSync(new URL("../../wallet-core/tests/vectors/plans.json", import.meta.url), "utf8"),
);
const { subtle } = globalThis.crypto;
const text = new TextEncoder();
const b64 = (encoded) => new Uint8Array(Buffer.from(encoded, "base64url"));
const concat = (...parts) => new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part))));
const same = (one, two) => Buffer.compare(Buffer.from(one), Buffer.from(two)) === 0;
const sha256 = async (bytes) => new Uint8Array(await subtle.digest("SHA-256", bytes));
const none = new Uint8Array(0);

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
  }
  take(length) {
    assert.ok(length <= this.bytes.length, "cut short");
    const taken = this.bytes.slice(0, length);
    this.bytes = this.bytes.slice(length);
    return taken;
  }
  number(length) {
    return this.take(length).reduce((number, byte) => number * 256 + byte, 0);
  }
  rest() {
    return this.take(this.bytes.length);
  }
}

// ── Primitives

async function hkdf(key, info) {
  const base = await subtle.importKey("raw", key, "HKDF", false, ["deriveBits"]);
  const parameters = { name: "HKDF", hash: "SHA-256", salt: none, info };
  return new Uint8Array(await subtle.deriveBits(parameters, base, 256));
}

function derive(key, label, context = none) {
  const length = new Uint8Array(8);
  length[7] = label.length;
  return hkdf(key, concat(length, text.encode(label), context));
}

async function gcm(key, iv, additionalData, ciphertext) {
  const imported = await subtle.importKey("raw", key, "AES-GCM", false, ["decrypt"]);
  const parameters = { name: "AES-GCM", iv, additionalData };
  return new Uint8Array(await subtle.decrypt(parameters, imported, ciphertext));
}

async function openCommitted(key, label, aad, sealed) {
  const reader = new Reader(sealed);
  const [salt, commitment] = [reader.take(32), reader.take(32)];
  assert.ok(same(commitment, await derive(key, label, concat([2], salt))), "another key");
  return gcm(await derive(key, label, concat([1], salt)), new Uint8Array(12), aad, reader.rest());
}

async function hmac(key, bytes) {
  const parameters = { name: "HMAC", hash: "SHA-256" };
  // WebCrypto takes no empty key; a key of zeros is the same to HMAC.
  const imported = await subtle.importKey("raw", key.length ? key : new Uint8Array(32), parameters, false, ["sign"]);
  return new Uint8Array(await subtle.sign("HMAC", imported, bytes));
}

// RFC 9180, base mode, DHKEM(X25519, HKDF-SHA-256), HKDF-SHA-256, AES-256-GCM.
async function openHpke(secret, info, aad, sealed) {
  const pkcs8 = concat(Buffer.from("302e020100300506032b656e04220420", "hex"), secret);
  const own = await subtle.importKey("pkcs8", pkcs8, "X25519", true, ["deriveBits"]);
  const jwk = await subtle.exportKey("jwk", own);
  const [encapped, ciphertext] = [sealed.slice(0, 32), sealed.slice(32)];
  const peer = await subtle.importKey("raw", encapped, "X25519", true, []);
  const dh = new Uint8Array(await subtle.deriveBits({ name: "X25519", public: peer }, own, 256));
  const expand = async (key, data, length) => (await hmac(key, concat(data, [1]))).slice(0, length);
  const labeled = (suite) => ({
    extract: (salt, label, ikm) => hmac(salt, concat(text.encode("HPKE-v1"), suite, text.encode(label), ikm)),
    expand: (key, label, data, length) =>
      expand(key, concat([0, length], text.encode("HPKE-v1"), suite, text.encode(label), data), length),
  });
  const kem = labeled(concat(text.encode("KEM"), [0, 0x20]));
  const prk = await kem.extract(none, "eae_prk", dh);
  const shared = await kem.expand(prk, "shared_secret", concat(encapped, b64(jwk.x)), 32);
  const hpke = labeled(concat(text.encode("HPKE"), [0, 0x20, 0, 1, 0, 2]));
  const context = concat(
    [0],
    await hpke.extract(none, "psk_id_hash", none),
    await hpke.extract(none, "info_hash", text.encode(info)),
  );
  const root = await hpke.extract(shared, "secret", none);
  const key = await hpke.expand(root, "key", context, 32);
  return gcm(key, await hpke.expand(root, "base_nonce", context, 12), aad, ciphertext);
}

function multiply(a, b) {
  let product = 0;
  for (; b; b >>= 1) {
    if (b & 1) product ^= a;
    a = (a << 1) ^ (a & 0x80 ? 0x11b : 0);
  }
  return product;
}

function invert(a) {
  for (let b = 1; b < 256; b += 1) if (multiply(a, b) === 1) return b;
  throw new Error("0 has no inverse");
}

function combine(shares) {
  const enough = shares.slice(0, shares[0].threshold);
  assert.equal(enough.length, shares[0].threshold, "too few shares");
  return new Uint8Array(32).map((_, at) =>
    enough.reduce((sum, { number: x, value }) => {
      const others = enough.filter((other) => other.number !== x);
      const factor = others.reduce((f, { number: y }) => multiply(f, multiply(y, invert(x ^ y))), 1);
      return sum ^ multiply(value[at], factor);
    }, 0),
  );
}

// ── Formats

async function readShare(reader) {
  const [number, threshold, count] = [reader.number(1), reader.number(1), reader.number(1)];
  const value = reader.take(32);
  const checks = Array.from({ length: count }, () => reader.take(32));
  const check = await sha256(concat(text.encode("saifu/1/plan/share-check"), [0, number], value));
  assert.ok(same(check, checks[number - 1]), `bad share ${number}`);
  return { number, threshold, value };
}

function readName(reader) {
  const [kind, id] = [reader.number(1), reader.take(16)];
  if (kind >= 2) {
    assert.equal(Buffer.from(reader.take(reader.number(2))).toString(), "hkdf-sha256");
    assert.equal(reader.number(1), 1);
  }
  return { kind, id };
}

async function checkedKey(name, secret) {
  const id = (await derive(secret, "saifu/1/plan/key-id")).slice(0, 16);
  assert.ok(same(id, name.id), "not the key it names");
  return { ...name, secret };
}

async function readKey(bytes) {
  const reader = new Reader(bytes);
  const name = readName(reader);
  return checkedKey(name, reader.rest());
}

async function readKeyShare(reader) {
  const name = readName(reader);
  return { name, share: await readShare(reader) };
}

async function readPart(bytes, author) {
  const reader = new Reader(bytes);
  assert.equal(Buffer.from(reader.take(5)).toString(), "Saifu");
  assert.deepEqual([reader.number(1), reader.number(1)], [1, 1]);
  const part = { kind: reader.number(1), group: reader.take(16), plan: reader.take(16) };
  [part.index, part.count, part.needed, part.quorum, part.voters] = reader.take(5);
  part.digest = reader.take(reader.number(2));
  part.body = reader.take(reader.number(4));
  const signed = bytes.slice(0, bytes.length - 64);
  const message = concat(text.encode("saifu/1/part/signature"), [0], signed);
  assert.ok(await subtle.verify("Ed25519", author, reader.rest(), message), "forged");
  return part;
}

// ── Putting together

async function reunite(parts, keys) {
  const cells = [];
  const shares = [];
  for (const { kind, index, body } of parts) {
    const reader = new Reader(body);
    if (kind === 1 || kind === 2) keys.push(await readKey(body));
    else if (kind === 4) shares.push(await readKeyShare(reader));
    else if (body[0] === 6) {
      reader.take(1);
      for (let left = reader.number(1); left > 0; left -= 1) shares.push(await readKeyShare(reader));
      cells.push({ column: index, layer: reader.rest() });
    } else cells.push({ column: index, layer: body });
  }
  if (shares.length > 0) {
    keys.push(await checkedKey(shares[0].name, combine(shares.map(({ share }) => share))));
  }
  const data = parts.find(({ kind }) => kind === 0 || kind === 3 || kind === 5);
  return peel(data.needed === 1 ? cells.slice(0, 1) : cells, 0, data.group, keys);
}

async function peel(cells, row, group, keys) {
  const readers = cells.map(({ column, layer }) => ({ column, reader: new Reader(layer) }));
  const [layer] = readers.map(({ reader }) => reader.number(1));
  const aad = (column, ...more) => concat([1, layer, row, column], group, ...more);
  const joined = (bytes) => peel([{ column: 0, layer: bytes }], row, group, keys);
  switch (layer) {
    case 0:
      assert.equal(cells.length, 1);
      return [Buffer.from(readers[0].reader.rest()).toString()];
    case 1: {
      const [count] = readers.map(({ reader }) => reader.number(1));
      const objects = [];
      for (let inner = 0; inner < count; inner += 1) {
        const ofRow = readers.map(({ column, reader }) => ({ column, layer: reader.take(reader.number(4)) }));
        objects.push(...(await peel(ofRow, inner, group, keys)));
      }
      return objects;
    }
    case 2:
    case 3: {
      const opened = [];
      for (const { column, reader } of readers) {
        const id = reader.take(16);
        const { kind, secret } = keys.find((key) => same(key.id, id));
        const label = ["saifu/1/plan/seed/key", "saifu/1/plan/seed/pair"][layer - 2];
        const key = kind >= 2 ? await derive(secret, label) : secret;
        const bound = aad(column, id);
        const item = layer === 2 ? key : await openHpke(key, "saifu/1/plan/item-key", bound, reader.take(80));
        opened.push({ column, layer: await openCommitted(item, "saifu/1/plan/sealed", bound, reader.rest()) });
      }
      return peel(opened, row, group, keys);
    }
    case 4: {
      const ranges = readers.map(({ reader }) => {
        reader.take(16);
        return { number: reader.number(1), count: reader.number(1), whole: reader.number(4), bytes: reader.rest() };
      });
      ranges.sort((one, two) => one.number - two.number);
      assert.deepEqual(ranges.map(({ number }) => number), [...Array(ranges[0].count).keys()]);
      const whole = concat(...ranges.map(({ bytes }) => bytes));
      assert.equal(whole.length, ranges[0].whole);
      return joined(whole);
    }
    case 5: {
      const pieces = [];
      for (const { column, reader } of readers) {
        pieces.push({ column, share: await readShare(reader), sealed: reader.rest() });
      }
      const key = combine(pieces.map(({ share }) => share));
      const wholes = await Promise.all(
        pieces.map(({ column, sealed }) => openCommitted(key, "saifu/1/plan/divided", aad(column), sealed)),
      );
      for (const whole of wholes) assert.deepEqual(whole, wholes[0]);
      return joined(wholes[0]);
    }
    default:
      throw new Error(`unknown layer ${layer}`);
  }
}

async function readDigest({ digest, group, kind, index }) {
  if (digest[0] === 1) return Buffer.from(digest.slice(1)).toString();
  assert.equal(digest[0], 2);
  const key = await derive(b64(file.catalogue_key), "saifu/1/part/digest", concat(group, [kind, index]));
  const padded = await gcm(key, new Uint8Array(12), none, digest.slice(1));
  assert.equal(padded.length, 161);
  return Buffer.from(padded.slice(1, 1 + padded[0])).toString();
}

async function author() {
  const pkcs8 = concat(Buffer.from("302e020100300506032b657004220420", "hex"), b64(file.signing_seed));
  const signing = await subtle.importKey("pkcs8", pkcs8, "Ed25519", true, ["sign"]);
  const { x } = await subtle.exportKey("jwk", signing);
  return subtle.importKey("raw", b64(x), "Ed25519", true, ["verify"]);
}

test("a part lies at its safe under the cover docs/plans.md describes", async () => {
  const { holder_seed, safe, part, covered } = JSON.parse(
    readFileSync(new URL("../../wallet-core/tests/vectors/cover.json", import.meta.url), "utf8"),
  );
  const key = await derive(b64(holder_seed), "saifu/1/part/cover-key");
  const bound = concat([1], b64(safe));
  assert.ok(same(await openCommitted(key, "saifu/1/part/cover", bound, b64(covered)), b64(part)));
});

for (const [at, { plan, objects, kept, parts }] of file.cases.entries()) {
  const steps = plan.steps.map((step) => (typeof step === "string" ? step : Object.keys(step)[0]));
  test(`parts ${at} (${steps.join(", ") || "plain"}) are what docs/plans.md says`, async () => {
    const key = await author();
    const read = await Promise.all(parts.map((part) => readPart(b64(part), key)));
    const keys = await Promise.all(kept.map((bytes) => readKey(b64(bytes))));
    assert.deepEqual(await reunite(read, keys), objects);
    const id = (await sha256(text.encode(JSON.stringify(plan)))).slice(0, 16);
    for (const part of read) assert.ok(same(part.plan, id), "named by the hash of the plan's JSON");
    for (const part of read) assert.equal(part.quorum, plan.quorum);
    assert.equal(await readDigest(read[0]), file.digest);
  });
}
