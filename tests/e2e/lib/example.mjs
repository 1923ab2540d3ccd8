// A part of the product in a Worker of its own, without the wallet around it: an example of a crate, built as the wallet is, on a
// site of its own under the wallet's own headers.

import { execFile } from "node:child_process";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { launch } from "./browser.mjs";
import { startSite } from "./site.mjs";

const root = resolve(import.meta.dirname, "../../..");
const run = promisify(execFile);

/** What Trunk does to the wallet's module after it is compiled, said in one place. */
const optimize = async (wasm) => {
  const html = await readFile(join(root, "index.html"), "utf8");
  const [, level] = html.match(/data-wasm-opt="(\w+)"/);
  const [, parameters] = html.match(/data-wasm-opt-params="([^"]+)"/);
  await run(process.env.WASM_OPT_BIN ?? "wasm-opt", [`-O${level}`, ...parameters.split(" "), wasm, "-o", wasm]);
};

/**
 * Builds the site whose Worker holds the example's exports, under `name` in its global scope. Answers the site's folder.
 * With `optimized` the module goes all the way the wallet's goes.
 */
export const buildExampleSite = async (crate, example, name, { optimized = false } = {}) => {
  const folder = join(root, "target", example.replaceAll("_", "-"));
  // In the profile of the product, so that its dependencies need not be compiled a second time.
  const cargo = `build --locked --quiet --release --target wasm32-unknown-unknown -p ${crate} --example ${example}`;
  await run("cargo", cargo.split(" "), { cwd: root });
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
  await mkdir(folder, { recursive: true });
  const wasm = join(root, `target/wasm32-unknown-unknown/release/examples/${example}.wasm`);
  await run(process.env.WASM_BINDGEN_BIN ?? "wasm-bindgen", ["--target", "web", "--no-typescript", "--out-dir", folder, wasm]);
  if (optimized) await optimize(join(folder, `${example}_bg.wasm`));
  await copyFile(join(root, "wallet-web/assets/_headers"), join(folder, "_headers"));
  await writeFile(
    join(folder, "worker.js"),
    `import init, * as exports from "./${example}.js";
     await init();
     globalThis.${name} = exports;
     postMessage("ready");`,
  );
  await writeFile(join(folder, "index.html"), `<!doctype html><link rel="icon" href="data:," /><title>${example}</title>`);
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
