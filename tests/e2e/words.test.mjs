// The words: a first visit fetches those of one language, the other comes when it is chosen, also off-line, and without
// any the page says so.

import assert from "node:assert/strict";
import { cp, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { launch } from "./lib/browser.mjs";
import { DIST, startSite } from "./lib/site.mjs";
import { until } from "./lib/until.mjs";

const SETTINGS = { en: "Settings", ja: "設定" };

const heading = (page, words) => page.getByRole("heading", { level: 1, name: words, exact: true }).waitFor();
const choose = (page, language) => page.getByRole("radio", { name: language }).click();

/** Which languages a page fetches words of, in the order in which it does. Not what its service worker does. */
const fetchedBy = (page) => {
  const fetched = [];
  page.on("request", (request) => {
    const [, lang] = /\/app\/words-(\w+)-/.exec(request.url()) ?? [];
    if (lang && !request.serviceWorker()) fetched.push(lang);
  });
  return fetched;
};

/** A build without the words of a language. */
const buildWithout = async (t, lang) => {
  const folder = await mkdtemp(join(tmpdir(), "saifu-words-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await cp(DIST, folder, { recursive: true });
  const names = await readdir(join(folder, "app"));
  await rm(join(folder, "app", names.find((name) => name.startsWith(`words-${lang}-`))));
  return folder;
};

test("a first visit fetches one language, the other when it is chosen", async (t) => {
  const site = await startSite(t);
  for (const [locale, first, other, name] of [
    ["ja-JP", "ja", "en", "English"],
    ["en-GB", "en", "ja", "日本語"],
    ["fr-FR", "en", "ja", "日本語"],
  ]) {
    const { page, complaints, close } = await launch(t, { locale, serviceWorkers: "block" });
    const fetched = fetchedBy(page);
    await page.goto(`${site.url}/#/settings`);
    await heading(page, SETTINGS[first]);
    assert.deepEqual(fetched, [first], locale);
    assert.equal(await page.evaluate(() => document.documentElement.lang), first);

    await choose(page, name);
    await heading(page, SETTINGS[other]);
    assert.deepEqual(fetched, [first, other], locale);
    assert.equal(await page.evaluate(() => document.documentElement.lang), other);

    await choose(page, first === "en" ? "English" : "日本語");
    await heading(page, SETTINGS[first]);
    assert.deepEqual(fetched, [first, other], "what is here is not fetched again");

    await choose(page, name);
    await heading(page, SETTINGS[other]);
    fetched.length = 0;
    await page.reload();
    await heading(page, SETTINGS[other]);
    assert.deepEqual(fetched, [other], "what was chosen is what the next visit begins with");
    // The page asks for its service worker, which is blocked here.
    assert.deepEqual(complaints.filter((complaint) => !/Service ?Worker|without the network/i.test(complaint)), []);
    await close();
  }
});

test("the other language can be chosen without the network", async (t) => {
  const site = await startSite(t);
  const { page, complaints } = await launch(t);
  await page.goto(`${site.url}/#/settings`);
  await heading(page, SETTINGS.en);
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    while (!navigator.serviceWorker.controller) await new Promise((done) => setTimeout(done, 50));
  });
  await site.stop();
  await choose(page, "日本語");
  await heading(page, SETTINGS.ja);
  assert.deepEqual(complaints, []);
  await page.reload();
  await heading(page, SETTINGS.ja);
});

test("a language that cannot be fetched is not spoken, and the owner is told", async (t) => {
  const site = await startSite(t);
  const { page } = await launch(t, { serviceWorkers: "block" });
  await page.goto(`${site.url}/#/settings`);
  await heading(page, SETTINGS.en);
  const told = page.getByText("This language could not be fetched.");
  await site.stop();
  for (const attempt of ["first", "second"]) {
    const failed = page.waitForEvent("requestfailed");
    await choose(page, "日本語");
    await failed;
    await told.waitFor();
    await heading(page, SETTINGS.en);
    const spoken = page.getByRole("radio", { name: "English" });
    await until(`what is spoken is chosen again, at the ${attempt} attempt`, () => spoken.isChecked());
  }

  await startSite(t, { port: Number(new URL(site.url).port) });
  await choose(page, "日本語");
  await heading(page, SETTINGS.ja);
  assert.equal(await page.getByRole("alert").filter({ hasText: /\S/ }).count(), 0);
});

test("the last choice holds, whenever its words come", async (t) => {
  const site = await startSite(t);
  const { page } = await launch(t, { serviceWorkers: "block" });
  await page.goto(`${site.url}/#/settings`);
  await heading(page, SETTINGS.en);
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route(/\/app\/words-ja-/, async (route) => {
    await held;
    await route.continue();
  });
  await choose(page, "日本語");
  await choose(page, "English");
  const came = page.waitForResponse(/\/app\/words-ja-/);
  release();
  await (await came).finished();
  await page.evaluate(() => new Promise((done) => setTimeout(done, 200)));
  await heading(page, SETTINGS.en);
  await choose(page, "日本語");
  await heading(page, SETTINGS.ja);
});

test("without the words of its language the wallet says that it could not start", async (t) => {
  for (const [lang, locale, said] of [
    ["en", "en-GB", "Saifu could not start in this browser. Nothing is lost. Check the connection and reload the page"],
    ["ja", "ja-JP", "このブラウザでSaifuを起動できませんでした。何も失われていません。通信状況を確かめて再読み込みし"],
  ]) {
    const folder = await buildWithout(t, lang);
    const site = await startSite(t, { folder });
    const { page, close } = await launch(t, { locale, serviceWorkers: "block" });
    await page.goto(site.url);
    const alert = page.getByRole("alert");
    await alert.waitFor();
    assert.ok((await alert.textContent()).startsWith(said), await alert.textContent());
    assert.equal(await page.evaluate(() => document.documentElement.lang), lang);
    await close();
  }
});

test("words of another build are not taken for this one's", async (t) => {
  const site = await startSite(t);
  const { page } = await launch(t, { serviceWorkers: "block" });
  await page.route(/\/app\/words-/, (route) => route.fulfill({ body: "Log in to this network\n", contentType: "text/plain" }));
  await page.goto(site.url);
  const alert = page.getByRole("alert");
  await alert.waitFor();
  assert.match(await alert.textContent(), /^Saifu could not start/);
});
