// A stand-in for a safe that lies: it has the keys of the real safe behind it, so what it says opens and is signed.
//
// HPKE (RFC 9180: base mode, X25519, HKDF-SHA-256, AES-256-GCM) is written out here from the platform's own primitives.
// It shares nothing with what the wallet uses, and is checked by every test in which the wallet opens what it sealed.

import {
  createCipheriv, createDecipheriv, createHash, createHmac, createPrivateKey, createPublicKey, diffieHellman, generateKeyPairSync, randomBytes, sign,
} from "node:crypto";

const text = (string) => Buffer.from(string);
const base64url = (bytes) => Buffer.from(bytes).toString("base64url");
const bytesOf = (string) => Buffer.from(string, "base64url");
const sha256 = (bytes) => createHash("sha256").update(bytes).digest();

// ---- keys from seeds

const privateKey = (prefix, seed) => createPrivateKey({ key: Buffer.concat([Buffer.from(prefix, "hex"), seed]), format: "der", type: "pkcs8" });
const ed25519 = (seed) => privateKey("302e020100300506032b657004220420", seed);
const x25519 = (seed) => privateKey("302e020100300506032b656e04220420", seed);
const rawPublic = (key) => bytesOf(createPublicKey(key).export({ format: "jwk" }).x);
const x25519Public = (raw) => createPublicKey({ key: { kty: "OKP", crv: "X25519", x: base64url(raw) }, format: "jwk" });

// ---- HPKE

const hmac = (key, ...parts) => createHmac("sha256", key).update(Buffer.concat(parts)).digest();
const KEM = Buffer.concat([text("KEM"), Buffer.from([0x00, 0x20])]);
const SUITE = Buffer.concat([text("HPKE"), Buffer.from([0x00, 0x20, 0x00, 0x01, 0x00, 0x02])]);
const NOTHING = Buffer.alloc(0);
const extract = (suite, salt, label, secret) => hmac(salt, text("HPKE-v1"), suite, text(label), secret);
/** At most 32 bytes, so the first block of HKDF is enough. */
const expand = (suite, key, label, info, length) =>
  hmac(key, Buffer.from([0, length]), text("HPKE-v1"), suite, text(label), info, Buffer.from([1])).subarray(0, length);

const schedule = (shared, encapped, recipient, info) => {
  const early = extract(KEM, NOTHING, "eae_prk", shared);
  const secret = expand(KEM, early, "shared_secret", Buffer.concat([encapped, recipient]), 32);
  const context = Buffer.concat([
    Buffer.from([0]),
    extract(SUITE, NOTHING, "psk_id_hash", NOTHING),
    extract(SUITE, NOTHING, "info_hash", info),
  ]);
  const key = extract(SUITE, secret, "secret", NOTHING);
  return { key: expand(SUITE, key, "key", context, 32), nonce: expand(SUITE, key, "base_nonce", context, 12) };
};

const open = (secret, info, aad, sealed) => {
  const encapped = sealed.subarray(0, 32);
  const shared = diffieHellman({ privateKey: secret, publicKey: x25519Public(encapped) });
  const { key, nonce } = schedule(shared, encapped, rawPublic(secret), text(info));
  const cipher = createDecipheriv("aes-256-gcm", key, nonce).setAAD(aad).setAuthTag(sealed.subarray(-16));
  return Buffer.concat([cipher.update(sealed.subarray(32, -16)), cipher.final()]);
};

const seal = (recipient, info, aad, plain) => {
  const ephemeral = generateKeyPairSync("x25519").privateKey;
  const encapped = rawPublic(ephemeral);
  const shared = diffieHellman({ privateKey: ephemeral, publicKey: x25519Public(recipient) });
  const { key, nonce } = schedule(shared, encapped, recipient, text(info));
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(aad);
  return Buffer.concat([encapped, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
};

// ---- the liar

const jws = (typ, payload, key) => {
  const signed = `${base64url(JSON.stringify({ alg: "Ed25519", typ }))}.${base64url(JSON.stringify(payload))}`;
  return `${signed}.${base64url(sign(null, text(signed), key))}`;
};

/** RFC 7638 over an Ed25519 key. */
const thumbprint = (raw) => sha256(`{"crv":"Ed25519","kty":"OKP","x":"${base64url(raw)}"}`);

/** New seeds for a safe, as its operator gives them, and the liar who knows them. */
export const makeLiar = () => {
  const [signingSeed, sealingSeed] = [randomBytes(32), randomBytes(32)];
  const [signing, sealing] = [ed25519(signingSeed), x25519(sealingSeed)];
  const id = thumbprint(rawPublic(signing));
  const bound = ({ path, headers }) => Buffer.concat([id, bytesOf(headers["idempotency-key"]), text(path)]);

  /** What the wallet asked. */
  const read = (asked) => {
    const { sealed } = JSON.parse(asked.body);
    return JSON.parse(open(sealing, "saifu/1/request", bound(asked), bytesOf(sealed)));
  };
  /** An answer in the safe's own sealed words. */
  const answer = (asked, items) => {
    const aad = Buffer.concat([sha256(asked.body), bound(asked)]);
    const sealed = seal(bytesOf(read(asked).reply_to), "saifu/1/reply", aad, text(JSON.stringify({ items })));
    return {
      status: 200,
      headers: { "access-control-allow-origin": "*", "content-type": "application/json" },
      body: JSON.stringify({ sealed: base64url(sealed) }),
    };
  };
  return {
    /** Settings of the real safe. */
    vars: { SIGNING_SEED: base64url(signingSeed), SEALING_SEED: base64url(sealingSeed) },

    /**
     * The fault of a safe that registers what it gets, and then certifies something else: `issued()` gives the true
     * certificate, `alter` makes other claims of its claims. Signed by its own key, or by another.
     */
    certify:
      (issued, alter, { forge = false } = {}) =>
      async (asked, forward) => {
        if (asked.path !== "/v1/register") return forward(asked);
        await forward(asked);
        const claims = JSON.parse(bytesOf((await issued()).split(".")[1]));
        const key = forge ? ed25519(randomBytes(32)) : signing;
        return answer(asked, [{ done: { certificate: jws("saifu-cert+jwt", alter(claims), key) } }]);
      },

    /**
     * The fault of a safe that opens an entry as it should, and then hands out something else. What comes in the channel of a
     * login it cannot read, for it has the lasting keys alone: it says that the channel is over, and hears the same without.
     */
    handOut:
      (object) =>
      async (asked, forward) => {
        if (asked.path !== "/v1/recover") return forward(asked);
        const { items } = read(asked);
        if (!items) return answer(asked, [{ problem: { type: "urn:saifu:problem:channel-over", title: "over", status: 401 } }]);
        await forward(asked);
        const { certificate } = items[0].presented;
        return answer(asked, [{ done: { certificate, object: base64url(object) } }]);
      },

    /** The fault of a safe that answers every request to `path` with a sealed problem, and does nothing. */
    refuse:
      (path, code, more = {}) =>
      async (asked, forward) => {
        if (asked.path !== path) return forward(asked);
        return answer(asked, [{ problem: { type: `urn:saifu:problem:${code}`, title: code, status: 422, ...more } }]);
      },

    /** The descriptor of another safe at the same address: whole in itself, but not the one that was trusted. */
    replaceBy: (other, descriptor) => {
      const sealing_key = base64url(rawPublic(other.sealing));
      const url = descriptor.address;
      const iss = base64url(other.id);
      return {
        ...descriptor,
        id: iss,
        signing_key: { kty: "OKP", crv: "Ed25519", x: base64url(rawPublic(other.signing)) },
        sealing_key,
        attestation: jws("saifu-safe+jwt", { iss, url, hpke: sealing_key, iat: descriptor.time }, other.signing),
      };
    },
    id,
    signing,
    sealing,
  };
};
