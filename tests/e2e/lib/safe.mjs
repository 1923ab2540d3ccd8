// Real safes for tests: workerd with state on disk, to be stopped, killed and started again on the same folder.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../../scripts/lib/ports.mjs";
import { startSafe as start } from "../../../scripts/lib/safe.mjs";

/**
 * Starts a safe.
 *
 * - `dir`: where its state lies; without it, a folder of its own that goes when the test ends
 * - `port`: any free one, if not given
 * - `env`: "a", "b" or "c" of wrangler.toml
 * - `vars`: stand in for the variables of wrangler.toml
 *
 * Answers `{url, port, folder, logFile, stop(), kill(), restart()}`. `kill()` is a power cut; `restart()` starts the same safe
 * again at the same address, after either.
 */
export const startSafe = async (test, { dir, port, env = "a", vars } = {}) => {
  const own = dir === undefined;
  const folder = dir ?? (await mkdtemp(join(tmpdir(), "saifu-safe-")));
  const options = { folder, port: port ?? (await freePort()), env, vars };
  let running = await start(options);
  test.after(async () => {
    await running.stop();
    if (own) await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
  });
  return {
    url: running.url,
    port: running.port,
    folder,
    logFile: running.logFile,
    stop: () => running.stop(),
    kill: () => running.kill(),
    /** `meanwhile` is done to what it has stored, while nobody has it open. */
    restart: async (meanwhile = async () => {}) => {
      await running.stop();
      await meanwhile();
      running = await start(options);
    },
  };
};
