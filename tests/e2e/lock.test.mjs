// The lock of a device: set up with two methods, opened by each, and never a state that nobody can open.

import assert from "node:assert/strict";
import { test } from "node:test";
import { authenticatorsOf } from "./lib/authenticator.mjs";
import { startSafe } from "./lib/safe.mjs";
import { startSite } from "./lib/site.mjs";
import { openWallet, walkOn } from "./lib/walk.mjs";

const PASSCODE = "kolibri farn";

/** What an owner does with the lock, on top of what they do with the wallet. */
const withLock = (wallet) => {
  const { page, says } = wallet;
  /** The screen as one comes to it: what was begun there is left. */
  const go = async (screen) => {
    if (screen === "lock") await wallet.go("settings");
    await wallet.go(screen);
  };
  const button = (name) => page.getByRole("button", { name, exact: typeof name === "string" });
  const readiness = (state, options) => page.locator(`[data-readiness=${state}]`).waitFor({ state: "attached", ...options });
  const lock = {
    button,
    goToLock: () => go("lock"),
    untilLocked: (options) => readiness("locked", options),
    untilOpen: (options) => readiness("ready", options),
    typePasscode: async (typed, again = typed) => {
      await page.getByLabel("New passcode", { exact: true }).fill(typed);
      await page.getByLabel("The same once more", { exact: true }).fill(again);
      await button("Use this passcode").click();
    },
    addPasscode: async (typed = PASSCODE) => {
      await go("lock");
      await button(/^(Passcode|Change the passcode)/).click();
      await lock.typePasscode(typed);
      await says("It is one of the methods now.");
    },
    askForPasskey: async () => {
      await go("lock");
      await button(/^Passkey/).click();
      await button("Make a passkey").click();
    },
    addPasskey: async () => {
      await lock.askForPasskey();
      await says("It is one of the methods now.");
    },
    /** Answers the words of the kit, read from its sheet. */
    addKit: async () => {
      await go("lock");
      await button(/recovery kit/i).click();
      await page.locator(".kit .words code").nth(5).waitFor();
      const words = await page.locator(".kit .words code").allTextContents();
      await button("I have it on paper").click();
      await wallet.typeWords(words.join(" "));
      await button("Use this kit").click();
      await says("It is one of the methods now.");
      return words;
    },
    switchOn: async () => {
      await button("Switch the lock on").click();
      await says("The lock is on.");
    },
    lockNow: async () => {
      await go("lock");
      await button("Lock now").click();
      await lock.untilLocked();
    },
    unlock: async (typed = PASSCODE) => {
      await page.getByLabel("Passcode", { exact: true }).fill(typed);
      await button("Unlock").click();
    },
    unlockByPasskey: () => button("Unlock with a passkey").click(),
    unlockByKit: async (words) => {
      await button("Unlock with the recovery kit").click();
      await wallet.typeWords(words.join(" "));
      await button("Unlock with the recovery kit").click();
    },
    methods: async () => {
      await go("lock");
      await wallet.heading("Lock").waitFor();
      return wallet.region("What unlocks it").locator("li .row-main > :first-child").allTextContents();
    },
    askToRemove: async (name) => {
      await go("lock");
      await button(`Remove: ${name}`).click();
      return page.getByRole("dialog", { name: "Remove this method?" });
    },
    remove: async (name) => {
      const dialog = await lock.askToRemove(name);
      const said = await dialog.innerText();
      await dialog.getByRole("button", { name: "Remove", exact: true }).click();
      return said;
    },
  };
  return Object.assign(wallet, lock);
};

const open = async (t, { site, ...options } = {}) => withLock(await openWallet(t, site ?? (await startSite(t)), options));

/** The names of what the store says about itself. */
const metaOf = (page) =>
  page.evaluate(async () => {
    const answer = (request) => new Promise((done, failed) => ((request.onsuccess = () => done(request.result)), (request.onerror = () => failed(request.error))));
    const database = await answer(indexedDB.open("saifu-wallet"));
    const names = await answer(database.transaction("meta").objectStore("meta").getAllKeys());
    database.close();
    return names;
  });

test("a lock takes two methods, and then opens by either", async (t) => {
  const wallet = await open(t);
  const { page } = wallet;
  const authenticators = await authenticatorsOf(page);
  const phone = await authenticators.add();
  await wallet.addTicket({ name: "Harbour", payload: "code of Harbour" });
  await wallet.untilHere("Harbour");

  await t.test("a passcode that is guessed at once is refused, and says why", async () => {
    await wallet.goToLock();
    await wallet.button(/^Passcode/).click();
    for (const digits of ["739105", "14.07.1986"]) {
      await wallet.typePasscode(digits);
      await wallet.says("Digits alone are refused, however many, and so with any signs between them.");
    }
    await wallet.typePasscode("Passwort1");
    await wallet.says("This passcode is too easily guessed.");
    await wallet.typePasscode(PASSCODE, "kolibri farm");
    await wallet.says("The two are not the same.");
    assert.deepEqual(await wallet.methods(), []);
  });

  await t.test("with one method it cannot be switched on, and a reload forgets it", async () => {
    await wallet.addPasscode();
    await wallet.says("One more, then the lock can be switched on.");
    assert.equal(await wallet.button("Switch the lock on").count(), 0);
    await wallet.reload();
    assert.deepEqual(await wallet.methods(), []);
    assert.ok((await metaOf(page)).includes("master-key"));
  });

  await t.test("with two it is switched on at once, and only they open it", async () => {
    await wallet.addPasscode();
    await wallet.addPasskey();
    assert.deepEqual(await wallet.methods(), ["Passcode", "Passkey"]);
    assert.ok((await metaOf(page)).includes("master-key"), "not before it is switched on");
    await wallet.switchOn();
    const names = await metaOf(page);
    assert.ok(names.includes("lock") && !names.includes("master-key"), names.join());
  });

  await t.test("locked, the page has nothing of the wallet", async () => {
    await wallet.lockNow();
    const whole = await page.evaluate(() => document.documentElement.outerHTML);
    assert.ok(!whole.includes("Harbour"));
    await page.goto(page.url().replace(/#.*/, "#/values"));
    assert.ok(!(await wallet.text()).includes("Harbour"));
  });

  await t.test("the passcode opens it, and another does not", async () => {
    await wallet.unlock("kolibri farm");
    await wallet.says("That is not the passcode.");
    await wallet.unlock();
    await wallet.untilOpen();
    assert.equal(await wallet.code("Harbour"), "code of Harbour");
  });

  await t.test("after a reload it is locked, and the passkey opens it", async () => {
    await page.reload();
    await wallet.untilLocked();
    await wallet.unlockByPasskey();
    await wallet.untilOpen();
    assert.equal(await wallet.code("Harbour"), "code of Harbour");
  });

  await t.test("an authenticator that does not know the owner again opens nothing", async () => {
    await wallet.lockNow();
    await phone.knowOwner(false);
    await wallet.unlockByPasskey();
    await wallet.says("The passkey was not shown.");
    assert.equal(await page.locator("[data-readiness=locked]").count(), 1);
    await wallet.unlock();
    await wallet.untilOpen();
  });

  await t.test("wrong passcodes make a pause that a reload does not end", async () => {
    await wallet.lockNow();
    for (const typed of ["one", "two", "three"]) {
      await wallet.unlock(typed);
      await wallet.says("That is not the passcode.");
      await wallet.button("Unlock").waitFor();
    }
    await wallet.says("Too many wrong passcodes.");
    await page.reload();
    await wallet.untilLocked();
    await wallet.says("Too many wrong passcodes.");
    await wallet.unlock();
    await wallet.says("Too many wrong passcodes.");
    await page.getByText("Too many wrong passcodes.").waitFor({ state: "detached" });
    await wallet.unlock();
    await wallet.untilOpen();
  });

  await t.test("in a second tab it is locked, too", async () => {
    const second = await wallet.context.newPage();
    await second.goto(page.url());
    await second.locator("[data-readiness=stopped]").waitFor({ state: "attached" });
    const other = withLock(walkOn(second, { url: new URL(page.url()).origin }));
    await other.button("Continue here").click();
    await other.untilLocked();
    await other.unlock();
    await other.untilOpen();
    await second.close();
    await wallet.untilLocked();
    await wallet.unlock();
    await wallet.untilOpen();
  });

  assert.deepEqual(wallet.complaints, []);
});

test("a passkey that cannot derive keys is refused, and one that is there is not taken twice", async (t) => {
  const wallet = await open(t);
  const authenticators = await authenticatorsOf(wallet.page);
  const old = await authenticators.add({ prf: false });
  await wallet.askForPasskey();
  await wallet.says("This passkey cannot derive keys (PRF), so it cannot unlock anything.");
  assert.deepEqual(await wallet.methods(), []);
  await old.remove();
  await authenticators.add();
  await wallet.addPasskey();
  await wallet.askForPasskey();
  await wallet.says("This passkey is one of the methods already.");
  assert.deepEqual(await wallet.methods(), ["Passkey"]);
});

test("the kit opens it and can be revoked; with one method left nothing is deleted", async (t) => {
  const [site, safe] = await Promise.all([startSite(t), startSafe(t)]);
  const wallet = await open(t, { site });
  await wallet.trustSafe(safe.url);
  await wallet.addPasscode();
  const words = await wallet.addKit();
  assert.equal(words.length, 6);
  await wallet.switchOn();

  await t.test("its sheet has the address of a safe, and the words are shown only once", async () => {
    await wallet.goToLock();
    await wallet.button(/^Make another recovery kit/).click();
    const sheet = wallet.page.locator(".kit");
    await sheet.getByText(safe.url).waitFor();
    await sheet.getByText("This wallet trusts fewer than two safes.").waitFor();
    await sheet.locator("svg[role=img]").waitFor();
    assert.notDeepEqual(await sheet.locator(".words code").allTextContents(), words);
    await wallet.go("settings");
  });

  await t.test("it opens the wallet, and others do not", async () => {
    await wallet.lockNow();
    await wallet.unlockByKit("lusab babad babad babad babad zogid".split(" "));
    await wallet.says("These words do not open this wallet.");
    await wallet.typeWords(words.join(" "));
    await wallet.button("Unlock with the recovery kit").click();
    await wallet.untilOpen();
  });

  await t.test("removing it warns, and kills it", async () => {
    assert.match(await wallet.remove("Recovery kit"), /Then one method is left\./);
    await wallet.says("Only one method is left.");
    assert.deepEqual(await wallet.methods(), ["Passcode"]);
    await wallet.lockNow();
    assert.equal(await wallet.button("Unlock with the recovery kit").count(), 0);
    await wallet.unlock();
    await wallet.untilOpen();
  });

  await t.test("what is backed up stays here, and says what to do", async () => {
    await wallet.addTicket({ name: "Sealed" });
    await wallet.untilHere("Sealed");
    await wallet.backUp("Sealed", "One safe, sealed");
    await wallet.go("values");
    await wallet.says("Only one method is left that unlocks this device, so nothing that lies here is deleted.");
    assert.deepEqual(await wallet.atSafes(), []);
    await wallet.page.reload();
    await wallet.untilLocked();
    await wallet.unlock();
    await wallet.untilOpen();
    await wallet.says("Only one method is left that unlocks this device, so nothing that lies here is deleted.");
    assert.deepEqual(await wallet.atSafes(), []);
  });

  await t.test("with a second method it goes on by itself", async () => {
    await wallet.addKit();
    await wallet.untilAtSafe("Sealed", { timeout: 60_000 });
  });

  await t.test("the last method goes only on purpose, and then the wallet opens by itself", async () => {
    await wallet.remove("Recovery kit");
    await wallet.says("Only one method is left.");
    const dialog = await wallet.askToRemove("Passcode");
    await dialog.getByText("It is the last one").waitFor();
    const sure = dialog.getByRole("button", { name: "Remove", exact: true });
    assert.equal(await sure.isDisabled(), true, "not without knowing what it means");
    await dialog.getByLabel("I know that the wallet then has no lock").check();
    await sure.click();
    await wallet.says("The lock is off.");
    await wallet.reload();
    assert.ok((await metaOf(wallet.page)).includes("master-key"));
  });
});

test("nothing that is typed passes from page to Worker readable", async (t) => {
  const [site, safe] = await Promise.all([startSite(t), startSafe(t)]);
  const wallet = await open(t, { site });
  const { page } = wallet;
  await page.addInitScript(() => {
    globalThis.captured = [];
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (message, ...more) {
      globalThis.captured.push(typeof message === "string" ? message : "");
      return post.call(this, message, ...more);
    };
  });
  await wallet.reload();
  await wallet.trustSafe(safe.url);
  await wallet.addTicket({ name: "Nachtzug", payload: "Sitz-4711-Fenster" });
  await wallet.untilHere("Nachtzug");
  await wallet.addPasscode();
  const words = await wallet.addKit();
  await wallet.switchOn();
  await wallet.lockNow();
  await wallet.unlock();
  await wallet.untilOpen();
  // More at once than keys lie ready: the others go by the other form.
  await wallet.go("safes");
  const ask = page.getByRole("button", { name: /^Ask/ }).first();
  await ask.waitFor();
  await ask.evaluate((button) => Array.from({ length: 12 }, () => button.click()));
  const captured = await page.evaluate(() => globalThis.captured.filter(Boolean));
  const sealed = captured.filter((message) => message.startsWith('{"sealed":'));
  assert.ok(sealed.length > 8);
  assert.ok(sealed.some((message) => message.includes('"agreed"')), "in the agreed form");
  assert.ok(sealed.some((message) => message.includes('"lasting"')), "and in the lasting one");
  for (const message of captured) {
    for (const typed of ["Nachtzug", "4711", PASSCODE, "kolibri", safe.url, "intent", "unlock", words.join("-"), words.slice(0, 2).join("-"), words.join(" ")]) {
      assert.ok(!message.includes(typed), `${typed} in ${message.slice(0, 80)}`);
    }
  }
});

test("it locks itself when nothing is touched, and shows nothing while nobody looks", async (t) => {
  const wallet = await open(t);
  const { page } = wallet;
  await wallet.addTicket({ name: "Harbour" });
  await wallet.addPasscode();
  await wallet.addKit();
  await wallet.switchOn();
  await page.getByLabel("1 min", { exact: true }).check({ force: true });
  await wallet.go("values");
  await wallet.says("Harbour");

  await t.test("hidden, it is veiled", async () => {
    const hide = (state) =>
      page.evaluate((state) => {
        Object.defineProperty(document, "visibilityState", { configurable: true, get: () => state });
        document.dispatchEvent(new Event("visibilitychange"));
      }, state);
    const shown = () => page.locator("#main").evaluate((main) => getComputedStyle(main).visibility);
    assert.equal(await shown(), "visible");
    await hide("hidden");
    assert.equal(await shown(), "hidden");
    assert.equal((await page.locator("body").innerText()).trim(), "");
    await hide("visible");
    assert.equal(await shown(), "visible");
  });

  await t.test("untouched for a minute it locks itself", async () => {
    await wallet.untilLocked({ timeout: 80_000 });
    assert.ok(!(await wallet.text()).includes("Harbour"));
    await wallet.unlock();
    await wallet.untilOpen();
    await wallet.says("Harbour");
  });
});

test("with every method lost this device's copy is erased, on purpose, and the way to restore is open", async (t) => {
  const wallet = await open(t);
  const authenticators = await authenticatorsOf(wallet.page);
  const phone = await authenticators.add();
  await wallet.addTicket({ name: "Harbour" });
  await wallet.addPasskey();
  await wallet.addKit();
  await wallet.switchOn();
  await wallet.lockNow();
  await phone.forget();
  await wallet.unlockByPasskey();
  await wallet.says("The passkey was not shown.");
  await wallet.page.getByText("Have you lost everything that unlocks it?").click();
  const erase = wallet.button("Erase this wallet");
  assert.equal(await erase.isDisabled(), true, "not without knowing what it means");
  await wallet.page.getByLabel("I know that what is in this browser only is lost").check();
  await erase.click();
  await wallet.untilOpen();
  await wallet.go("restore");
  await wallet.heading("Restore").waitFor();
  await wallet.go("values");
  assert.ok(!(await wallet.text()).includes("Harbour"));
  assert.ok((await metaOf(wallet.page)).includes("master-key"));
});
