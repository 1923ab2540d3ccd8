// What a wallet has stored, opened: as code could that runs as this site, and as docs/data-model.md says it is sealed. It shares
// nothing with what sealed it.

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

const FORMAT = Buffer.from([1]);
const bytesOf = (text) => Buffer.from(text, "base64");

/** HKDF as every part of the wallet uses it: the label is preceded by its length. */
export const derive = (secret, label, context = Buffer.alloc(0)) => {
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(label.length));
  return Buffer.from(hkdfSync("sha256", secret, Buffer.alloc(0), Buffer.concat([length, Buffer.from(label), context]), 32));
};

/** AES-256-GCM; the tag stands at the end. */
export const openGcm = (key, nonce, aad, sealed) => {
  const cipher = createDecipheriv("aes-256-gcm", key, nonce).setAAD(aad).setAuthTag(sealed.subarray(-16));
  return Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()]);
};

/** Everything in the store, as it lies there, and the master key. Read in the Worker: it has them anyway, the page may not. */
const readStore = async () => {
  const opening = indexedDB.open("saifu-wallet");
  const answer = (request) =>
    new Promise((done, failed) => {
      request.onsuccess = () => done(request.result);
      request.onerror = () => failed(request.error);
    });
  const database = await answer(opening);
  const store = (name) => database.transaction(name).objectStore(name);
  const base64 = (bytes) => {
    let text = "";
    for (const byte of new Uint8Array(bytes.buffer ?? bytes, bytes.byteOffset ?? 0, bytes.byteLength)) text += String.fromCharCode(byte);
    return btoa(text);
  };
  const all = async (name) => {
    const [names, records] = await Promise.all([answer(store(name).getAllKeys()), answer(store(name).getAll())]);
    return names.map((name, at) => [name, base64(records[at])]);
  };
  const [key, master] = [await answer(store("meta").get("device-key")), await answer(store("meta").get("master-key"))];
  const parameters = { name: "AES-GCM", iv: master.slice(0, 12), additionalData: new TextEncoder().encode("saifu/1/wallet/master-key") };
  const opened = await crypto.subtle.decrypt(parameters, key, master.slice(12));
  const records = [...(await all("records")), ...(await all("bodies"))];
  database.close();
  return { master: base64(new Uint8Array(opened)), records };
};

/** Every record of the wallet in this Worker by its name, opened, and the keys that sealed them. */
export const readVault = async (worker) => {
  const { master, records } = await worker.evaluate(readStore);
  const key = derive(bytesOf(master), "saifu/1/wallet/records", FORMAT);
  const opened = records.map(([name, text]) => {
    const sealed = bytesOf(text);
    return [name, openGcm(key, sealed.subarray(0, 12), Buffer.concat([FORMAT, Buffer.from(name)]), sealed.subarray(12))];
  });
  return { records: new Map(opened), keys: [bytesOf(master), key] };
};

const write = async ({ puts, deletes }) => {
  const database = await new Promise((done, failed) => {
    const opening = indexedDB.open("saifu-wallet");
    opening.onsuccess = () => done(opening.result);
    opening.onerror = () => failed(opening.error);
  });
  const transaction = database.transaction(["records", "bodies"], "readwrite");
  for (const [name, text] of puts) transaction.objectStore("records").put(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)), name);
  for (const name of deletes) transaction.objectStore("bodies").delete(name);
  await new Promise((done, failed) => {
    transaction.oncomplete = done;
    transaction.onabort = () => failed(transaction.error);
  });
  database.close();
};

/**
 * Destroys the key ring (104) and nothing else: every key's body, and unless they stay `named`, every mention of keys in the index, too.
 * The wallet has to be opened again. Answers how many keys there were.
 */
export const destroyKeyRing = async (worker, { named = false } = {}) => {
  const { records, keys } = await readVault(worker);
  const [, key] = keys;
  const pages = [...records].filter(([name]) => name.startsWith("page/")).map(([name, bytes]) => [name, JSON.parse(bytes)]);
  const isKey = ([, item]) => item.key !== undefined;
  const lost = pages.flatMap(([, items]) => items.filter(isKey).map(([id]) => `body/${id}`));
  const puts = named
    ? []
    : pages.map(([name, items]) => {
        const nonce = randomBytes(12);
        const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.concat([FORMAT, Buffer.from(name)]));
        const sealed = [nonce, cipher.update(JSON.stringify(items.filter((item) => !isKey(item)))), cipher.final(), cipher.getAuthTag()];
        return [name, Buffer.concat(sealed).toString("base64")];
      });
  await worker.evaluate(write, { puts, deletes: lost });
  return lost.length;
};
