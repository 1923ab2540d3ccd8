// Pictures of every screen, phone and desk, light and dark, in both languages, into target/shots, with sheets to look
// over; and the one of them that the README shows. The page is the production build; a stand-in plays the Worker.
//
//   node scripts/shots.mjs [name …]     only these screens, and no sheets

import { mkdir, readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { chromium } from "playwright-core";
import { scenes, showScene, standInFor } from "../tests/e2e/lib/scenes.mjs";
import { browserProgram, FLAGS } from "./lib/browser.mjs";
import { startSite } from "./site.mjs";

const root = resolve(import.meta.dirname, "..");
const shots = join(root, "target/shots");
const wanted = process.argv.slice(2);
const folder = process.env.DIST ?? join(root, "dist");

/** The screen that the README shows. */
const README = "values-both";

const DEVICES = [
  { device: "phone", viewport: { width: 390, height: 844 } },
  { device: "desk", viewport: { width: 1280, height: 800 } },
];

const site = await startSite({ folder, suggested: [{ url: "https://safe.example" }, { url: "https://safe.north.example" }] });
const browser = await chromium.launch({ executablePath: await browserProgram(), args: FLAGS });

const newPage = async (options) => {
  const context = await browser.newContext({ reducedMotion: "reduce", serviceWorkers: "block", timezoneId: "Asia/Tokyo", ...options });
  const page = await context.newPage();
  return { context, page, prepareStandIn: await standInFor(page) };
};

/** Pictures side by side. */
const sheet = async (name, files, height) => {
  const page = await browser.newPage({ viewport: { width: 2000, height: 600 } });
  const pictures = await Promise.all(files.map(async (file) => `<img height="${height}" src="data:image/png;base64,${(await readFile(file)).toString("base64")}">`));
  await page.setContent(`<body style="margin:8px;background:#888;display:flex;flex-wrap:wrap;gap:8px">${pictures.join("")}`);
  await page.waitForFunction(() => [...document.images].every((image) => image.complete));
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
  await page.close();
};

try {
  if (wanted.length === 0) await rm(shots, { recursive: true, force: true });
  await mkdir(shots, { recursive: true });
  for (const lang of ["en", "ja"]) {
    const all = scenes(lang).filter(({ name }) => wanted.length === 0 || wanted.includes(name));
    for (const { device, viewport } of DEVICES) {
      const { context, page, prepareStandIn } = await newPage({ viewport, locale: lang === "ja" ? "ja-JP" : "en-GB" });
      for (const theme of ["light", "dark"]) {
        const files = [];
        for (const scene of all) {
          await showScene(page, site, scene, { lang, theme, prepareStandIn });
          const path = join(shots, `${scene.name}.${device}.${theme}.${lang}.png`);
          await page.screenshot({ path });
          files.push(path);
        }
        if (wanted.length === 0) await sheet(`sheet.${device}.${theme}.${lang}`, files, device === "phone" ? 560 : 300);
        console.log(`${device} ${theme} ${lang}: ${files.length}`);
      }
      await context.close();
    }
  }
  if (wanted.length === 0 || wanted.includes(README)) {
    const { page, prepareStandIn } = await newPage({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 1.5 });
    const [scene] = scenes("en").filter(({ name }) => name === README);
    await showScene(page, site, scene, { lang: "en", theme: "light", prepareStandIn });
    await mkdir(join(root, "docs/pictures"), { recursive: true });
    await page.screenshot({ path: join(root, "docs/pictures/wallet.png") });
  }
} finally {
  await browser.close();
  await site.stop();
}
