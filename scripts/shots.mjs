// Pictures of the wallet's screens for the documentation, from the production build and real safes.

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { chromium } from "playwright-core";
import { browserProgram, FLAGS } from "./lib/browser.mjs";
import { freePort } from "./lib/ports.mjs";
import { spawnSafe } from "./lib/safe.mjs";
import { startSite } from "./site.mjs";

const root = resolve(import.meta.dirname, "..");
const pictures = join(root, "docs/pictures");

const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
const DESK = { viewport: { width: 1280, height: 800 } };

/** Each scene starts with an empty wallet; `show` leads to what the picture is of. */
const SCENES = [
  { name: "start-phone", ...PHONE },
  { name: "start-phone-dark", ...PHONE, colorScheme: "dark" },
  { name: "start-phone-ja", ...PHONE, locale: "ja-JP" },
  { name: "start-desk", ...DESK },
];

const stops = [];
try {
  const folder = await mkdtemp(join(tmpdir(), "saifu-pictures-"));
  stops.push(() => rm(folder, { recursive: true, force: true }));
  const safes = [];
  for (const env of ["a", "b", "c"]) {
    const safe = spawnSafe({ env, port: await freePort(), folder: join(folder, env) });
    stops.push(safe.stop);
    await safe.ready;
    safes.push({ url: safe.url });
  }
  const site = await startSite({ folder: join(root, "dist"), suggested: safes });
  stops.push(site.stop);
  const browser = await chromium.launch({ executablePath: await browserProgram(), args: FLAGS });
  stops.push(() => browser.close());

  await mkdir(pictures, { recursive: true });
  for (const { name, show, locale = "en-GB", colorScheme = "light", ...device } of SCENES) {
    const context = await browser.newContext({ locale, colorScheme, reducedMotion: "reduce", ...device });
    const page = await context.newPage();
    await page.goto(site.url, { waitUntil: "networkidle" });
    await page.locator("main").first().waitFor();
    await show?.(page);
    await page.screenshot({ path: join(pictures, `${name}.png`) });
    await context.close();
    console.log(`docs/pictures/${name}.png`);
  }
} finally {
  for (const stop of stops.reverse()) await stop();
}
