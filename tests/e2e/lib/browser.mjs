// A real Chromium whose complaints are collected.

import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { chromium } from "playwright-core";
import { browserProgram, FLAGS } from "../../../scripts/lib/browser.mjs";

/** The processes of the Chromium that runs on this profile; their main process first. */
const processesOf = async (profileDir) => {
  const found = [];
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    // It may have ended meanwhile.
    const words = (await readFile(`/proc/${name}/cmdline`, "utf8").catch(() => "")).split(/[\0 ]/);
    if (!words.includes(`--user-data-dir=${profileDir}`)) continue;
    if (words.some((word) => word.startsWith("--type="))) found.push(Number(name));
    else found.unshift(Number(name));
  }
  return found;
};

/**
 * Starts Chromium with a profile on disk (a profile in memory would keep IndexedDB in memory too). Give a `profileDir`
 * to start again on the same profile; otherwise it goes when the test ends.
 *
 * Answers the context, its first page, and `complaints`: everything any page, frame or Worker wrote to the console as
 * an error or warning, threw, or wanted to do against the content security policy. A test that expects none asserts
 * that the list is empty. `kill()` ends the browser at once, as a power cut would.
 */
export const launch = async (test, { profileDir, args = [], ...options } = {}) => {
  const own = profileDir === undefined;
  const folder = profileDir ?? (await mkdtemp(join(tmpdir(), "saifu-browser-")));
  const settings = {
    executablePath: await browserProgram(),
    args: [...FLAGS, ...args],
    viewport: { width: 390, height: 844 },
    locale: "en-GB",
    ...options,
  };
  // On a busy machine Chromium dies now and then before it has shown anything. That says nothing about what is tested here.
  const start = () => chromium.launchPersistentContext(folder, settings);
  const context = await start().catch(start);
  const complaints = [];
  const complain = (kind, text) => complaints.push(`${kind}: ${text}`);
  context.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complain(message.type(), `${message.text()} (${message.location().url})`);
  });
  context.on("weberror", (error) => complain("thrown", error.error().message));
  // A violation is also an error on the console; this names the directive and what was refused.
  await context.exposeBinding("saifuTestViolation", (_source, text) => complain("content security policy", text));
  await context.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => {
      globalThis.saifuTestViolation(`${event.effectiveDirective} refused ${event.blockedURI} ${event.sample}`);
    });
  });

  let open = true;
  const gone = new Promise((resolve) => context.once("close", resolve));
  gone.then(() => (open = false));
  const close = async () => {
    if (open) await context.close();
  };
  const kill = async () => {
    for (const id of await processesOf(folder)) {
      try {
        process.kill(id, "SIGKILL");
      } catch (error) {
        if (error.code !== "ESRCH") throw error;
      }
    }
    while ((await processesOf(folder)).length > 0) await sleep(10);
    // Not `close`: to ask a browser that has died to close is an error until its death has become known here.
    await gone;
  };
  test.after(async () => {
    await close();
    if (own) await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
  });
  return { context, page: context.pages()[0] ?? (await context.newPage()), complaints, profileDir: folder, close, kill };
};
