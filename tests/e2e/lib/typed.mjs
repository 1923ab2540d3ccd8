// What the owner types on its way from page to Worker, sealed and opened as docs/data-model.md says, by WebCrypto alone. It shares
// nothing with what it stands for. Each function carries all it needs, so that it can be sent into a page or a Worker as text.

/** Seals messages for the Worker that has offered these keys, in the agreed form. Answers `seal(message)` and `take(offer)`. */
export const makeSender = (offer) => {
  const LABEL = "saifu/1/typed/to-worker/agreed";
  const bytesOf = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
  const base64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const join = (...parts) => new Uint8Array(parts.flatMap((part) => [...part]));
  const big = (number) => new Uint8Array(new BigUint64Array([BigInt(number)]).buffer).reverse();

  const free = [...offer.fresh];
  let last = 0;
  const seal = async (message) => {
    const [key, theirs] = free.shift();
    const number = (last += 1);
    const run = bytesOf(offer.run);
    const own = await crypto.subtle.generateKey({ name: "X25519" }, true, ["deriveBits"]);
    const ownPublic = new Uint8Array(await crypto.subtle.exportKey("raw", own.publicKey));
    const theirPublic = await crypto.subtle.importKey("raw", bytesOf(theirs), { name: "X25519" }, true, []);
    const shared = await crypto.subtle.deriveBits({ name: "X25519", public: theirPublic }, own.privateKey, 256);
    const label = new TextEncoder().encode(LABEL);
    const info = join(big(label.length), label, run, big(key), bytesOf(theirs), ownPublic);
    const root = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
    const parameters = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info };
    const once = await crypto.subtle.deriveKey(parameters, root, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
    const said = new TextEncoder().encode(JSON.stringify(message));
    const filled = new Uint8Array(Math.ceil((4 + said.length) / 256) * 256);
    new DataView(filled.buffer).setUint32(0, said.length);
    filled.set(said, 4);
    const bound = join(run, big(number));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: new Uint8Array(12), additionalData: bound }, once, filled);
    return { run: offer.run, number, form: { agreed: { key, public: base64(ownPublic) } }, sealed: base64(new Uint8Array(sealed)) };
  };
  return { seal, take: (more) => free.push(...more.fresh) };
};

/** Offers keys as a Worker does, and opens what comes. Answers `offer()` and `open(envelope)`. */
export const makeReceiver = () => {
  const LABEL = "saifu/1/typed/to-worker/agreed";
  const bytesOf = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
  const base64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const join = (...parts) => new Uint8Array(parts.flatMap((part) => [...part]));
  const big = (number) => new Uint8Array(new BigUint64Array([BigInt(number)]).buffer).reverse();

  const run = crypto.getRandomValues(new Uint8Array(16));
  const offered = new Map();
  let last = 0;
  const offer = async (count = 8) => {
    const fresh = [];
    while (fresh.length < count) {
      const key = await crypto.subtle.generateKey({ name: "X25519" }, true, ["deriveBits"]);
      const raw = new Uint8Array(await crypto.subtle.exportKey("raw", key.publicKey));
      offered.set((last += 1), { key, raw });
      fresh.push([last, base64(raw)]);
    }
    // Nobody uses the lasting form while keys are free.
    return { run: base64(run), lasting: fresh[0][1], fresh };
  };
  const open = async ({ number, form, sealed }) => {
    const { key, public: theirs } = form.agreed;
    const own = offered.get(key);
    offered.delete(key);
    const theirPublic = await crypto.subtle.importKey("raw", bytesOf(theirs), { name: "X25519" }, true, []);
    const shared = await crypto.subtle.deriveBits({ name: "X25519", public: theirPublic }, own.key.privateKey, 256);
    const label = new TextEncoder().encode(LABEL);
    const info = join(big(label.length), label, run, big(key), own.raw, bytesOf(theirs));
    const root = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
    const parameters = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info };
    const once = await crypto.subtle.deriveKey(parameters, root, { name: "AES-GCM", length: 256 }, false, ["decrypt"]);
    const bound = join(run, big(number));
    const filled = await crypto.subtle.decrypt({ name: "AES-GCM", iv: new Uint8Array(12), additionalData: bound }, once, bytesOf(sealed));
    const length = new DataView(filled).getUint32(0);
    return JSON.parse(new TextDecoder().decode(new Uint8Array(filled, 4, length)));
  };
  return { offer, open };
};
