// Every screen by itself: nobody is shut out (axe-core), nothing moves under the finger, the keyboard reaches
// everything, and the page keeps its own policy. A stand-in plays the Worker (lib/scenes.mjs).

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { test } from "node:test";
import { launch } from "./lib/browser.mjs";
import { scenes, showScene, standInFor } from "./lib/scenes.mjs";
import { DIST, startSite } from "./lib/site.mjs";

const folder = process.env.DIST ?? DIST;
const axe = await readFile(resolve(import.meta.dirname, "../../node_modules/axe-core/axe.min.js"), "utf8");

/** The most of the window that may move by itself, as browsers measure it. */
const LAYOUT_SHIFT = 0.01;

const open = async (t, options) => {
  const site = await startSite(t, { folder, suggested: [{ url: "https://safe.example" }] });
  const { page, complaints, context } = await launch(t, { reducedMotion: "reduce", serviceWorkers: "block", timezoneId: "Asia/Tokyo", ...options });
  // Blocking the service worker (which Playwright cannot see into) is said on the console, and is not the page's.
  const said = () => complaints.splice(0).filter((complaint) => !complaint.includes("Service Worker registration blocked"));
  return { site, page, context, said, prepareStandIn: await standInFor(page) };
};

const measureShift = (page) =>
  page.addInitScript(() => {
    globalThis.shifted = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.shifted += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
  });

const PHONE = { width: 390, height: 844 };
const DESK = { width: 1280, height: 800 };
/** Each size with each language and each theme, and each language in each theme: what goes wrong hangs on two of them, not three. */
const LOOKS = [
  { device: "phone", viewport: PHONE, lang: "en", theme: "light" },
  { device: "phone", viewport: PHONE, lang: "ja", theme: "dark" },
  { device: "desk", viewport: DESK, lang: "en", theme: "dark" },
  { device: "desk", viewport: DESK, lang: "ja", theme: "light" },
];

for (const { device, viewport, lang, theme } of LOOKS) {
  test(`every screen can be used by everybody: ${device}, ${lang}, ${theme}`, async (t) => {
    const { site, page, said, prepareStandIn } = await open(t, { viewport });
    await measureShift(page);
    const problems = [];
    for (const scene of scenes(lang)) {
      await showScene(page, site, scene, { lang, theme, prepareStandIn });
      const { violations } = await page.evaluate(`${axe}; axe.run(document, { resultTypes: ["violations"] })`);
      for (const { id, nodes } of violations) {
        problems.push(`${scene.name}: ${id} at ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
      }
      const { shifted, wide, title, tag, headings } = await page.evaluate(() => ({
        shifted: globalThis.shifted,
        wide: document.documentElement.scrollWidth > innerWidth,
        title: document.title,
        tag: document.documentElement.lang,
        headings: document.querySelectorAll("h1").length,
      }));
      if (shifted > LAYOUT_SHIFT) problems.push(`${scene.name}: moved by ${shifted}`);
      if (wide) problems.push(`${scene.name}: wider than the window`);
      if (!title.endsWith(" – Saifu")) problems.push(`${scene.name}: the tab is called ${title}`);
      if (tag !== lang) problems.push(`${scene.name}: in ${tag}`);
      if (headings !== 1) problems.push(`${scene.name}: ${headings} main headings`);
      // The one screen on which something is meant to go wrong.
      const complaints = said();
      if (!scene.crash) problems.push(...complaints.map((complaint) => `${scene.name}: ${complaint}`));
    }
    assert.deepEqual(problems, []);
  });
}

test("what the browser says late moves nothing on the screen that was waiting for it", async (t) => {
  const { site, page, prepareStandIn } = await open(t, { viewport: PHONE });
  await measureShift(page);
  await page.addInitScript(() => {
    const persisted = StorageManager.prototype.persisted;
    StorageManager.prototype.persisted = async function () {
      await new Promise((done) => setTimeout(done, 400));
      return persisted.call(this);
    };
    // The browser's own offer to install is kept back, and comes when the screen has long been there.
    addEventListener("beforeinstallprompt", (event) => event.isTrusted && event.stopImmediatePropagation(), { capture: true });
  });
  const scene = scenes("ja").find(({ name }) => name === "values");
  await showScene(page, site, scene, { lang: "ja", theme: "dark", prepareStandIn });
  const line = page.locator(".line", { hasText: "このブラウザにしか" });
  await line.locator("summary").click();
  await line.getByText("空き容量が不足すると").waitFor();
  // What follows a press is no shift: some time has to pass.
  await page.evaluate(() => new Promise((done) => setTimeout(done, 600)));
  await page.evaluate(() => dispatchEvent(Object.assign(new Event("beforeinstallprompt"), { prompt: () => {} })));
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))));
  assert.ok((await page.evaluate(() => globalThis.shifted)) <= LAYOUT_SHIFT);
  await page.goto(`${site.url}/#/settings`);
  await page.getByRole("button", { name: "インストール" }).waitFor();
  await page.goto(`${site.url}/#/values`);
  await line.locator("summary").click();
  await line.getByRole("button", { name: "インストール" }).waitFor();
});

test("everything on a screen can be reached by the keyboard", async (t) => {
  const { site, page, prepareStandIn } = await open(t);
  for (const scene of scenes("en").filter(({ act, crash }) => !act && !crash)) {
    await showScene(page, site, scene, { lang: "en", theme: "light", prepareStandIn });
    const wanted = await page.evaluate(() => {
      const modal = document.querySelector("dialog[open]");
      const all = [...(modal ?? document).querySelectorAll("a[href], button, input, select, summary")].filter((element) => element.checkVisibility() && !element.disabled);
      // Of a group of radio buttons the Tab key stops at one.
      const stops = all.filter((element) => element.type !== "radio" || element.checked);
      stops.forEach((element, place) => (element.dataset.stop = place));
      return stops.map((element) => element.dataset.stop);
    });
    const reached = new Set();
    for (let presses = 0; presses < wanted.length + 8; presses += 1) {
      await page.keyboard.press("Tab");
      reached.add(await page.evaluate(() => document.activeElement?.dataset.stop));
    }
    assert.deepEqual(wanted.filter((stop) => !reached.has(stop)), [], scene.name);
  }
});

test("a dialog keeps the focus, closes on Escape and gives the focus back", async (t) => {
  const { site, page, prepareStandIn } = await open(t);
  const scene = scenes("en").find(({ name }) => name === "value");
  await showScene(page, site, scene, { lang: "en", theme: "light", prepareStandIn });
  const opener = page.getByRole("button", { name: "Show code" });
  await opener.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  for (let presses = 0; presses < 6; presses += 1) {
    await page.keyboard.press("Tab");
    assert.ok(await page.evaluate(() => document.activeElement === document.body || document.activeElement.closest("dialog") !== null));
  }
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  assert.ok(await opener.evaluate((element) => element === document.activeElement));
});

test("another screen has the focus on its heading, its own title, and the way back", async (t) => {
  const { site, page, prepareStandIn } = await open(t);
  const scene = scenes("en").find(({ name }) => name === "values");
  await showScene(page, site, scene, { lang: "en", theme: "light", prepareStandIn });
  await page.getByRole("link", { name: "The Quiet Harbour", exact: true }).click();
  const focused = () => page.waitForFunction(() => document.activeElement?.tagName === "H1");
  await page.getByRole("heading", { level: 1, name: "Movie ticket" }).waitFor();
  await focused();
  assert.equal(await page.title(), "Movie ticket – Saifu");
  await page.goBack();
  await page.getByRole("heading", { level: 1, name: "Wallet" }).waitFor();
  await focused();
  assert.equal(await page.title(), "Wallet – Saifu");
});

test("language and theme change at once and are kept", async (t) => {
  const { site, page, prepareStandIn } = await open(t);
  const scene = scenes("en").find(({ name }) => name === "settings");
  await showScene(page, site, scene, { lang: "en", theme: "auto", prepareStandIn });
  await page.getByRole("radio", { name: "日本語" }).check({ force: true });
  await page.getByRole("heading", { level: 1, name: "設定" }).waitFor();
  await page.getByRole("radio", { name: "ダーク" }).check({ force: true });
  const root = () => page.evaluate(() => [document.documentElement.lang, document.documentElement.dataset.theme]);
  assert.deepEqual(await root(), ["ja", "dark"]);
  await page.reload();
  await page.getByRole("heading", { level: 1, name: "設定" }).waitFor();
  assert.deepEqual(await root(), ["ja", "dark"]);
});

test("a form names every problem beside its field and keeps what was typed", async (t) => {
  const { site, page, prepareStandIn } = await open(t);
  const scene = scenes("en").find(({ name }) => name === "add");
  await showScene(page, site, scene, { lang: "en", theme: "light", prepareStandIn });
  await page.getByLabel("Code or number").fill("4F9K");
  await page.getByLabel("How many").fill("0");
  await page.getByLabel("Price of one (optional)").fill("much");
  // Half a day: to the document the field is empty, to the owner it is not.
  await page.locator("#to").focus();
  await page.keyboard.type("0231");
  await page.getByRole("button", { name: "Put it in the wallet" }).click();
  const alert = page.getByRole("alert");
  await alert.waitFor();
  assert.equal(await alert.getByRole("listitem").count(), 4);
  for (const label of ["Name", "How many", "Price of one (optional)", "Valid to (optional)"]) {
    const field = page.getByLabel(label, { exact: true });
    assert.equal(await field.getAttribute("aria-invalid"), "true", label);
    const described = await field.getAttribute("aria-describedby");
    assert.notEqual(await page.locator(`#${described}`).textContent(), "", label);
  }
  await page.waitForFunction(() => document.activeElement?.id === "name");
  assert.equal(await page.getByLabel("Code or number").inputValue(), "4F9K");
});
