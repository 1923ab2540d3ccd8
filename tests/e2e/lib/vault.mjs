// What a wallet has stored, opened: as code could that runs as this site, and as docs/data-model.md says it is sealed. It shares
// nothing with what sealed it.

import { createDecipheriv, hkdfSync } from "node:crypto";

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
