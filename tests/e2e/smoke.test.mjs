// The production build under its production headers: it starts, on the page and in its Worker, breaks no rule of its
// own policy, can be installed, and starts again without the network and in a later version.

import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { launch } from "./lib/browser.mjs";
import { startSafe } from "./lib/safe.mjs";
import { DIST, startSite } from "./lib/site.mjs";

/** The Worker is up when it has told the page what to show. */
const untilStarted = (page) => page.locator("[data-readiness=ready]").waitFor({ state: "attached" });

const untilKept = (page) =>
  page.evaluate(async () => {
    const { active, installing, waiting } = await navigator.serviceWorker.ready;
    return (active ?? waiting ?? installing).state;
  });

test("the production build starts under its own policy", async (t) => {
  const site = await startSite(t);
  const { context, page, complaints } = await launch(t);
  await page.goto(site.url);
  await untilStarted(page);

  assert.equal(page.workers().length, 1, "one dedicated Worker runs");
  assert.deepEqual(complaints, []);

  await t.test("eval is refused on the page and in the Worker", async () => {
    const attempt = `(() => {
      try { new Function("return 1")(); return "allowed"; } catch (error) { return error.name; }
    })()`;
    // DevTools' own evaluation is exempt from the policy; what it calls later is not.
    const later = `new Promise((done) => setTimeout(() => done(${attempt}), 0))`;
    assert.equal(await page.evaluate(later), "EvalError");
    assert.equal(await page.workers()[0].evaluate(later), "EvalError");
    assert.ok(
      complaints.some((complaint) => complaint.startsWith("content security policy: script-src refused eval")),
      `a violation does not go unnoticed: ${complaints}`,
    );
    complaints.length = 0;
  });

  await t.test("it can be installed", async () => {
    const devtools = await context.newCDPSession(page);
    const { installabilityErrors } = await devtools.send("Page.getInstallabilityErrors");
    assert.deepEqual(installabilityErrors, []);
    const { errors } = await devtools.send("Page.getAppManifest");
    assert.deepEqual(errors, []);
  });
});

test("every answer of the site carries the policy", async (t) => {
  const site = await startSite(t);
  const html = await (await fetch(site.url)).text();
  const loaded = [...html.matchAll(/(?:src|href|data-js|data-wasm|data-words-\w+)="(\/[^"]+)"/g)].map(([, path]) => path);
  assert.ok(loaded.some((path) => path.endsWith(".wasm")));
  assert.equal(loaded.filter((path) => path.startsWith("/app/words-")).length, 2);
  const { headers: sent } = await fetch(site.url);
  const inPage = /<meta http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)[1];
  assert.equal(`${inPage}; frame-ancestors 'none'`, sent.get("content-security-policy"), "page and header agree");
  for (const path of ["/", "/service-worker.js", "/suggested-safes.json", "/no/such/screen", "/none.js", ...loaded]) {
    const { headers } = await fetch(site.url + path);
    assert.match(headers.get("content-security-policy") ?? "", /default-src 'none'; script-src 'self' 'wasm-unsafe-eval'/, path);
    assert.equal(headers.get("x-content-type-options"), "nosniff", path);
    assert.equal(headers.get("cross-origin-opener-policy"), "same-origin", path);
    assert.match(headers.get("cache-control"), path.startsWith("/app/") ? /^public, max-age=31536000, immutable$/ : /^no-cache$/, path);
  }
});

test("it starts without the network", async (t) => {
  const site = await startSite(t);
  const first = await launch(t);
  await first.page.goto(site.url);
  await untilStarted(first.page);
  assert.match(await untilKept(first.page), /^activat/);
  await site.stop();

  await first.page.reload();
  await untilStarted(first.page);
  assert.equal(await first.page.evaluate(() => navigator.serviceWorker.controller !== null), true);
});

test("a new version waits until the owner wants it", async (t) => {
  const later = await mkdtemp(join(tmpdir(), "saifu-later-"));
  t.after(() => rm(later, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 }));
  await cp(DIST, later, { recursive: true });
  // The same wallet with a mark on it, as the build would have named it.
  const html = await readFile(join(later, "index.html"), "utf8");
  await writeFile(join(later, "index.html"), html.replace("<html ", "<html data-later "));
  const isLater = (page) => page.evaluate(() => document.documentElement.hasAttribute("data-later"));
  const script = await readFile(join(later, "service-worker.js"), "utf8");
  await writeFile(join(later, "service-worker.js"), script.replace(/id:\s*"[0-9a-f]{16}"/, 'id:"00000000feedface"'));

  const site = await startSite(t);
  const { page } = await launch(t);
  await page.goto(site.url);
  await untilStarted(page);
  await untilKept(page);
  await page.reload();

  await site.deploy(later);
  await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    await registration.update();
    while (!registration.waiting) await new Promise((done) => setTimeout(done, 50));
  });
  await page.reload();
  await untilStarted(page);
  assert.equal(await isLater(page), false, "the open page keeps to its own version");

  await page.evaluate(async () => {
    const { waiting } = await navigator.serviceWorker.ready;
    const changed = new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done, { once: true }));
    waiting.postMessage({ type: "activate" });
    await changed;
  });
  await site.stop();
  await page.reload();
  await untilStarted(page);
  assert.equal(await isLater(page), true, "the later version is complete, also without the network");
  assert.deepEqual(await page.evaluate(() => caches.keys()), ["saifu-build-00000000feedface"]);
});

test("a real safe answers, also after a power cut", async (t) => {
  const safe = await startSafe(t);
  const ask = async () => (await fetch(`${safe.url}/.well-known/electronic-safe`)).status;
  assert.equal(await ask(), 200);
  await safe.kill();
  await assert.rejects(ask());
  await safe.restart();
  assert.equal(await ask(), 200);
});
