// Every primitive in a real Chromium, compiled, optimised and served as the wallet is: the groups of vectors that also run
// natively (crypto/tests/primitives), each counting for itself what it has run. Then the same published vectors through WebCrypto,
// read here without any of our code, and both against each other: what one seals the other opens, and the bytes are the same.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { buildExampleSite, start } from "./lib/example.mjs";

/** The records of a file of vectors: lines `name = value`, an empty line between two records, comments behind `#`. */
const vectors = async (name) => {
  const text = await readFile(new URL(`../../crypto/tests/primitives/vectors/${name}.txt`, import.meta.url), "utf8");
  return text
    .split("\n\n")
    .map((paragraph) => paragraph.split("\n").filter((line) => line !== "" && !line.startsWith("#")))
    .filter((lines) => lines.length > 0)
    .map((lines) => Object.fromEntries(lines.map((line) => line.split("=").map((part) => part.trim()))));
};

/** Functions for use inside the Worker. What does not hold is an exception; what has run is counted. */
const withHelpers = (worker) =>
  worker.evaluate(() => {
    const { subtle } = crypto;
    globalThis.hex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
    globalThis.same = (one, other) => one?.length === other.length && one.every((byte, at) => byte === other[at]);
    globalThis.unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
    globalThis.random = (length) => {
      const bytes = new Uint8Array(length);
      // No more than 64 KiB are given at once.
      for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
      return bytes;
    };
    globalThis.ensure = (holds, what) => {
      if (!holds) throw new Error(`does not hold: ${what}`);
    };
    const key = (bytes) => subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
    const parameters = (iv, additionalData) => ({ name: "AES-GCM", iv, additionalData, tagLength: 128 });
    /** AES-256-GCM by WebCrypto. What does not open is undefined. */
    globalThis.gcm = {
      seal: async (raw, iv, aad, plain) => new Uint8Array(await subtle.encrypt(parameters(iv, aad), await key(raw), plain)),
      open: async (raw, iv, aad, sealed) => {
        try {
          return new Uint8Array(await subtle.decrypt(parameters(iv, aad), await key(raw), sealed));
        } catch (error) {
          ensure(error.name === "OperationError", `refused, not broken: ${error}`);
        }
      },
    };
    globalThis.hkdf = async (ikm, salt, info, length) => {
      const base = await subtle.importKey("raw", ikm, "HKDF", false, ["deriveBits"]);
      return subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info }, base, 8 * length);
    };
    globalThis.sha256 = async (bytes) => new Uint8Array(await subtle.digest("SHA-256", bytes));
  });

test("the primitives in the browser", async (t) => {
  const folder = await buildExampleSite("saifu-crypto", "primitives", "primitives", { optimized: true });
  const { worker, complaints } = await start(t, folder);
  await withHelpers(worker);

  await t.test("every group of vectors, compiled as the wallet is", async (t) => {
    const groups = await worker.evaluate(() => primitives.groups());
    assert.ok(groups.length >= 22, `${groups.length} groups`);
    for (const name of groups) {
      await t.test(name, () => worker.evaluate((name) => primitives.runGroup(name), name));
    }
  });

  await t.test("the same vectors through WebCrypto", async (t) => {
    await t.test("AES-256-GCM of Wycheproof", async () => {
      const counted = await worker.evaluate(async () => {
        const counted = { valid: 0, invalid: 0, otherLengths: 0 };
        for (const group of JSON.parse(primitives.wycheproofAesGcm()).testGroups) {
          if (group.keySize !== 256 || group.ivSize !== 96 || group.tagSize !== 128) {
            counted.otherLengths += group.tests.length;
            continue;
          }
          for (const test of group.tests) {
            const given = [unhex(test.key), unhex(test.iv), unhex(test.aad)];
            const expected = test.ct + test.tag;
            const [sealed, opened] = [await gcm.seal(...given, unhex(test.msg)), await gcm.open(...given, unhex(expected))];
            if (test.result === "valid") {
              ensure(hex(sealed) === expected && hex(opened) === test.msg, test.tcId);
            } else {
              ensure(test.result === "invalid" && hex(sealed) !== expected && opened === undefined, test.tcId);
            }
            counted[test.result] += 1;
          }
        }
        return counted;
      });
      assert.deepEqual(counted, { valid: 39, invalid: 27, otherLengths: 250 });
    });

    await t.test("HKDF-SHA-256 of Wycheproof", async () => {
      const counted = await worker.evaluate(async () => {
        const counted = { valid: 0, tooLong: 0 };
        for (const group of JSON.parse(primitives.wycheproofHkdf()).testGroups) {
          for (const test of group.tests) {
            const asked = hkdf(unhex(test.ikm), unhex(test.salt), unhex(test.info), test.size);
            if (test.result === "valid") {
              ensure(hex(await asked) === test.okm, test.tcId);
              counted.valid += 1;
            } else {
              ensure((await asked.catch((error) => error.name)) === "OperationError", test.tcId);
              counted.tooLong += 1;
            }
          }
        }
        return counted;
      });
      assert.deepEqual(counted, { valid: 83, tooLong: 3 });
    });

    await t.test("HKDF-SHA-256 of RFC 5869", async () => {
      const counted = await worker.evaluate(
        async (records) => {
          for (const { IKM, salt, info, L, OKM } of records) {
            ensure(hex(await hkdf(unhex(IKM), unhex(salt), unhex(info), Number(L))) === OKM, OKM);
          }
          return records.length;
        },
        await vectors("hkdf-sha256-rfc5869"),
      );
      assert.equal(counted, 3);
    });

    await t.test("SHA-256 of NIST's short messages and the examples of FIPS 180", async () => {
      const counted = await worker.evaluate(
        async ([short, examples]) => {
          for (const { Len, Msg, MD } of short) {
            ensure(hex(await sha256(unhex(Msg).subarray(0, Number(Len) / 8))) === MD, `message of ${Len} bits`);
          }
          for (const { Text, Times, MD } of examples) {
            ensure(hex(await sha256(new TextEncoder().encode(Text.repeat(Number(Times))))) === MD, Text);
          }
          return [short.length, examples.length];
        },
        [await vectors("sha256-cavp-short"), await vectors("sha256-fips180")],
      );
      assert.deepEqual(counted, [65, 3]);
    });

    await t.test("SHA-256 of NIST's pseudorandom messages", async () => {
      const counted = await worker.evaluate(
        async ([first, ...expected]) => {
          let seed = unhex(first.Seed);
          for (const { MD } of expected) {
            const last = new Uint8Array(96);
            for (const at of [0, 32, 64]) last.set(seed, at);
            for (let round = 0; round < 1000; round += 1) {
              const digest = await sha256(last);
              last.copyWithin(0, 32);
              last.set(digest, 64);
            }
            seed = last.slice(64);
            ensure(hex(seed) === MD, MD);
          }
          return expected.length;
        },
        await vectors("sha256-cavp-monte"),
      );
      assert.equal(counted, 100);
    });
  });

  await t.test("ours and WebCrypto give the same bytes", async (t) => {
    /** Around the borders of blocks and of the counter's first bytes, and up to the largest value. */
    const LENGTHS = [0, 1, 15, 16, 17, 31, 32, 33, 63, 64, 65, 255, 256, 257, 512, 1_000, 4_095, 4_096, 4_097, 32_768, 65_537, 1 << 20];
    const AADS = [0, 1, 16, 17, 300];

    await t.test("AES-256-GCM: what one seals the other opens, and nothing else", async () => {
      const counted = await worker.evaluate(
        async ([LENGTHS, AADS]) => {
          const ours = primitives;
          let counted = 0;
          for (const length of LENGTHS) {
            for (const aadLength of AADS) {
              const [key, nonce, aad, plain] = [random(32), random(12), random(aadLength), random(length)];
              const what = `${length} bytes bound to ${aadLength}`;
              const [one, other] = [ours.seal(key, nonce, aad, plain), await gcm.seal(key, nonce, aad, plain)];
              ensure(same(one, other), `the same bytes: ${what}`);
              ensure(same(ours.open(key, nonce, aad, other), plain), `ours opens theirs: ${what}`);
              ensure(same(await gcm.open(key, nonce, aad, one), plain), `theirs opens ours: ${what}`);

              const altered = one.slice();
              altered[random(1)[0] % altered.length] ^= 1;
              const otherAad = Uint8Array.of(...aad, 0);
              for (const [boundTo, sealed] of [[aad, altered], [aad, one.subarray(1)], [otherAad, one]]) {
                ensure(ours.open(key, nonce, boundTo, sealed) === undefined, `ours refuses: ${what}`);
                ensure((await gcm.open(key, nonce, boundTo, sealed)) === undefined, `theirs refuses: ${what}`);
              }
              counted += 1;
            }
          }
          return counted;
        },
        [LENGTHS, AADS],
      );
      assert.equal(counted, LENGTHS.length * AADS.length);
    });

    await t.test("SHA-256, and keys derived for a label and a context", async () => {
      const counted = await worker.evaluate(async (LENGTHS) => {
        let counted = 0;
        for (const length of LENGTHS) {
          const bytes = random(length);
          ensure(same(primitives.sha256(bytes), await sha256(bytes)), `digest of ${length} bytes`);

          const [root, label] = [random(32), "saifu/test/label".slice(0, length)];
          const info = new Uint8Array(8 + label.length + length);
          info[7] = label.length;
          info.set(new TextEncoder().encode(label), 8);
          info.set(bytes, 8 + label.length);
          const derived = primitives.deriveKey(root, label, bytes);
          ensure(hex(derived) === hex(await hkdf(root, new Uint8Array(0), info, 32)), `key for ${length} bytes`);
          counted += 1;
        }
        return counted;
      }, LENGTHS);
      assert.equal(counted, LENGTHS.length);
    });
  });

  assert.deepEqual(complaints, []);
});
