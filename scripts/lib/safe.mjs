// Starts a real safe on this machine: the production build in workerd, by `wrangler dev`, with a store of its own.

import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const root = resolve(import.meta.dirname, "../..");

/** Quiet, and without a word to the network. */
const QUIET = {
  CI: "1",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  FORCE_COLOR: "0",
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_SEND_ERROR_REPORTS: "false",
  WRANGLER_SEND_METRICS: "false",
};

/**
 * Starts a safe. It can be stopped from the first moment on; `ready` resolves when it answers.
 *
 * @param {object} options
 * @param {string} options.folder where state, settings and log of this safe lie; the same folder is the same safe
 * @param {number} options.port
 * @param {"a" | "b" | "c"} [options.env] which of the environments in wrangler.toml
 * @param {Record<string, string | number>} [options.vars] stand in for those of wrangler.toml
 */
export const spawnSafe = ({ folder, port, env = "a", vars = {} }) => {
  mkdirSync(join(folder, "settings"), { recursive: true });
  const logFile = join(folder, "safe.log");
  const log = openSync(logFile, "a");
  const child = spawn(
    join(root, "node_modules/.bin/wrangler"),
    [
      "dev",
      ...["--env", env, "--ip", "127.0.0.1", "--port", String(port), "--inspector-port", "0"],
      ...["--persist-to", join(folder, "state"), "--show-interactive-dev-session=false"],
      ...Object.entries(vars).flatMap(([name, value]) => ["--var", `${name}:${value}`]),
    ],
    {
      cwd: join(root, "safe-worker"),
      env: { ...process.env, ...QUIET, XDG_CONFIG_HOME: join(folder, "settings") },
      stdio: ["ignore", log, log],
      // A process group of its own: workerd goes down with wrangler, and Ctrl-C reaches only who shall handle it.
      detached: true,
    },
  );
  closeSync(log);
  const ended = new Promise((resolve) => child.once("exit", resolve));
  let running = true;
  ended.then(() => (running = false));

  /** Reaches every process of the group; answers whether there is one. */
  const signal = (name) => {
    try {
      process.kill(-child.pid, name);
      return true;
    } catch (error) {
      if (error.code === "ESRCH") return false;
      throw error;
    }
  };
  const gone = async (milliseconds) => {
    const deadline = Date.now() + milliseconds;
    // Signal 0 only asks. Wrangler's starter ends first, workerd last.
    while (signal(0)) {
      if (Date.now() > deadline) return false;
      await sleep(20);
    }
    return true;
  };
  const url = `http://localhost:${port}`;
  const answers = () =>
    fetch(`${url}/.well-known/electronic-safe`, { signal: AbortSignal.timeout(5_000) }).then(
      (response) => response.ok,
      () => false,
    );
  const untilReady = async () => {
    const deadline = Date.now() + 60_000;
    while (!(await answers())) {
      if (!running || Date.now() > deadline) {
        await kill();
        const lines = (await readFile(logFile, "utf8")).trimEnd().split("\n").slice(-15).join("\n");
        throw new Error(`The safe at port ${port} did not start. The end of ${logFile}:\n${lines}`);
      }
      await sleep(100);
    }
  };
  const kill = async () => {
    signal("SIGKILL");
    await gone(5_000);
  };
  return {
    url,
    /** The first of its processes, and the number of their group. Undefined if it could not be started at all. */
    pid: child.pid,
    port,
    folder,
    logFile,
    /** Resolves when the process is gone, whoever ended it. */
    ended,
    /** Asks it to end and waits until all of it is gone. */
    stop: async () => {
      signal("SIGTERM");
      if (!(await gone(8_000))) await kill();
    },
    /** Ends it at once in the middle of whatever it does, as a power cut would. */
    kill,
    ready: untilReady(),
  };
};

/** Starts a safe and waits until it answers. */
export const startSafe = async (options) => {
  const safe = spawnSafe(options);
  await safe.ready;
  return safe;
};
