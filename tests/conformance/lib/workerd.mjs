// Starts a built safe in workerd itself, without wrangler: 0.3 s, and the tests own its files and its certificate index.

import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../../scripts/lib/ports.mjs";

const root = resolve(import.meta.dirname, "../../..");

const config = ({ folder, build, port, kvPort, vars }) => {
  const embed = (name) => JSON.stringify(relative(folder, join(build, name)));
  const bindings = Object.entries(vars).map(
    ([name, value]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(String(value))})`,
  );
  if (kvPort) bindings.push(`(name = "CERTIFICATES", kvNamespace = "kv")`);
  const kv = kvPort ? `(name = "kv", external = (address = "127.0.0.1:${kvPort}", http = ())),` : "";
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "safe", worker = (
      modules = [
        (name = "index.js", esModule = embed ${embed("index.js")}),
        (name = "index_bg.wasm", wasm = embed ${embed("index_bg.wasm")}),
      ],
      compatibilityDate = "2026-10-20",
      bindings = [(name = "LEDGER", durableObjectNamespace = "LedgerObject"), ${bindings.join(", ")}],
      durableObjectNamespaces = [(className = "LedgerObject", uniqueKey = "ledger", enableSql = true)],
      durableObjectStorage = (localDisk = "objects"),
    )),
    ${kv}
    # Safes of one machine reach each other, as those of the world do.
    (name = "internet", network = (allow = ["public", "private"])),
    (name = "objects", disk = (path = ${JSON.stringify(join(folder, "objects"))}, writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "safe")],
);
`;
};

/**
 * Starts a safe and waits until it answers. The same folder is the same safe.
 *
 * @param {object} options
 * @param {string} options.folder
 * @param {string} [options.build] the folder with index.js and index_bg.wasm
 * @param {number} [options.kvPort] where the certificate index is; without it the safe has none
 * @param {Record<string, string | number>} [options.vars]
 * @param {number} [options.port] the one it had before, when it is started again
 */
export const startWorkerd = async ({ folder, build, kvPort, vars = {}, port }) => {
  port ??= await freePort();
  build ??= join(root, "safe-worker/build");
  mkdirSync(join(folder, "objects"), { recursive: true });
  const file = join(folder, "config.capnp");
  writeFileSync(file, config({ folder, build, port, kvPort, vars }));
  const logFile = join(folder, "workerd.log");
  const log = openSync(logFile, "a");
  const child = spawn(join(root, "node_modules/.bin/workerd"), ["serve", file], {
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  const ended = new Promise((resolve) => child.once("exit", resolve));
  let running = true;
  ended.then(() => (running = false));
  const end = async (signal) => {
    child.kill(signal);
    await ended;
  };
  const url = `http://localhost:${port}`;
  const deadline = Date.now() + 60_000;
  const answers = () =>
    fetch(`${url}/openapi.json`).then(
      async (response) => (await response.arrayBuffer(), response.ok),
      () => false,
    );
  while (!(await answers())) {
    if (!running || Date.now() > deadline) {
      await end("SIGKILL");
      throw new Error(`workerd did not start: ${readFileSync(logFile, "utf8").slice(-2000)}`);
    }
    await sleep(50);
  }
  return {
    url,
    port,
    folder,
    logFile,
    stop: () => end("SIGTERM"),
    /** Ends it in the middle of whatever it does, as a power cut would. */
    kill: () => end("SIGKILL"),
  };
};
