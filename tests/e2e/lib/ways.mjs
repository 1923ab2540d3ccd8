// The ways in, as an owner uses them: a session at every safe, passkeys and what they ask for, and the kit.

import { setTimeout as sleep } from "node:timers/promises";
import { until } from "./until.mjs";

/** By what an owner shows who they are, as the choice is called. */
export const WITH = {
  words: "Name and six recovery words",
  kit: "Recovery kit",
  passkey: "Passkeys: one touch for each safe",
  terminal: "Saifu's own passkey: one touch for all",
};

/** For what stretches a secret at every safe, or touches something there. */
const LONG = { seconds: 180 };

export const waysOf = (wallet, site) => {
  const { page } = wallet;
  const button = (name) => page.getByRole("button", { name, exact: true });
  const each = page.locator("section[aria-labelledby^='ways-']");
  const ways = {
    button,
    by: (label) => page.getByLabel("With", { exact: true }).selectOption({ label }),
    /** Opens a session at so many safes. */
    open: async (label, words, count) => {
      await wallet.go("ways");
      await ways.by(label);
      if (words !== undefined) await wallet.typeWords(words.join(" "));
      await button("Show the ways in").click();
      if (count !== undefined) await ways.untilOpen(count);
    },
    untilOpen: (count) => until(`${count} safes are open`, async () => (await each.count()) === count, LONG),
    done: async () => {
      await button("Done").last().click();
      await button("Show the ways in").waitFor();
    },
    /**
     * Presses whatever asks for the authenticator until `over` says so. With `chooser`, an authenticator, the owner chooses the
     * passkey of the safe that asks, where the browser offers all of them.
     */
    touchUntil: (what, over, chooser) =>
      until(
        what,
        async () => {
          if (await over()) return true;
          const asks = page.getByRole("button", { name: /^(Use your passkey|Make the passkey|Show that it works)/ }).first();
          const row = page.locator("li", { has: asks }).locator(".row-main > span").first();
          const safe = chooser && (await row.textContent({ timeout: 500 }).catch(() => undefined));
          if (safe) await chooser.choose(`· ${safe}`);
          const shown = () => asks.evaluate((it) => it.closest("li")?.innerText ?? it.innerText, undefined, { timeout: 500 }).catch(() => undefined);
          const before = await shown();
          await asks.click({ timeout: 500 }).catch(() => undefined);
          // What was touched is on its way: pressed once more it would be touched once more.
          for (let looks = 0; looks < 100 && before !== undefined && (await shown()) === before; looks += 1) await sleep(40);
          return false;
        },
        LONG,
      ),
    devices: () => each.locator("li", { has: page.getByRole("button", { name: "Change…" }) }),
    /** Has so many safes take a passkey of their own each. */
    addPasskeys: async (name, count) => {
      const before = await ways.devices().count();
      await page.getByLabel("What do you call it?").fill(name);
      await button("Add it at these safes").click();
      await ways.touchUntil(`${count} passkeys open`, async () => (await ways.devices().count()) === before + count);
    },
    /** Has this wallet's own passkey open so many safes. */
    addTerminal: async (name, count) => {
      const before = await ways.devices().count();
      await page.getByLabel("What do you call it?").fill(name);
      await button("One touch for all").click();
      await until("it opens everywhere", async () => (await ways.devices().count()) === before + count, LONG);
    },
    /** Makes a kit, reads its words from the screen, as onto paper, and types them. */
    typeKit: async () => {
      await button("Make a kit").click();
      const words = wallet.main.locator(".words code");
      await words.nth(5).waitFor();
      const kit = await words.allTextContents();
      await button("I have it on paper").click();
      await wallet.typeWords(kit.join(" "));
      return kit;
    },
    /** Has so many safes take it. */
    enrolKit: async (count) => {
      await button("Use this kit").click();
      await until("it opens everywhere", async () => (await each.getByRole("button", { name: "End the kit" }).count()) === count, LONG);
    },
    makeKit: async (count) => {
      const kit = await ways.typeKit();
      await ways.enrolKit(count);
      return kit;
    },
    /** What happened at each safe, the newest first. */
    histories: async () => {
      for (const summary of await each.locator("summary").all()) await summary.click();
      return Promise.all((await each.all()).map((one) => one.locator("details li .row-main > span:first-child").allTextContents()));
    },
    read: async () => wallet.region("Your safes").locator(".chip", { hasText: /^Read$/ }).count(),
    untilRead: (count) => wallet.untilAtOwnerSafes("Read", count, LONG),
    /** Everything that the browser keeps for the site is gone; the authenticator is not. */
    wipe: async () => {
      // The session stays: with any of a page's sessions go the authenticators that DevTools plays to it.
      const session = await page.context().newCDPSession(page);
      await session.send("Storage.clearDataForOrigin", { origin: site.url, storageTypes: "all" });
      await page.reload();
      await wallet.start();
    },
    beginRestore: async (safe, label) => {
      await wallet.beginRestore(safe.url);
      await ways.by(label);
    },
    find: () => button("Find everything again").click(),
  };
  return ways;
};
