// Makes the wallet start without the network, says that there is something to look at when a safe wakes it, and sends what the wallet
// has prepared while that is locked or closed. It holds no key and sees no value: it keeps the files of one build and which language the
// owner reads, and nothing else. The build puts a line in front of this file:
//
//   const BUILD = { id: "<made of the content of all files>", files: ["/", "/app/…", …] };
//
// A new build waits beside the old one until the page, told by the owner, says `{type: "activate"}`, or until the last
// page of the old build is closed. A page thus never meets the files of another build.

const PREFIX = "saifu-build-";
const CACHE = PREFIX + BUILD.id;
const PRECACHED = new Set(BUILD.files);

const fill = async () => {
  const cache = await caches.open(CACHE);
  // Past the HTTP cache: what is kept here must be this build's, not an older answer.
  await cache.addAll(BUILD.files.map((file) => new Request(file, { cache: "reload" })));
};

const forgetOtherBuilds = async () => {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.delete(name)));
};

const fromBuild = async (file, request) => {
  const kept = await (await caches.open(CACHE)).match(file);
  return kept ?? fetch(request);
};

addEventListener("install", (event) => event.waitUntil(fill()));

// The page that brought the first build is served by it from then on: what it draws later, it must find without a network.
addEventListener("activate", (event) => event.waitUntil(Promise.all([forgetOtherBuilds(), clients.claim()])));

// What a safe sends is empty: it says "look". So does a page that has news while nobody looks at it. These are shown on locked screens
// too, so they tell nobody what there is.
const WORDS = {
  en: "There is something to look at in your wallet.",
  ja: "財布で確認していただくことがあります。",
};
// The owner's language lies where no build's files are: it outlives them.
const LANGUAGE = "saifu-language";
const KEPT = "/language";

const keepLanguage = async (language) => (await caches.open(LANGUAGE)).put(KEPT, new Response(language));

const language = async () => {
  const kept = await (await caches.open(LANGUAGE)).match(KEPT);
  const wanted = [await kept?.text(), ...navigator.languages].map((tag) => String(tag).split("-")[0].toLowerCase());
  return wanted.find((tag) => Object.hasOwn(WORDS, tag)) ?? "en";
};

// Of what came before only the last is left: one look is enough.
const show = async (why) => {
  const lang = await language();
  await registration.showNotification("Saifu", { body: WORDS[lang], lang, tag: "look", renotify: true, data: why });
};

// A safe wakes the wallet for those who wait there; a page tells of its notices; what is due by a rule begins where the wallet opens.
const SCREENS = { look: "/#/waits", news: "/#/notices", due: "/" };

const look = async (why) => {
  const [page] = await clients.matchAll({ type: "window", includeUncontrolled: true });
  if (page === undefined) return clients.openWindow(SCREENS[why]);
  page.postMessage({ type: why });
  return page.focus();
};

// ---- What the wallet has prepared: registrations, sealed for their safes and signed. Nothing is opened here, nothing collated and nothing
// deleted: what a safe answers only the wallet can read, and it asks for the same again when it is open. A safe that is asked twice
// makes one entry.

const DATABASE = "saifu-wallet";
const OUTBOX = "outbox";
// Beside them: since when something is due by one of the owner's rules. A number of milliseconds, and no word about which.
const DUE = "due";
const SEND_TIMEOUT_MS = 60_000;

const openDatabase = () =>
  new Promise((found) => {
    const opening = indexedDB.open(DATABASE);
    // There is none, and only the wallet makes one: this leaves nothing behind.
    opening.onupgradeneeded = () => opening.transaction.abort();
    opening.onsuccess = () => found(opening.result);
    opening.onerror = () => found(null);
  });

/** One request in one transaction on the outbox; nothing where there is none. */
const inOutbox = async (mode, ask) => {
  const database = await openDatabase();
  if (database === null) return undefined;
  try {
    database.onversionchange = () => database.close();
    if (!database.objectStoreNames.contains(OUTBOX)) return undefined;
    const transaction = database.transaction(OUTBOX, mode);
    const request = ask(transaction.objectStore(OUTBOX));
    return await new Promise((done, failed) => {
      transaction.oncomplete = () => done(request.result);
      transaction.onabort = () => failed(transaction.error);
    });
  } finally {
    database.close();
  }
};

/** Whether it is worth sending. It was the wallet that wrote it, unless somebody else was at the profile: nothing but registrations. */
const isRegistration = (upload) => {
  try {
    const { url, headers, body, until } = upload;
    const { protocol, pathname } = new URL(url);
    const isSite = protocol === "https:" || protocol === "http:";
    return isSite && pathname.endsWith("/v1/register") && until > Date.now() && body instanceof Uint8Array && "authorization" in headers;
  } catch {
    return false;
  }
};

/** Answers whether that is settled: the safe has it, or will never take it as it is. */
const send = async ({ url, headers, body }) => {
  const { authorization, "content-type": type, "idempotency-key": key } = headers;
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { authorization, "content-type": type, "idempotency-key": key },
      body,
      mode: "cors",
      credentials: "omit",
      cache: "no-store",
      // A safe is its address: one that sends elsewhere is not followed.
      redirect: "error",
      referrerPolicy: "no-referrer",
      signal: AbortSignal.timeout(SEND_TIMEOUT_MS),
    });
    return answer.status < 500 && answer.status !== 429;
  } catch {
    return false;
  }
};

const read = (name) => inOutbox("readonly", (outbox) => outbox.get(name));

const originOf = (upload) => {
  try {
    return new URL(upload.url).origin;
  } catch {
    return "none";
  }
};

/** What lies in the outbox, by where it goes. */
const linesOfOutbox = async () => {
  const lines = new Map();
  for (const name of (await inOutbox("readonly", (outbox) => outbox.getAllKeys())) ?? []) {
    if (name === DUE) continue;
    const origin = originOf(await read(name));
    lines.set(origin, [...(lines.get(origin) ?? []), name]);
  }
  return [...lines.values()];
};

/** Sends what one safe is to have, one after the other; answers whether that is settled. One that does not answer is left until the next time. */
const sendLine = async (names) => {
  for (const name of names) {
    // Read just before it is sent: what the wallet calls off meanwhile is not there any more.
    const upload = await read(name);
    if (upload === undefined) continue;
    if (isRegistration(upload) && !(await send(upload))) return false;
    await inOutbox("readwrite", (outbox) => outbox.delete(name));
  }
  return true;
};

/** To all safes at once: one that hangs holds up no other. */
const sendOutbox = async () => {
  const settled = await Promise.all((await linesOfOutbox()).map(sendLine));
  if (settled.includes(false)) throw new Error("something is left to be sent"); // The browser tries again, later.
};

/** Once: whoever has been told is not told every day. */
const remind = async () => {
  const due = await inOutbox("readonly", (outbox) => outbox.get(DUE));
  if (!(due <= Date.now()) || globalThis.Notification?.permission !== "granted") return;
  await inOutbox("readwrite", (outbox) => outbox.delete(DUE));
  await show("due");
};

// The wallet holds this lock while it is open; then it sends for itself.
const UNLOCKED = "saifu-unlocked";

// A wallet that is just closed or locked asks for this event and goes: so long it has for that.
const GOING_MS = 2_000;

/** Fails while the wallet is open. */
const sendForTheClosed = async (isLastTry) => {
  try {
    await navigator.locks.request(UNLOCKED, { signal: AbortSignal.timeout(GOING_MS) }, sendOutbox);
  } catch (error) {
    const isOpen = error.name === "TimeoutError";
    // The browser would forget it now, and a wallet that is closed all of a sudden cannot ask again.
    if (isOpen && isLastTry) await registration.sync.register(OUTBOX);
    throw error;
  }
};

addEventListener("sync", (event) => {
  if (event.tag === OUTBOX) event.waitUntil(sendForTheClosed(event.lastChance));
});

const lookAfter = async (lock) => {
  if (lock !== null) await sendOutbox().finally(remind);
};

addEventListener("periodicsync", (event) => {
  if (event.tag === OUTBOX) event.waitUntil(navigator.locks.request(UNLOCKED, { ifAvailable: true }, lookAfter));
});

addEventListener("message", (event) => {
  if (event.data?.type === "activate") event.waitUntil(skipWaiting());
  if (event.data?.type === "news") event.waitUntil(keepLanguage(String(event.data.language)).then(() => show("news")));
  if (event.data?.type === "language") event.waitUntil(keepLanguage(String(event.data.language)));
});

addEventListener("push", (event) => event.waitUntil(show("look")));

// There is no listener for "pushsubscriptionchange": only the wallet can tell its safe, and does when it is opened next.
addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(look(Object.hasOwn(SCREENS, event.notification.data) ? event.notification.data : "look"));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(fromBuild("/", request));
  else if (PRECACHED.has(pathname)) event.respondWith(fromBuild(pathname, request));
});
