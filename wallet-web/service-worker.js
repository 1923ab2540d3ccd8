// Makes the wallet start without the network. It holds no key and sees no value: it keeps the files of one build, and
// nothing else. The build puts a line in front of this file:
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

addEventListener("message", (event) => {
  if (event.data?.type === "activate") event.waitUntil(skipWaiting());
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(fromBuild("/", request));
  else if (PRECACHED.has(pathname)) event.respondWith(fromBuild(pathname, request));
});
