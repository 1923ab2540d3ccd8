// What sealing and opening cost in this browser: by the crate and by WebCrypto, by size; and in a wallet of many items, with
// WebCrypto and without. Everything is interleaved; medians and, in brackets, minima. Run it on a machine that is otherwise idle:
//
//     scripts/in-env.sh node tests/bench/vault.mjs [rounds] [items]

import { buildExampleSite, openTab, start } from "../e2e/lib/example.mjs";

const rounds = Number(process.argv[2] ?? 15);
const items = Number(process.argv[3] ?? 10_000);
const SIZES = [64, 256, 512, 1024, 2048, 4096, 16_384, 32_768, 65_536, 262_144];

const cleanUps = [];
const test = { after: (work) => cleanUps.push(work) };
const folder = await buildExampleSite("saifu-wallet-web", "vault_bench", "bench", { optimized: true });
const { worker, context, site } = await start(test, folder);

const measured = await worker.evaluate(
  async ([rounds, items, SIZES]) => {
    const times = {};
    const time = async (name, repeat, work) => {
      const before = performance.now();
      await work(repeat);
      (times[name] ??= []).push((performance.now() - before) / repeat);
    };
    const WAYS = ["sealHere", "sealThere", "openHere", "openThere", "openThereAtOnce"];
    const benches = [];
    for (const size of SIZES) benches.push([size, await bench.Bench.make(size)]);
    for (let round = 0; round <= rounds; round += 1) {
      for (const [size, bench] of benches) {
        // Enough for the clock, whose steps are coarse.
        const repeat = Math.max(8, Math.round(400_000 / (size + 2_000)));
        for (const way of WAYS) await time(`${way} ${size}`, repeat, (repeat) => bench[way](repeat));
      }
      // The first round warms up.
      if (round === 0) for (const name in times) delete times[name];
    }

    const filled = await bench.Filled.make(`bench-${items}`, items);
    const [pages, bytes] = filled.sizes();
    const { importKey } = SubtleCrypto.prototype;
    const without = () => Promise.reject(new Error("none for this measurement"));
    for (let round = 0; round <= rounds; round += 1) {
      for (const [who, way] of [["webcrypto", importKey], ["crate", without]]) {
        SubtleCrypto.prototype.importKey = way;
        await time(`store ${who}`, 1, () => filled.openStore());
        await time(`wallet ${who}`, 1, () => filled.openWallet());
        await time(`relaxed ${who}`, 20, (repeat) => filled.commit(repeat, false));
        await time(`strict ${who}`, 20, (repeat) => filled.commit(repeat, true));
      }
      if (round === 0) for (const name in times) if (/webcrypto|crate/.test(name)) delete times[name];
    }
    SubtleCrypto.prototype.importKey = importKey;
    return { times, pages, bytes, agent: navigator.userAgent };
  },
  [rounds, items, SIZES],
);
// As an owner opens it: the first thing a new Worker does, before anything is compiled for speed.
for (let round = 0; round < rounds; round += 1) {
  for (const who of ["webcrypto", "crate"]) {
    const { page, worker } = await openTab(context, site);
    const took = await worker.evaluate(
      async ([who, items]) => {
        if (who === "crate") SubtleCrypto.prototype.importKey = () => Promise.reject(new Error("none for this measurement"));
        const filled = bench.Filled.again(`bench-${items}`);
        const before = performance.now();
        await filled.openWallet();
        return performance.now() - before;
      },
      [who, items],
    );
    (measured.times[`first ${who}`] ??= []).push(took);
    await page.close();
  }
}
for (const work of cleanUps.reverse()) await work();

const shown = (name, unit) => {
  const sorted = measured.times[name].toSorted((one, other) => one - other);
  const at = (place) => (sorted[place] * unit).toPrecision(3);
  return `${at(sorted.length >> 1)} (${at(0)})`.padStart(18);
};
console.log(`${measured.agent}; ${rounds} rounds\n\nmicroseconds for one`);
console.log(["bytes", "seal: crate", "WebCrypto", "open: crate", "WebCrypto", "many at once"].map((word) => word.padStart(18)).join(""));
for (const size of SIZES) {
  const row = ["sealHere", "sealThere", "openHere", "openThere", "openThereAtOnce"].map((way) => shown(`${way} ${size}`, 1000));
  console.log(String(size).padStart(18) + row.join(""));
}
console.log(`\nmilliseconds, with ${items} items in ${measured.pages} pages of ${measured.bytes} bytes`);
console.log(["", "crate", "WebCrypto"].map((word) => word.padStart(18)).join(""));
for (const [what, title] of Object.entries({
  first: "wallet opened, cold",
  store: "store opened",
  wallet: "wallet opened",
  relaxed: "page and body, relaxed",
  strict: "page and body, strict",
})) {
  console.log(title.padEnd(24) + shown(`${what} crate`, 1) + shown(`${what} webcrypto`, 1));
}
