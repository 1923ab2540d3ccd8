// The wallet store of the product in a Worker of its own, without the wallet around it.

import { execFile } from "node:child_process";
import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { launch } from "./browser.mjs";
import { startSite } from "./site.mjs";

const root = resolve(import.meta.dirname, "../../..");
const run = promisify(execFile);

/** Builds the site whose Worker holds the store, under the wallet's own headers. Answers its folder. */
export const buildStoreSite = async () => {
  const folder = join(root, "target/store-contract");
  // In the profile of the product, so that its dependencies need not be compiled a second time.
  const cargo = "build --locked --quiet --release --target wasm32-unknown-unknown -p saifu-wallet-web --example store_contract";
  await run("cargo", cargo.split(" "), { cwd: root });
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
  await mkdir(folder, { recursive: true });
  const wasm = join(root, "target/wasm32-unknown-unknown/release/examples/store_contract.wasm");
  await run(process.env.WASM_BINDGEN_BIN ?? "wasm-bindgen", ["--target", "web", "--no-typescript", "--out-dir", folder, wasm]);
  await copyFile(join(root, "wallet-web/assets/_headers"), join(folder, "_headers"));
  await writeFile(
    join(folder, "worker.js"),
    `import init, * as store from "./store_contract.js";
     await init();
     globalThis.store = store;
     postMessage("ready");`,
  );
  await writeFile(join(folder, "index.html"), `<!doctype html><link rel="icon" href="data:," /><title>store contract</title>`);
  return folder;
};

/** Opens one more tab on the site and starts its Worker. */
export const openTab = async (context, site) => {
  const page = await context.newPage();
  await page.goto(site.url);
  const started = page.waitForEvent("worker");
  await page.evaluate(
    () =>
      new Promise((ready, failed) => {
        const worker = new Worker("/worker.js", { type: "module" });
        worker.onmessage = ready;
        worker.onerror = (event) => failed(new Error(event.message));
      }),
  );
  return { page, worker: await started };
};

/** Serves the site and opens a first tab. */
export const start = async (test, folder, { port, profileDir } = {}) => {
  const site = await startSite(test, { folder, port });
  const browser = await launch(test, { profileDir });
  return { site, ...browser, ...(await openTab(browser.context, site)) };
};
