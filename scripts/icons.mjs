// Draws the PNG icons from wallet-web/assets/icons/saifu.svg. Run it by hand after a change of the drawing and commit
// what it makes: scripts/in-env.sh node scripts/icons.mjs

import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { chromium } from "playwright-core";
import { browserProgram, FLAGS } from "./lib/browser.mjs";

const folder = resolve(import.meta.dirname, "../wallet-web/assets/icons");
const drawing = await readFile(join(folder, "saifu.svg"), "utf8");

// A launcher cuts a maskable icon to its own shape, and iOS rounds the corners itself: those two fill the square. Of a
// maskable icon only the circle of 80 % is sure to be seen, so the mark shrinks; on the others it stands as drawn.
const square = drawing.replace('rx="114"', 'rx="0"');
const maskable = square.replace("<g>", '<g transform="translate(256 256) scale(.86) translate(-256 -256)">');

const icons = [
  ["icon-192.png", 192, drawing],
  ["icon-512.png", 512, drawing],
  ["maskable-512.png", 512, maskable],
  ["apple-touch-icon.png", 180, square],
];

const browser = await chromium.launch({ executablePath: await browserProgram(), args: FLAGS });
for (const [name, size, svg] of icons) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(`<style>body { margin: 0 } svg { display: block; width: 100vw; height: 100vh }</style>${svg}`);
  await writeFile(join(folder, name), await page.screenshot({ omitBackground: true }));
  await page.close();
}
await browser.close();
