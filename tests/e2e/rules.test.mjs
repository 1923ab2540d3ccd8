// Rules at work in a real browser with a real safe: a time of day, a battery, a connection that is lost and comes back, a
// browser that runs out of room, a wallet that does.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startAll } from "./lib/spread.mjs";
import { until } from "./lib/until.mjs";
import { accountOf } from "./lib/walk.mjs";

/**
 * A stand-in for the battery, at the browser's own API: no machine that runs tests has one that falls when it is told to.
 * What the page makes of it is real.
 */
const standInForBattery = () => {
  const battery = Object.assign(new EventTarget(), { level: 0.9, charging: false });
  globalThis.tellBattery = (level, charging) => {
    Object.assign(battery, { level, charging });
    battery.dispatchEvent(new Event("levelchange"));
    battery.dispatchEvent(new Event("chargingchange"));
  };
  Object.defineProperty(Navigator.prototype, "getBattery", { configurable: true, value: async () => battery });
};

/** Likewise for the room the browser leaves: this Chromium says 10 GiB whatever the developer tools set the quota to. */
const standInForRoom = () => {
  globalThis.roomLeft = 10 * 2 ** 30;
  StorageManager.prototype.estimate = async () => ({ usage: 1_000, quota: 1_000 + globalThis.roomLeft });
};

/** A wallet with one safe, whose owner makes rules. */
const start = async (t) => {
  const { wallet, add } = await startAll(t, 1);
  await wallet.context.addInitScript(standInForBattery);
  await wallet.context.addInitScript(standInForRoom);
  await wallet.reload();
  const { page, region } = wallet;

  /** Makes a rule for movie tickets: which moment, and what is filled in there. */
  const make = async (name, moment, fill = async () => {}) => {
    await wallet.go("rule");
    await page.getByLabel("Name of the rule").fill(name);
    await region("What is done").getByLabel("Protection", { exact: true }).selectOption({ label: "One safe, sealed" });
    await region("When").getByLabel("Moment").nth(1).selectOption({ label: moment });
    await fill(region("When"));
    await page.getByRole("button", { name: "Save the rule" }).click();
    await wallet.heading("Automatic backup").waitFor();
    await region(name).waitFor();
  };
  const remove = async (name) => {
    await wallet.go("rules");
    await region(name).getByRole("link", { name: "Change the rule" }).click();
    await page.getByRole("button", { name: "Delete the rule" }).click();
    await region(name).waitFor({ state: "detached" });
  };
  /** The first line of what the rules have done. */
  const done = async () => {
    await wallet.go("rules");
    const text = await region("What the rules have done").innerText();
    return text.replaceAll(/\s+/g, " ").trim();
  };
  const battery = (level, charging) => page.evaluate(([level, charging]) => globalThis.tellBattery(level, charging), [level, charging]);
  const number = (value) => async (when) => {
    await when.getByRole("spinbutton").fill(String(value));
    await when.getByRole("spinbutton").press("Tab");
  };
  return { wallet, add, make, remove, done, battery, number };
};

test("rules that are due by themselves", async (t) => {
  const { wallet, add, make, remove, done, battery, number } = await start(t);
  const { page, region } = wallet;

  await t.test("two are shipped, and nothing runs before they are switched on", async () => {
    await wallet.go("rules");
    for (const name of ["Not usable within a month", "Held longer than 30 days"]) {
      assert.equal(await region(name).getByLabel("On", { exact: true }).isChecked(), false);
    }
    await wallet.says("Each time a rule moves something, it is written down here.");
  });

  await t.test("what a rule means is shown while it is put together, and what it leaves apart, and why", async () => {
    await add("Preview");
    await wallet.go("rule");
    await region("What it means now").getByText("Left apart: 1 value").click();
    await wallet.says("Preview: there are too few safes for its protection");
    await region("What is done").getByLabel("Protection", { exact: true }).selectOption({ label: "One safe, sealed" });
    await region("What it means now").getByText("Right now it would back up 1 value:").waitFor();
    await region("Which values").getByLabel("Condition").nth(1).selectOption({ label: "Its name" });
    await wallet.says("Something is not filled in yet, or cannot be read.");
    await page.getByLabel("Which text").fill("other");
    await page.getByLabel("Which text").press("Tab");
    await region("What it means now").getByText("Right now it would back up nothing.").waitFor();
    await page.getByLabel("Which text").fill("preview");
    await page.getByLabel("Which text").press("Tab");
    await region("What it means now").getByText("Right now it would back up 1 value:").waitFor();
    await wallet.markUsed("Preview");
  });

  await t.test("a battery that falls", async () => {
    await make("Low", "The battery falls below", number(20));
    await add("Battery");
    await battery(0.5, false);
    await battery(0.1, false);
    await wallet.untilAtSafe("Battery");
    assert.match(await done(), /Low: Backed up 1 value\. Battery .* when the battery falls below 20 %/);
  });

  await t.test("it falls once: what comes in while it is low stays", async () => {
    await add("Later");
    await battery(0.09, false);
    await wallet.go("rules");
    await wallet.untilHere("Later");
  });

  await t.test("a charger", async () => {
    await remove("Low");
    await make("Charging", "The charger is connected");
    await battery(0.09, true);
    await wallet.untilAtSafe("Later");
    await remove("Charging");
  });

  await t.test("a connection that is lost and comes back", async () => {
    await add("Offline");
    await make("On line", "The connection gets better");
    await wallet.context.setOffline(true);
    await page.getByText("This device is off-line, so no safe can be tried.").waitFor();
    await wallet.context.setOffline(false);
    await wallet.untilAtSafe("Offline");
    await remove("On line");
  });

  await t.test("a browser that leaves little room", async () => {
    await add("Quota");
    await make("Little room", "Room falls below", number(900_000));
    await page.evaluate(() => (globalThis.roomLeft = 500_000));
    await battery(0.8, true);
    await wallet.untilAtSafe("Quota");
    await page.evaluate(() => (globalThis.roomLeft = 10 * 2 ** 30));
    await remove("Little room");
  });

  await t.test("a time of day", async () => {
    const inMinutes = (count) => new Date(Date.now() + count * 60_000);
    const clock = (time) => `${String(time.getHours()).padStart(2, "0")}:${String(time.getMinutes()).padStart(2, "0")}`;
    await add("Evening");
    const soon = inMinutes(2);
    await make("By the clock", "At a time of day", async (when) => {
      await when.getByLabel("Time", { exact: false }).fill(clock(soon));
      await when.getByLabel("Time", { exact: false }).press("Tab");
    });
    await wallet.untilAtSafe("Evening", { timeout: 240_000 });
    assert.match(await done(), new RegExp(`By the clock: Backed up 1 value\\. Evening .* at ${clock(soon)}`));
    await remove("By the clock");
  });

  await t.test("a rule that is run because its owner wants it now, on or off", async () => {
    await add("Now");
    await make("By hand", "Only when I ask");
    await region("By hand").getByRole("button", { name: "Run now" }).click();
    await wallet.untilAtSafe("Now");
    assert.match(await done(), /By hand: Backed up 1 value\. Now .* because you asked for it/);
    assert.deepEqual(await wallet.account(), accountOf({ cameIn: 7, atSafes: 6, used: 1 }));
  });
  assert.deepEqual(wallet.complaints.filter((it) => !it.includes("ERR_INTERNET_DISCONNECTED")), []);
});

test("a wallet that is full", async (t) => {
  const { wallet, add, make } = await start(t);
  const { page, region } = wallet;
  const large = { remarks: "x".repeat(500) };
  await wallet.setCapacity(1);
  await make("Away", "Only when I ask");
  await add("First", large);

  await t.test("asks its owner, who has it back up by the rules, and what was interrupted goes on", async () => {
    await wallet.addTicket({ name: "Second", payload: "code of Second", ...large });
    await wallet.says("Waits for room in the wallet. Nothing is lost.");
    await wallet.go("values");
    await wallet.says(/It would free \d+ bytes\./);
    await page.getByRole("button", { name: "Back up by my rules and go on" }).click();
    await wallet.untilHere("Second");
    await wallet.untilAtSafe("First");
    assert.equal(await wallet.code("Second"), "code of Second");
  });

  await t.test("makes room by itself if its owner wants that", async () => {
    await wallet.go("rules");
    await page.getByLabel("Make room by the rules that are on").check();
    await until("it is kept", () => page.getByLabel("Make room by the rules that are on").isChecked());
    await wallet.addTicket({ name: "Third", payload: "code of Third", ...large });
    await wallet.untilHere("Third");
    await wallet.untilAtSafe("Second");
    await wallet.recover("First");
    await wallet.untilHere("First");
    await wallet.untilAtSafe("Third");
    await wallet.untilQuiet();
    assert.deepEqual(await wallet.account(), accountOf({ cameIn: 3, here: 1, atSafes: 2 }));
    await wallet.go("rules");
    await region("What the rules have done").getByText(/because \d+ bytes of room were missing/).first().waitFor();
  });
});
