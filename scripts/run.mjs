// `make run`: the wallet and three safes on this machine, until Ctrl-C.

import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { buildIfChanged } from "./lib/build.mjs";
import { takeLock } from "./lib/lock.mjs";
import { holder, isFree } from "./lib/ports.mjs";
import { spawnSafe } from "./lib/safe.mjs";
import { startSite } from "./site.mjs";

const root = resolve(import.meta.dirname, "..");

const port = (variable, otherwise) => {
  const value = Number(process.env[variable] || otherwise);
  if (Number.isInteger(value) && value > 0 && value < 65536) return value;
  throw new Error(`${variable}=${process.env[variable]} is no port. Give a number from 1 to 65535.`);
};

const stops = [];
let stopping;
const stop = () =>
  (stopping ??= (async () => {
    await Promise.allSettled(stops.map((each) => each()));
  })());

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, async () => {
    if (stopping) return;
    console.log("\nStopping the wallet and its safes …");
    await stop();
    console.log("Stopped. What the safes hold lies in .saifu and is there again at the next start.");
    process.exit(0);
  });
}

// The safes are process groups of their own: without this they would outlive a fault in here, where the wallet is served.
for (const fault of ["uncaughtException", "unhandledRejection"]) {
  process.on(fault, async (error) => {
    if (stopping) return;
    console.error("\nThe server of the wallet has failed and the safes are stopped too; make run starts them again.\n", error);
    await stop();
    process.exit(1);
  });
}

/** As the wallet shows it, to compare: four lines of four groups. */
const fingerprint = (id) => {
  const groups = Buffer.from(id, "base64url").toString("hex").match(/..../g);
  return [0, 4, 8, 12].map((at) => `${" ".repeat(15)}${groups.slice(at, at + 4).join(" ")}`);
};

const main = async () => {
  const wallet = { name: "the wallet", variable: "PORT", port: port("PORT", 8080) };
  const safes = [
    { name: "safe a", variable: "SAFE_A_PORT", env: "a", port: port("SAFE_A_PORT", 8787) },
    { name: "safe b", variable: "SAFE_B_PORT", env: "b", port: port("SAFE_B_PORT", 8788) },
    { name: "safe c", variable: "SAFE_C_PORT", env: "c", port: port("SAFE_C_PORT", 8789) },
  ];
  const chosen = new Map();
  for (const { name, variable, port } of [wallet, ...safes]) {
    const other = chosen.get(port);
    if (other) {
      throw new Error(
        `Port ${port} is meant both for ${other.name} (${other.variable}) and for ${name} (${variable}).\n` +
          "Each needs one of its own: choose another for one of the two.",
      );
    }
    chosen.set(port, { name, variable });
  }
  const lock = await takeLock(join(root, ".saifu", "run.lock"));
  for (const { name, variable, port } of [wallet, ...safes]) {
    if (await isFree(port)) continue;
    const by = (await holder(port)) ?? "another program";
    throw new Error(
      `Port ${port}, meant for ${name}, is taken by ${by}.\n` +
        `End that program, or choose another port: ${variable}=${port + 1000} make run`,
    );
  }

  await buildIfChanged("wallet");
  await buildIfChanged("safe");

  console.log("Starting three safes …");
  let left = safes.length;
  const running = await Promise.all(
    safes.map(async ({ name, env, port }) => {
      const folder = join(root, ".saifu", `safe-${env}`);
      await rm(join(folder, "safe.log"), { force: true });
      const safe = spawnSafe({ env, port, folder });
      stops.push(safe.stop);
      if (safe.pid) lock.add(safe.pid);
      await safe.ready;
      safe.ended.then(async () => {
        if (stopping) return;
        // Its first process may be gone without the others, which hold its port and its store.
        await safe.stop();
        if (stopping) return;
        left -= 1;
        console.error(`\nSafe ${env} has ended by itself (its log: ${safe.logFile}).`);
        if (left > 0) {
          console.error("The wallet and the other safes go on; Ctrl-C and make run start it again.");
          return;
        }
        console.error("It was the last one, so the wallet is stopped too; make run starts them all again.");
        await stop();
        process.exit(1);
      });
      return { name, ...safe, ...(await (await fetch(`${safe.url}/.well-known/electronic-safe`)).json()) };
    }),
  );
  if (stopping) return;
  const site = await startSite({
    folder: join(root, "dist"),
    port: wallet.port,
    suggested: running.map(({ url }) => ({ url })),
  });
  stops.push(site.stop);

  console.log(
    [
      "",
      `  The wallet   ${site.url}`,
      "",
      ...running.flatMap(({ name, url, operator, id, pid }) => [
        `  ${name}       ${url}   ${operator}, process ${pid}`,
        ...fingerprint(id),
        "",
      ]),
      "  What the safes hold lies in .saifu and outlives this run. Ctrl-C stops everything.",
      "",
    ].join("\n"),
  );
};

main().catch(async (error) => {
  if (stopping) return;
  console.error(`\n${error.message}\n`);
  await stop();
  process.exit(1);
});
