// A second reader of the roots in certificates and of what is shown for them, written from docs/data-model.md and docs/protocol.md
// alone: the tree is made by the recursion of RFC 9162, 2.1.1, and not level by level as the product makes it.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const file = JSON.parse(readFileSync(new URL("../../protocol/tests/vectors/audited.json", import.meta.url), "utf8"));
const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts)).digest();
const leaf = (chunk) => sha256(Buffer.of(0), chunk);
const node = (left, right) => sha256(Buffer.of(1), left, right);

const split = (chunks) => {
  let k = 1;
  while (k * 2 < chunks.length) k *= 2;
  return [chunks.slice(0, k), chunks.slice(k)];
};
const root = (chunks) => (chunks.length === 1 ? leaf(chunks[0]) : node(...split(chunks).map(root)));
/** RFC 9162, 2.1.3.1. */
const path = (at, chunks) => {
  if (chunks.length === 1) return [];
  const [left, right] = split(chunks);
  return at < left.length ? [...path(at, left), root(right)] : [...path(at - left.length, right), root(left)];
};

test("roots and what is shown for them are what docs/protocol.md says", async (t) => {
  for (const { size, certificate, shown } of file.certificates) {
    await t.test(`${size} bytes`, () => {
      const claims = JSON.parse(Buffer.from(certificate.split(".")[1], "base64url"));
      const object = Buffer.from(Array.from({ length: size }, (_, at) => (at * 7 + 3) % 256));
      const [said, chunk, bytes] = claims.pos;
      assert.deepEqual([chunk, bytes], [256, size]);
      const chunks = Array.from({ length: Math.ceil(size / chunk) }, (_, at) => object.subarray(at * chunk, (at + 1) * chunk));
      assert.equal(root(chunks).toString("base64url"), said);
      assert.deepEqual(
        shown,
        chunks.map((chunk, at) => ({
          bytes: chunk.toString("base64url"),
          path: path(at, chunks).map((it) => it.toString("base64url")),
        })),
      );
    });
  }
});
