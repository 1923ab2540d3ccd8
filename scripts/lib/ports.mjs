// Which ports are free, and who holds one that is not.

import { randomInt } from "node:crypto";
import { readdir, readFile, readlink } from "node:fs/promises";
import { createServer } from "node:net";
import { basename } from "node:path";

const listen = (port) =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => server.close(resolve));
  });

/**
 * Any free port, and one that is not soon taken: below those that the system gives to connections of its own accord, and drawn by
 * lot, since others look for one at the same time.
 */
export const freePort = async () => {
  for (let attempts = 0; attempts < 100; attempts += 1) {
    const port = randomInt(20_000, 32_000);
    if (await isFree(port)) return port;
  }
  throw new Error("No port between 20000 and 32000 is free. End what holds them, and try again.");
};

export const isFree = (port) =>
  listen(port).then(
    () => true,
    (error) => {
      if (error.code === "EADDRINUSE" || error.code === "EACCES") return false;
      throw error;
    },
  );

/** The program that listens at a port, as far as this system tells: `workerd (process 1234)`. */
export const holder = async (port) => {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const inodes = new Set();
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    const text = await readFile(table, "utf8").catch(() => "");
    for (const line of text.split("\n").slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      if (local?.endsWith(`:${hex}`) && state === "0A") inodes.add(`socket:[${inode}]`);
    }
  }
  if (inodes.size === 0) return undefined;
  for (const process of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    for (const handle of await readdir(`/proc/${process}/fd`).catch(() => [])) {
      const link = await readlink(`/proc/${process}/fd/${handle}`).catch(() => "");
      if (!inodes.has(link)) continue;
      const [program] = (await readFile(`/proc/${process}/cmdline`, "utf8").catch(() => "")).split("\0");
      return `${basename(program) || "a program"} (process ${process})`;
    }
  }
  return undefined;
};
