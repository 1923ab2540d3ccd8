// Makes the wallet start without the network, and says that there is something to look at when a safe wakes it. It holds no key and
// sees no value: it keeps the files of one build and which language the owner reads, and nothing else. The build puts a line in
// front of this file:
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

// What a safe sends is empty: it says "look". So does a page that has news while nobody looks at it. These are shown on locked screens too, so they tell nobody what there is.
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

// A safe wakes the wallet for those who wait there; a page tells of its notices.
const SCREENS = { look: "/#/waits", news: "/#/notices" };

const look = async (why) => {
  const [page] = await clients.matchAll({ type: "window", includeUncontrolled: true });
  if (page === undefined) return clients.openWindow(SCREENS[why]);
  page.postMessage({ type: why });
  return page.focus();
};

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
