// A wallet and several real safes, each behind a proxy of its own: what tests of plans begin with.

import { readLedger } from "./ledger.mjs";
import { startSafeBehindProxy } from "./proxy.mjs";
import { startSite } from "./site.mjs";
import { openWallet } from "./walk.mjs";

/** Who runs the safes. */
export const OPERATORS = ["Akagi", "Brienz", "Corrib", "Durance"];

/**
 * A wallet that trusts so many safes of different operators: `{safes, wallet, add, alive}`. `add` puts a ticket in, `alive` answers the
 * entries that still open, at whichever safe.
 */
export const startAll = async (t, count) => {
  const safes = await Promise.all(
    OPERATORS.slice(0, count).map((name) => startSafeBehindProxy(t, { vars: { OPERATOR: name, GRACE_SECONDS: 0 } })),
  );
  const wallet = await openWallet(t, await startSite(t));
  for (const { proxy } of safes) await wallet.trustSafe(proxy.url);
  const add = async (name, more) => {
    await wallet.addTicket({ name, payload: `code of ${name}`, ...more });
    await wallet.untilHere(name);
  };
  const alive = async () => {
    const ledgers = await Promise.all(safes.map(({ safe }) => readLedger(safe).catch(() => ({ entries: [] }))));
    return ledgers.flatMap(({ entries }) => entries).filter(({ state }) => state === "registered" || state === "withdrawing");
  };
  return { safes, wallet, add, alive };
};
