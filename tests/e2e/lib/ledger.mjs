// What a safe has in its ledger: the very rows, read from the file of its Durable Object.

import { copyFile, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** In the order of their numbers in the ledger, which never change. */
const STATES = ["registered", "withdrawing", "withdrawn", "retired"];

const ledgerFile = async (safe) => {
  const files = await readdir(join(safe.folder, "state"), { recursive: true });
  const name = files.find((name) => /LedgerObject\/[0-9a-f]{64}\.sqlite$/.test(name));
  if (!name) throw new Error(`${safe.folder} holds no ledger`);
  return join(safe.folder, "state", name);
};

/**
 * Every entry of a safe, oldest first, and how many registrations were called off before they arrived.
 *
 * The safe may run meanwhile: what is read is a copy, and one that was copied in the middle of a write is copied again.
 */
export const readLedger = (safe) => readCopy(safe, read);

/** The guesses in a row at each name that is enrolled at a safe. */
export const readGuesses = (safe) =>
  readCopy(safe, (copy) => {
    const database = new DatabaseSync(copy);
    try {
      return database.prepare("SELECT in_a_row AS guesses FROM owner").all().map(({ guesses }) => guesses);
    } finally {
      database.close();
    }
  });

/** Makes every wait of a safe that is stopped so short: nobody can wait an hour for a test, and no screen offers less. */
export const shortenWaits = async (safe, seconds) => {
  const database = new DatabaseSync(await ledgerFile(safe));
  try {
    const { changes } = database.prepare("UPDATE hold SET wait = ?").run(seconds);
    if (changes === 0) throw new Error("nobody waits for anything there");
  } finally {
    database.close();
  }
};

/** Alters one bit of everything that a safe keeps, as a disk that rots does. It is stopped. */
export const rot = async (safe) => {
  const database = new DatabaseSync(await ledgerFile(safe));
  try {
    const kept = database.prepare("SELECT counter, seq, item, object FROM entry WHERE object IS NOT NULL").all();
    if (kept.length === 0) throw new Error("it keeps nothing");
    for (const { counter, seq, item, object } of kept) {
      const altered = Buffer.from(object);
      altered[0] ^= 1;
      database.prepare("UPDATE entry SET object = ? WHERE counter = ? AND seq = ? AND item = ?").run(altered, counter, seq, item);
    }
  } finally {
    database.close();
  }
};

/** One bit of the one object that a stopped safe keeps is another; done twice it is as it was. */
export const alterObject = async (safe) => {
  const database = new DatabaseSync(await ledgerFile(safe));
  try {
    const [{ object }, ...more] = database.prepare("SELECT object FROM entry").all();
    if (more.length > 0) throw new Error("there are several");
    const altered = Buffer.from(object);
    altered[altered.length - 1] ^= 1;
    database.prepare("UPDATE entry SET object = ?").run(altered);
  } finally {
    database.close();
  }
};

/** So many wrong guesses in a row were made at the one name that a safe knows, and the last of them is days ago. It is stopped. */
export const passGuessTime = async (safe, { guesses, days }) => {
  const database = new DatabaseSync(await ledgerFile(safe));
  try {
    const { changes } = database.prepare("UPDATE owner SET in_a_row = ?, spent = spent + ? - in_a_row, last = last - ?").run(guesses, guesses, days * 86_400);
    if (changes !== 1) throw new Error(`${changes} names are enrolled there`);
  } finally {
    database.close();
  }
};

/** Every session of an owner at a safe is over. It is stopped: nobody can wait a quarter of an hour for a test. */
export const endSessions = async (safe) => {
  const database = new DatabaseSync(await ledgerFile(safe));
  try {
    const { changes } = database.prepare("DELETE FROM session").run();
    if (changes === 0) throw new Error("there was none");
  } finally {
    database.close();
  }
};

const readCopy = async (safe, read) => {
  const file = await ledgerFile(safe);
  const folder = await mkdtemp(join(tmpdir(), "saifu-ledger-"));
  try {
    for (let attempt = 0; ; attempt += 1) {
      const copy = join(folder, `${attempt}.sqlite`);
      await copyFile(file, copy);
      // Without it everything is in the file itself.
      await copyFile(`${file}-wal`, `${copy}-wal`).catch(() => {});
      try {
        return read(copy);
      } catch (error) {
        if (attempt === 20) throw error;
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
  }
};

const nameOf = ({ dig }) => (Array.isArray(dig) ? dig[1] : null);

const read = (file) => {
  const database = new DatabaseSync(file);
  try {
    const rows = database
      .prepare("SELECT counter, state, since, hex(session) AS session, certificate, object FROM entry ORDER BY seq, item")
      .all();
    const { burned } = database.prepare("SELECT count(*) AS burned FROM batch WHERE content IS NULL").get();
    return {
      entries: rows.map(({ counter, state, since, session, certificate, object }) => ({
        counter,
        state: STATES[state],
        since,
        session: session.toLowerCase(),
        certificate,
        /** What its certificate is called; nothing where its digest is sealed. */
        name: nameOf(JSON.parse(Buffer.from(certificate.split(".")[1], "base64url"))),
        /** The registered bytes; null once they are purged. */
        object: object === null ? null : Buffer.from(object),
      })),
      burned,
    };
  } finally {
    database.close();
  }
};
