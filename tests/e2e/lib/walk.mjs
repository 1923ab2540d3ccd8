// What an owner does in the wallet, and what an owner reads there: by the roles and names of things on the screen.

import assert from "node:assert/strict";
import { launch } from "./browser.mjs";
import { PATIENCE, until } from "./until.mjs";

const exactly = (text) => new RegExp(`^${text.replaceAll(/[.+?^${}()|[\]\\*]/g, "\\$&")}$`);
const squeezed = (text) => text.replaceAll(/\s+/g, " ").trim();

/** Starts a browser and opens the wallet in it. With a `profileDir` the same wallet is opened again. */
export const openWallet = async (test, site, options) => {
  const browser = await launch(test, options);
  browser.context.setDefaultTimeout(PATIENCE * 1_000);
  const wallet = walkOn(browser.page, site);
  await wallet.start();
  return Object.assign(wallet, browser);
};

/** The wallet on one page of a browser. */
export const walkOn = (page, site) => {
  const main = page.locator("main");
  const button = (name) => page.getByRole("button", { name, exact: typeof name === "string" });
  const heading = (name) => page.getByRole("heading", { level: 1, name, exact: true });

  /** Shows a screen by its address behind the `#`. It is there, where it may be shown: not the one before. */
  const go = async (screen) => {
    const hash = `#/${screen}`;
    await page.goto(`${site.url}/${hash}`);
    await page.waitForFunction((hash) => {
      const main = document.querySelector("main[data-shows]");
      return location.hash === hash && (main === null || main.dataset.shows === hash);
    }, hash);
  };

  const region = (name) => page.getByRole("region", { name, exact: true });
  const cardIn = (place, name, chip) =>
    region(place)
      .getByRole("article")
      .filter({ has: page.getByRole("link", { name, exact: true }) })
      .filter({ has: page.locator(".chip", { hasText: exactly(chip) }) });

  /** Cards on the screen of values: what each is called and where it says to be. */
  const cardsIn = async (place) => {
    await go("values");
    return region(place)
      .getByRole("article")
      .evaluateAll((cards) =>
        cards.map((card) => ({
          name: card.querySelector(".value-name").textContent,
          chip: card.querySelector(".chip").textContent,
        })),
      );
  };

  const facts = async (within) =>
    Object.fromEntries(
      await within.locator("dl.facts > div").evaluateAll((rows) =>
        rows.map((row) => [row.querySelector("dt").textContent, row.querySelector("dd").textContent.trim()]),
      ),
    );

  /** Meets a safe by its address where one is asked for, and trusts it if it shows what the safe publishes of itself. */
  const meet = async (url) => {
    const published = await (await fetch(`${url}/.well-known/electronic-safe`)).json();
    const fingerprint = Buffer.from(published.id, "base64url").toString("hex");
    await page.getByLabel("Address of the safe").fill(url);
    await button("Ask who it is").click();
    const dialog = page.getByRole("dialog", { name: "Is this the safe you mean?" });
    await dialog.waitFor();
    const shown = await facts(dialog);
    assert.equal(shown["Key fingerprint"].replaceAll(/\s/g, "").toLowerCase(), fingerprint);
    assert.equal(shown.Operator, published.operator);
    await button("It matches, add").click();
    return published;
  };

  const wallet = {
    page,
    go,
    main,
    heading,
    facts,
    region,
    meet,

    /** Loads the page; the wallet is ready when its Worker says so. */
    start: async ({ readiness = "ready" } = {}) => {
      await page.goto(`${site.url}/#/values`);
      await page.locator(`[data-readiness=${readiness}]`).waitFor({ state: "attached" });
    },
    reload: async () => {
      await page.reload();
      await page.locator("[data-readiness=ready]").waitFor({ state: "attached" });
    },

    /** Everything that can be read on the screen, in one line. */
    text: async () => squeezed(await page.locator("body").innerText()),

    /** Waits until the screen says this. */
    says: (text) => page.locator("body", { hasText: text }).waitFor(),

    // ---- values

    /** Writes a ticket down. `place`, `remarks` and `price` may stay out. */
    fillIn: async ({ name, payload, price, place, remarks }) => {
      const fields = [["Name", name], ["Code or number (optional)", payload], ["Price of one (optional)", price], ["Place (optional)", place], ["Remarks (optional)", remarks]];
      for (const [label, text] of fields) {
        if (text !== undefined) await page.getByLabel(label, { exact: true }).fill(text);
      }
    },
    addTicket: async (ticket) => {
      await go("add");
      await wallet.fillIn(ticket);
      await button("Put it in the wallet").click();
    },
    openValue: async (name) => {
      await go("values");
      await region("In this browser").getByRole("link", { name, exact: true }).click();
    },
    /** Shows the code of a value, as at a counter, and reads it. */
    code: async (name) => {
      await wallet.openValue(name);
      await button("Show code").click();
      const code = await page.getByRole("dialog").locator(".code-text").textContent();
      await button("Done").click();
      return code;
    },
    correct: async (name, changes) => {
      await wallet.openValue(name);
      await page.getByRole("link", { name: "Correct the details" }).click();
      await heading("Correct").waitFor();
      await wallet.fillIn(changes);
      await button("Replace by this").click();
    },
    markUsed: async (name) => {
      await wallet.openValue(name);
      await button("Mark as used").click();
      await button("It was used").click();
    },
    values: () => cardsIn("In this browser"),
    atSafes: () => cardsIn("In safekeeping"),
    /** Waits until a value can be used here. */
    untilHere: async (name, options) => {
      await go("values");
      await cardIn("In this browser", name, "In this browser only").waitFor(options);
    },
    /** Waits until a value is at its safes and the certificates here. */
    untilAtSafe: async (name, options) => {
      await go("values");
      await cardIn("In safekeeping", name, "In safekeeping").waitFor(options);
    },
    /** Waits until nothing is under way, and nothing is left at safes that is to end. */
    untilQuiet: async (options) => {
      await go("values");
      await region("Under way").waitFor({ state: "detached", ...options });
      await go("certificates");
      await heading("Backups").waitFor();
      await page.locator("main .chip", { hasText: "Being ended" }).first().waitFor({ state: "detached", ...options });
    },

    // ---- safes

    /** Meets a safe by its address and trusts it, if what is shown is what the safe publishes of itself. */
    trustSafe: async (url) => {
      await go("safes/add");
      const published = await meet(url);
      await heading("Safes").waitFor();
      await page.getByRole("article").filter({ hasText: published.operator }).waitFor();
      return published;
    },

    /** Has others wait so long, as the choice is called. */
    setWait: async (time) => {
      await go("waits");
      await heading("Having others wait").waitFor();
      await page.getByRole("radio", { name: time, exact: true }).check();
    },

    // ---- back-up and recovery

    /** Presses what backs a value up, and no more: as it is suggested, or in another of the ways. */
    backUp: async (name, protection) => {
      await wallet.openValue(name);
      await page.getByRole("link", { name: "Back up", exact: true }).click();
      if (protection !== undefined) await page.getByRole("radio", { name: new RegExp(`^${protection}`) }).check();
      await button("Back up").click();
    },
    /** Likewise by one of all the ways that have a name, sealed by a fresh key or by that of the ring which is named so. */
    backUpNamed: async (name, way, { key } = {}) => {
      await wallet.openValue(name);
      await page.getByRole("link", { name: "Back up", exact: true }).click();
      await page.getByRole("link", { name: "More ways" }).click();
      await page.getByLabel("Start from").selectOption({ label: way });
      if (key !== undefined) await page.getByLabel("Which key seals").selectOption({ label: key });
      await button("Back up").click();
    },
    openBackup: async (name) => {
      await go("certificates");
      await main.getByRole("listitem").filter({ hasText: name }).getByRole("link").click();
      await region("Where it lies").waitFor();
    },
    /** The certificate of a value that was registered as it is. */
    openCertificate: async (name) => {
      await go("certificates");
      await main.getByRole("listitem").filter({ hasText: name }).getByRole("link").click();
      await heading("Certificate").waitFor();
    },
    /** What stands on it. */
    paper: () => facts(page.getByRole("article", { name: "Certificate of registration" })),
    /** Its text. */
    compactAlone: async () => {
      await page.getByText("The certificate as text").click();
      return main.locator("code.compact").textContent();
    },
    /** What it shows of the safe's receipt. */
    receipt: () => facts(region("Signed receipt of the safe")),
    /** Presses what recovers it, and no more. */
    recoverAlone: async (name) => {
      await wallet.openCertificate(name);
      await button(/^(Recover|Ask the safe again)$/).click();
    },
    discardCertificate: async (name) => {
      await wallet.openCertificate(name);
      await button("Discard…").click();
      const sure = button("Discard");
      assert.equal(await sure.isDisabled(), true, "not without knowing what it means");
      await page.getByLabel("I know that the value at the safe is lost as well").check();
      await sure.click();
    },
    /** The parts of the backup that is open: where each is, what it is and how it stands. */
    parts: () =>
      region("Where it lies")
        .getByRole("listitem")
        .evaluateAll((rows) =>
          rows.map((row) => {
            const [safe, what] = [...row.querySelectorAll(".row-main > span")].map((it) => it.textContent);
            return { safe, what, state: row.querySelector(".chip").textContent };
          }),
        ),
    /** Presses what recovers a value, and no more. */
    recover: async (name) => {
      await wallet.openBackup(name);
      await button(/^(Recover|Ask the safe again)$/).click();
    },
    giveUp: async (name) => {
      await wallet.openBackup(name);
      await button("Give up…").click();
      const sure = button("Discard");
      assert.equal(await sure.isDisabled(), true, "not without knowing what it means");
      await page.getByLabel("I know that what lies at the safes is lost as well").check();
      await sure.click();
    },
    /** The certificate of the first part of the backup that is open, as text. */
    compact: async () => {
      await region("Where it lies").getByRole("link").first().click();
      await page.getByText("The certificate as text").click();
      return main.locator("code.compact").textContent();
    },
    /** Shows the bearer papers of a backup and reads them. */
    handOver: async (name, { withKey } = {}) => {
      await wallet.openBackup(name);
      await page.getByRole("link", { name: "Hand over…" }).click();
      await heading("Hand over").waitFor();
      if (withKey !== undefined) await page.getByLabel("Hand the key over, too").setChecked(withKey);
      await button("Show").click();
      await wallet.says("Bearer: whoever reads this has it");
      return main.locator("code.compact").allTextContents();
    },
    saysHandedOver: async () => {
      await button("It has been handed over").click();
      await button("Delete it here").click();
      await heading("Backups").waitFor();
    },
    takeOver: async (text) => {
      await go("certificates");
      await page.getByRole("link", { name: "Take over…" }).click();
      await heading("Take over").waitFor();
      await page.getByLabel("Text of the papers").fill(text);
      await button("Take over").click();
      await heading("Backups").waitFor();
    },
    /** What every backup is called. */
    backups: async () => {
      await go("certificates");
      await heading("Backups").waitFor();
      return main
        .locator("a[href^='#/backup/'], a[href^='#/certificate/']")
        .evaluateAll((links) => links.map((link) => link.querySelector(".row-main > span").textContent));
    },

    // ---- keys

    /** Every key: what it is called, what it opens and what of it is here. */
    keys: async () => {
      await go("keys");
      await heading("Keys").waitFor();
      return main.locator("a[href^='#/key/']").evaluateAll((links) =>
        links.map((link) => {
          const [name, note] = link.querySelectorAll(".row-main > span");
          return { name: name.textContent, opens: note.firstChild.textContent.trim(), here: note.querySelector(".chip").textContent };
        }),
      );
    },
    openKey: async (name) => {
      await go("keys");
      await main.getByRole("link", { name: new RegExp(name) }).click();
      await region("What it opens").waitFor();
    },

    makeKey: async (form) => {
      const before = (await wallet.keys()).length;
      await page.getByLabel("Kind of key").selectOption(form);
      await button("Make").click();
      await until("it is made", async () => (await wallet.keys()).length > before);
    },
    /** Presses what registers a key at safes, and no more. */
    backUpKey: async (name, operators, { erase = false } = {}) => {
      await wallet.openKey(name);
      for (const operator of operators) await page.getByRole("checkbox", { name: new RegExp(`^${operator}`) }).check();
      await page.getByLabel("Erase the key here once it is registered").setChecked(erase);
      await button("Back the key up").click();
    },

    // ---- the owner

    /** Makes six words and reads them from the screen, as onto paper. */
    makeWords: async (name) => {
      await go("recovery");
      await page.getByLabel("Your name", { exact: true }).fill(name);
      await button("Make my six words").click();
      await main.locator(".words code").nth(5).waitFor();
      return main.locator(".words code").allTextContents();
    },
    /** Types them from the paper, and has the safes know them. */
    enrol: async (words) => {
      await button("I have written them down").click();
      await wallet.typeWords(words.join(" "));
      await button("Enrol at my safes").click();
    },
    /** Has the safe with the key of a backup fetch the rest of it. */
    fetch: async (name, words, then) => {
      await wallet.openBackup(name);
      if (then !== undefined) await page.getByLabel("When it is here").selectOption({ label: then });
      await wallet.typeWords(words.join(" "));
      await button("Fetch").click();
    },
    /** Makes six others in their place. Answers them. */
    changeWords: async (words) => {
      await go("recovery");
      await button("Change the words").click();
      await main.locator(".words code").nth(5).waitFor();
      const next = await main.locator(".words code").allTextContents();
      await button("I have written them down").click();
      await page.getByLabel("The words so far", { exact: true }).fill(words.join(" "));
      await page.getByLabel("The new words", { exact: true }).fill(next.join(" "));
      await button("Change them at my safes").click();
      return next;
    },
    typeWords: (typed) => page.getByLabel(/^The six (recovery words|words of the kit)$/).fill(typed),
    /** Waits until this is true of so many safes of the owner's. */
    untilAtOwnerSafes: (chip, count, options) =>
      until(`${count} × ${chip}`, async () => (await region("Your safes").locator(".chip", { hasText: exactly(chip) }).count()) === count, options),
    /** Trusts the one safe whose address is on the paper. */
    beginRestore: async (url) => {
      await go("restore");
      await meet(url);
      await page.getByLabel("Your name", { exact: true }).waitFor();
    },
    /** Asks that safe for everything. */
    restore: async (name, words) => {
      await page.getByLabel("Your name", { exact: true }).fill(name);
      await wallet.typeWords(words);
      await button("Find everything again").click();
    },
    /** What was found and could come back. */
    found: () => region("What was found").getByRole("listitem").allTextContents(),
    recoverFound: async (...names) => {
      if (names.length === 0) await page.getByLabel("All", { exact: true }).check();
      for (const name of names) await page.getByLabel(name, { exact: true }).check();
      await button(/^Recover \d+$/).click();
      await heading("Wallet").waitFor();
    },

    // ---- what is under way, and what has to be known

    /** What is under way: a line for each. */
    jobs: async () => {
      await go("values");
      const lines = await region("Under way").getByRole("listitem").evaluateAll((all) => all.map((line) => line.innerText));
      return lines.map(squeezed);
    },
    /** Has what waits tried at once. If it is tried by itself in that moment there is nothing to press. */
    tryNow: async () => {
      await go("values");
      // By a script: where attempts come and go fast the button never stands still for long enough.
      await button("Try now")
        .first()
        .dispatchEvent("click", {}, { timeout: 3_000 })
        .catch((gone) => {
          if (gone.name !== "TimeoutError") throw gone;
        });
    },
    callOff: async () => {
      await go("values");
      await button("Call off").click();
    },
    /** Notices that are not acknowledged: what happened and what to do now. */
    notices: async () => {
      await go("notices");
      await heading("Notices").waitFor();
      return main.locator(".notice").evaluateAll((all) =>
        all.map((notice) => ({
          what: notice.querySelector(".notice-what").textContent,
          now: notice.querySelector(".notice-now").textContent,
        })),
      );
    },
    /** Waits for a notice, checks that it has both halves, and answers it. */
    untilNotice: (what) =>
      until(`a notice that says ${what}`, async () => {
        const found = (await wallet.notices()).find((notice) => what.test(notice.what));
        if (found) assert.ok(found.now.length > 20, `says what to do now: ${found.now}`);
        return found;
      }),
    acknowledge: async (what) => {
      await go("notices");
      const notice = main.locator(".notice").filter({ has: page.locator(".notice-what", { hasText: what }) });
      await notice.getByRole("button", { name: "I have seen it" }).click();
      await notice.waitFor({ state: "detached" });
    },

    // ---- settings

    setCapacity: async (kilobytes) => {
      await go("settings");
      await page.getByLabel("Room for values, in KB").fill(String(kilobytes));
      await button("Apply").click();
      await page.locator(".num", { hasText: new RegExp(` of ${kilobytes.toLocaleString("en")} KB$`) }).waitFor();
    },
    /** The account of every value that ever came in. Fails where it does not add up. */
    account: async () => {
      await go("settings");
      const place = region("Every value accounted for");
      const shown = await facts(place);
      assert.equal(await place.locator(".chip").textContent(), "In order");
      const number = (name) => Number(shown[name].replaceAll(",", ""));
      const account = {
        cameIn: number("Came into the wallet"),
        here: number("In this wallet"),
        atSafes: number("At safes"),
        used: number("Used"),
        discarded: number("Discarded"),
        elsewhere: number("Handed over, or proven to be elsewhere"),
      };
      const { cameIn, ...places } = account;
      assert.equal(cameIn, Object.values(places).reduce((sum, count) => sum + count), JSON.stringify(account));
      return account;
    },
  };
  return wallet;
};

/** A part of the account; whatever is not named is 0. */
export const accountOf = (parts) => ({ cameIn: 0, here: 0, atSafes: 0, used: 0, discarded: 0, elsewhere: 0, ...parts });
