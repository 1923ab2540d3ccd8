// Which secrets a wallet has, and which lie at safes under its covers: keys, seeds, shares, and the seeds of its own keys. Read as
// docs/data-model.md and docs/plans.md write them down, from the wallet's records and the safes' ledgers.

import { readLedger } from "./ledger.mjs";
import { derive, openGcm, readVault } from "./vault.mjs";

const SECRET_LENGTH = 32;
const KEY_ID_LENGTH = 16;
/** The classes of parts, by the byte in their header. */
const [KEY, SEED, SHARE] = [1, 2, 4];
/** The layers that carry shares. */
const [THRESHOLD, WITH_SHARES] = [5, 6];

/** The secret of a key as it is written down, and what comes of it if it is a seed; none if these bytes are no key. */
const readKey = (bytes) => {
  const secret = bytes.subarray(-SECRET_LENGTH);
  const id = bytes.subarray(1, 1 + KEY_ID_LENGTH);
  const isKey = bytes.length >= 1 + KEY_ID_LENGTH + SECRET_LENGTH && derive(secret, "saifu/1/plan/key-id").subarray(0, KEY_ID_LENGTH).equals(id);
  if (!isKey) return [];
  const isSeed = bytes[0] >= 2;
  const made = ["saifu/1/plan/seed/key", "saifu/1/plan/seed/pair"].map((label) => ({ what: "a key made of a seed", bytes: derive(secret, label) }));
  return [{ what: isSeed ? "a seed" : "an opening key", bytes: secret }, ...(isSeed ? made : [])];
};

/** Reads a share, whose value comes after its number, the threshold and the count; answers it and how long all of it is. */
const readShare = (bytes) => ({ value: bytes.subarray(3, 3 + SECRET_LENGTH), length: 3 + SECRET_LENGTH + bytes[2] * SECRET_LENGTH });

/** Likewise of a key, whose name stands before it. */
const readKeyShare = (bytes) => {
  const hasAlgorithm = bytes[0] >= 2;
  const name = 1 + KEY_ID_LENGTH + (hasAlgorithm ? 3 + bytes.readUInt16BE(1 + KEY_ID_LENGTH) : 0);
  const { value, length } = readShare(bytes.subarray(name));
  return { value, length: name + length };
};

const sharesOf = (layer) => {
  if (layer[0] === THRESHOLD) return [readShare(layer.subarray(1)).value];
  if (layer[0] !== WITH_SHARES) return [];
  const shares = [];
  let rest = layer.subarray(2);
  for (let left = layer[1]; left > 0; left -= 1) {
    const { value, length } = readKeyShare(rest);
    shares.push(value);
    rest = rest.subarray(length);
  }
  return [...shares, ...sharesOf(rest)];
};

/** The secrets in a part: magic, version, suite, class, group, plan, five numbers, digest, body, signature. */
const readPart = (part) => {
  const kind = part[7];
  const digest = 8 + 16 + 16 + 5;
  const body = digest + 2 + part.readUInt16BE(digest);
  const content = part.subarray(body + 4, body + 4 + part.readUInt32BE(body));
  if (kind === KEY || kind === SEED) return readKey(content);
  const shares = kind === SHARE ? [readKeyShare(content).value] : sharesOf(content);
  return shares.map((bytes) => ({ what: "a share", bytes }));
};

const uncover = (object, holder, safe) => {
  const key = derive(holder, "saifu/1/part/cover-key");
  const salt = object.subarray(0, 32);
  const itemKey = derive(key, "saifu/1/part/cover", Buffer.concat([Buffer.from([1]), salt]));
  return openGcm(itemKey, Buffer.alloc(12), Buffer.concat([Buffer.from([1]), safe]), object.subarray(64));
};

/** The fields of records that hold seeds and keys, each 32 bytes. */
const FIELDS = { holder: "a holder's key", cover: "a holder's key", next: "a holder's key", key: "the key of a session", account: "an account's key", catalogue: "the catalogue's key" };

const fieldsOf = (record, inIdentity) =>
  Object.entries(record ?? {}).flatMap(([name, field]) => {
    if (typeof field === "object") return fieldsOf(field, inIdentity);
    const what = inIdentity && name === "author" ? "the author's key" : FIELDS[name];
    const bytes = typeof field === "string" && what ? Buffer.from(field, "base64url") : undefined;
    return bytes?.length === SECRET_LENGTH ? [{ what, bytes }] : [];
  });

const asJson = (bytes) => {
  try {
    return JSON.parse(bytes);
  } catch {
    return undefined;
  }
};

/** What is secret in this wallet now, and at these safes, `{what, bytes}` each. */
export const secretsOf = async (worker, safes) => {
  const { records, keys } = await readVault(worker);
  const secrets = keys.map((bytes) => ({ what: "a key of the records", bytes }));
  const holders = new Map();
  for (const [name, bytes] of records) {
    const record = asJson(bytes);
    if (record?.compact) holders.set(record.compact, Buffer.from(record.cover ?? record.holder, "base64url"));
    secrets.push(...(record === undefined ? readKey(bytes) : fieldsOf(record, name === "identity")));
  }
  for (const safe of safes) {
    for (const { certificate, object } of (await readLedger(safe)).entries) {
      const holder = holders.get(certificate);
      if (!holder || !object) continue;
      const claims = JSON.parse(Buffer.from(certificate.split(".")[1], "base64url"));
      secrets.push(...readPart(uncover(object, holder, Buffer.from(claims.iss, "base64url"))));
    }
  }
  return secrets;
};
