// The wallet store on IndexedDB in a real Chromium, in a Worker and with its profile on disk: every case of the contract
// that all stores share (tests/store-contract), and then what only IndexedDB can suffer.

import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, test } from "node:test";
import { launch } from "./lib/browser.mjs";
import { buildExampleSite, openTab, start } from "./lib/example.mjs";

let folder;
before(async () => {
  folder = await buildExampleSite("saifu-wallet-web", "store_contract", "store");
});

const BODY = `body/${"A".repeat(22)}`;
const FLOW = `flow/${"A".repeat(22)}`;

/** Functions for use inside the Worker: what the adapter cannot be asked, its database can. */
const withHelpers = (worker) =>
  worker.evaluate(() => {
    const request = (asked) =>
      new Promise((done, failed) => {
        asked.onsuccess = () => done(asked.result);
        asked.onerror = () => failed(asked.error);
      });
    /** Does something with a store of the database, around the adapter. */
    globalThis.raw = async (database, store, work) => {
      const opened = await request(indexedDB.open(database));
      try {
        const transaction = opened.transaction(store, "readwrite");
        const finished = new Promise((done, failed) => {
          transaction.oncomplete = done;
          transaction.onabort = () => failed(transaction.error);
        });
        const result = await work(transaction.objectStore(store), request);
        await finished;
        return result;
      } finally {
        opened.close();
      }
    };
    globalThis.refusal = (database) => store.open(database).then(() => "opened", (error) => error.message);
    globalThis.recordsOf = async (database) => (await store.open(database)).records.sort();
  });

test("the contract of every wallet store", async (t) => {
  const { worker, complaints } = await start(t, folder);
  const cases = await worker.evaluate(() => store.cases());
  assert.ok(cases.length >= 14);
  for (const name of cases) {
    await t.test(name, () => worker.evaluate((name) => store.runCase(name), name));
  }
  assert.deepEqual(complaints, []);
});

test("what IndexedDB can suffer", async (t) => {
  const { site, context, page, worker, complaints } = await start(t, folder);
  await withHelpers(worker);

  await t.test("a failing step leaves nothing", async () => {
    const result = await worker.evaluate(
      async ([BODY, FLOW]) => {
        const handle = await store.open("step");
        const first = await handle.commit(handle.version, ["ledger=before"], [], true);
        const put = IDBObjectStore.prototype.put;
        let puts = 0;
        IDBObjectStore.prototype.put = function (...given) {
          puts += 1;
          if (puts === 3) throw new DOMException("planted", "DataError");
          return put.apply(this, given);
        };
        const second = await handle.commit(handle.version + 1, [`${BODY}=x`, `${FLOW}=x`, "ledger=x"], ["ledger"], true);
        IDBObjectStore.prototype.put = put;
        const body = await handle.body(BODY);
        const third = await handle.commit(handle.version + 1, [], [], true);
        return { first, second, third, body, records: await recordsOf("step") };
      },
      [BODY, FLOW],
    );
    assert.deepEqual(result, { first: "stored", second: "failed", third: "stored", body: undefined, records: ["ledger=before"] });
    assert.match(complaints.pop(), /a transaction was not stored: DataError/);
  });

  await t.test("strict durability is asked for where it is said, and for the keys", async () => {
    const asked = await worker.evaluate(async () => {
      const transaction = IDBDatabase.prototype.transaction;
      let asked = [];
      IDBDatabase.prototype.transaction = function (stores, mode, options) {
        if (mode === "readwrite") asked.push(options?.durability);
        return transaction.call(this, stores, mode, options);
      };
      const seen = () => asked.splice(0);
      const handle = await store.open("durability");
      const keys = seen();
      await handle.commit(handle.version, [], [], true);
      const strict = seen();
      await handle.commit(handle.version + 1, [], [], false);
      const relaxed = seen();
      IDBDatabase.prototype.transaction = transaction;
      return { keys, strict, relaxed };
    });
    assert.deepEqual(asked, { keys: ["relaxed", "strict"], strict: ["strict"], relaxed: ["relaxed"] });
  });

  await t.test("a connection that was closed is opened again", async () => {
    const result = await worker.evaluate(async (BODY) => {
      const transaction = IDBDatabase.prototype.transaction;
      let connection;
      IDBDatabase.prototype.transaction = function (...given) {
        connection = this;
        return transaction.apply(this, given);
      };
      const handle = await store.open("closed");
      const results = [];
      // As the browser does it when it tells, and when it does not.
      for (const tell of [true, false]) {
        connection.close();
        if (tell) connection.dispatchEvent(new Event("close"));
        results.push(await handle.commit(handle.version + results.length, [`${BODY}=${tell}`], [], true));
      }
      connection.close();
      results.push(await handle.body(BODY));
      IDBDatabase.prototype.transaction = transaction;
      return results;
    }, BODY);
    assert.deepEqual(result, ["stored", "stored", "false"]);
  });

  await t.test("a transaction that is lost with its connection is known for what it was", async () => {
    const result = await worker.evaluate(async () => {
      const handle = await store.open("lost");
      const put = IDBObjectStore.prototype.put;
      // Aborted under way: nothing of it is stored.
      IDBObjectStore.prototype.put = function (...given) {
        const asked = put.apply(this, given);
        this.transaction.abort();
        IDBObjectStore.prototype.put = put;
        return asked;
      };
      const aborted = await handle.commit(handle.version, [], [], true);
      // Stored, but all that is heard of it is the loss.
      const transaction = IDBDatabase.prototype.transaction;
      IDBDatabase.prototype.transaction = function (...given) {
        const begun = transaction.apply(this, given);
        begun.addEventListener("complete", (event) => {
          event.stopImmediatePropagation();
          begun.dispatchEvent(new Event("abort"));
        });
        IDBDatabase.prototype.transaction = transaction;
        return begun;
      };
      const stored = await handle.commit(handle.version, ["ledger=stored"], [], true);
      return { aborted, stored, records: await recordsOf("lost") };
    });
    assert.deepEqual(result, { aborted: "failed", stored: "stored", records: ["ledger=stored"] });
    assert.equal(complaints.splice(0).length, 2);
  });

  await t.test("a newer wallet may change the database at any time, and this one refuses it then", async () => {
    const result = await worker.evaluate(async () => {
      const handle = await store.open("structure");
      await new Promise((done, failed) => {
        const opening = indexedDB.open("structure", 3);
        opening.onblocked = () => failed(new Error("the open store stands in the way"));
        opening.onsuccess = () => (opening.result.close(), done());
      });
      return { commit: await handle.commit(handle.version, [], [], true), open: await refusal("structure") };
    });
    assert.deepEqual(result, { commit: "failed", open: "newer" });
    complaints.splice(0);
  });

  await t.test("a newer format is refused and left as it is", async () => {
    const result = await worker.evaluate(async () => {
      await store.open("format");
      await raw("format", "meta", (meta) => meta.put(2, "format"));
      const version = () => raw("format", "meta", (meta, request) => request(meta.get("version")));
      const before = await version();
      return { refusal: await refusal("format"), same: String(before) === String(await version()) };
    });
    assert.deepEqual(result, { refusal: "newer", same: true });
  });

  await t.test("damage is seen, and nothing is repaired over it", async () => {
    const damages = {
      "a flipped bit": (name) =>
        raw(name, "records", async (records, request) => {
          const sealed = await request(records.get("ledger"));
          sealed[sealed.length - 1] ^= 1;
          records.put(sealed, "ledger");
        }),
      "two records exchanged": (name) =>
        raw(name, "records", async (records, request) => {
          const [one, two] = [await request(records.get("page/00000000")), await request(records.get("page/00000001"))];
          records.put(two, "page/00000000");
          records.put(one, "page/00000001");
        }),
      "a cut record": (name) => raw(name, "records", (records) => records.put(new Uint8Array(5), "ledger")),
      "something that is no record": (name) => raw(name, "records", (records) => records.put("text", "ledger")),
      "no master key": (name) => raw(name, "meta", (meta) => meta.delete("master-key")),
      "a damaged master key": (name) =>
        raw(name, "meta", async (meta, request) => {
          const wrapped = await request(meta.get("master-key"));
          wrapped[20] ^= 1;
          meta.put(wrapped, "master-key");
        }),
      "another device key": async (name) => {
        const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
        await raw(name, "meta", (meta) => meta.put(key, "device-key"));
      },
      "no version": (name) => raw(name, "meta", (meta) => meta.delete("version")),
      "no format": (name) => raw(name, "meta", (meta) => meta.delete("format")),
      "no keys at all, but records": (name) => raw(name, "meta", (meta) => meta.clear()),
    };
    for (const [what, damage] of Object.entries(damages)) {
      const name = `damage: ${what}`;
      await worker.evaluate(async (name) => {
        const handle = await store.open(name);
        await handle.commit(handle.version, ["ledger=x", "page/00000000=x", "page/00000001=y"], [], true);
      }, name);
      await worker.evaluate(damage, name);
      const found = await worker.evaluate((name) => refusal(name), name);
      assert.equal(found, "damaged", what);
    }
    const body = await worker.evaluate(async (BODY) => {
      const handle = await store.open("damaged body");
      await handle.commit(handle.version, [`${BODY}=x`, "ledger=x"], [], true);
      await raw("damaged body", "bodies", (bodies) => bodies.put(new Uint8Array(40), BODY));
      const again = await store.open("damaged body");
      return { body: await again.body(BODY), records: again.records };
    }, BODY);
    assert.deepEqual(body, { body: undefined, records: ["ledger=x"] }, "one body costs no more than itself");
  });

  await t.test("where the browser refuses to store, the store does not open", async () => {
    const result = await worker.evaluate(async () => {
      const real = Object.getOwnPropertyDescriptor(WorkerGlobalScope.prototype, "indexedDB");
      const refusals = [];
      const pretend = async (get) => {
        Object.defineProperty(globalThis, "indexedDB", { configurable: true, get });
        refusals.push(await refusal("refused"));
        delete globalThis.indexedDB;
      };
      await pretend(() => {
        throw new DOMException("planted", "SecurityError");
      });
      await pretend(() => undefined);
      await pretend(() => ({
        __proto__: IDBFactory.prototype,
        open: () => {
          throw new DOMException("planted", "SecurityError");
        },
      }));
      return { refusals, restored: real.get.call(globalThis) === indexedDB };
    });
    assert.deepEqual(result, { refusals: ["blocked", "blocked", "blocked"], restored: true });
    complaints.splice(0);
  });

  await t.test("two that make the store at the same time make one", async () => {
    const result = await worker.evaluate(async () => {
      const handles = await Promise.all([store.open("twins"), store.open("twins")]);
      handles.sort((one, other) => one.version - other.version);
      const [slow, fast] = handles;
      return [await slow.commit(slow.version, ["ledger=slow"], [], true), await fast.commit(fast.version, ["ledger=fast"], [], true), await recordsOf("twins")];
    });
    assert.deepEqual(result, ["fenced", "stored", ["ledger=fast"]]);
    complaints.splice(0);
  });

  await t.test("of two tabs the slower is fenced", async () => {
    const other = await openTab(context, site);
    const open = () => store.open("tabs").then((handle) => void (globalThis.handle = handle));
    await worker.evaluate(open);
    await other.worker.evaluate(open);
    const commit = (text) => handle.commit(handle.version, [`ledger=${text}`], [], true);
    assert.equal(await worker.evaluate(commit, "slow"), "fenced");
    assert.equal(await other.worker.evaluate(commit, "fast"), "stored");
    assert.equal(await worker.evaluate(commit, "slow"), "fenced");
    assert.deepEqual(await worker.evaluate(() => recordsOf("tabs")), ["ledger=fast"]);
  });

  assert.deepEqual(complaints, []);
});

test("large records are sealed by WebCrypto and small ones by us, to the same bytes", async (t) => {
  const { worker, complaints } = await start(t, folder);
  await withHelpers(worker);
  await worker.evaluate((BODY) => {
    const real = { ...Object.getOwnPropertyDescriptors(SubtleCrypto.prototype) };
    const drawn = Crypto.prototype.getRandomValues;
    const planted = () => Promise.reject(new DOMException("planted", "OperationError"));
    /** Does something while WebCrypto refuses to do these. */
    globalThis.refusing = async (methods, work) => {
      for (const method of methods) SubtleCrypto.prototype[method] = planted;
      try {
        return await work();
      } finally {
        for (const method of methods) Object.defineProperty(SubtleCrypto.prototype, method, real[method]);
      }
    };
    globalThis.withoutWebCrypto = (work) => refusing(["importKey"], work);
    /** Does something while nothing is random but the keys. */
    globalThis.drawing = async (byte, work) => {
      Crypto.prototype.getRandomValues = (array) => array.fill(byte);
      try {
        return await work();
      } finally {
        Crypto.prototype.getRandomValues = drawn;
      }
    };
    /** Around the border, around those of blocks, none at all, and more than is ever stored at once. */
    const texts = [0, 1, 15, 16, 17, 1023, 1024, 1025, 4096, 30_000, 1 << 20].map((length) => "x".repeat(length));
    globalThis.pages = texts.map((text, number) => `page/${String(number).padStart(8, "0")}=${text}`).sort();
    globalThis.puts = [...pages, `${BODY}=${"y".repeat(5000)}`];
    globalThis.sealed = async (database) => {
      const read = (name) => raw(database, name, (objects, request) => request(objects.getAll()));
      return [...(await read("records")), ...(await read("bodies"))].map((bytes) => Array.from(bytes).join());
    };
  }, BODY);

  await t.test("what one has sealed the other opens", async () => {
    const found = await worker.evaluate(async (BODY) => {
      const ways = { here: withoutWebCrypto, there: (work) => work() };
      const found = {};
      for (const [sealer, seal] of Object.entries(ways)) {
        for (const [opener, open] of Object.entries(ways)) {
          const name = `sealed ${sealer}, opened ${opener}`;
          await seal(async () => {
            const handle = await store.open(name);
            found[`${name}: stored`] = (await handle.commit(handle.version, puts, [], true)) === "stored";
          });
          await open(async () => {
            const handle = await store.open(name);
            found[`${name}: records`] = JSON.stringify(handle.records.sort()) === JSON.stringify(pages);
            found[`${name}: body`] = (await handle.body(BODY)) === "y".repeat(5000);
          });
        }
      }
      return found;
    }, BODY);
    assert.equal(Object.keys(found).length, 12);
    for (const [what, holds] of Object.entries(found)) assert.ok(holds, what);
  });

  await t.test("with the same key and nonce they give the same bytes", async () => {
    const found = await worker.evaluate(async () => {
      const sealedBy = async (way) => {
        await way(async () => {
          const handle = await store.open("same bytes");
          await drawing(7, () => handle.commit(handle.version, puts, [], true));
        });
        return sealed("same bytes");
      };
      const [here, there] = [await sealedBy(withoutWebCrypto), await sealedBy((work) => work())];
      const handle = await store.open("same bytes");
      await drawing(8, () => handle.commit(handle.version, puts, [], true));
      const other = await sealed("same bytes");
      return {
        records: here.length,
        same: here.filter((bytes, at) => bytes === there[at]).length,
        sameWithAnotherNonce: here.filter((bytes, at) => bytes === other[at]).length,
      };
    });
    assert.deepEqual(found, { records: 12, same: 12, sameWithAnotherNonce: 0 });
  });

  await t.test("where WebCrypto fails at work, everything is sealed and opened all the same", async () => {
    const found = await worker.evaluate(async (BODY) => {
      const handle = await store.open("failing");
      const commit = (version) => handle.commit(version, puts, [], true);
      const stored = await refusing(["encrypt"], () => commit(handle.version));
      // The device key opens the master key by WebCrypto, so it may fail only once the store is open.
      const body = await refusing(["decrypt"], () => handle.body(BODY));
      const again = await store.open("failing");
      return { stored, body: body.length, records: again.records.length };
    }, BODY);
    assert.deepEqual(found, { stored: "stored", body: 5000, records: 11 });
  });

  await t.test("it has a key that it gives to nobody, and all is sealed before the transaction begins", async () => {
    const found = await worker.evaluate(async () => {
      const log = [];
      let imported;
      const patches = [
        [SubtleCrypto.prototype, "importKey", (given, result) => (imported = [...given.slice(2), result])],
        [SubtleCrypto.prototype, "encrypt", ([, , plain]) => log.push(plain.length)],
        [IDBDatabase.prototype, "transaction", ([, mode]) => log.push(mode)],
      ].map(([prototype, method, note]) => {
        const real = prototype[method];
        prototype[method] = function (...given) {
          const result = real.apply(this, given);
          if (!(result instanceof Promise)) note(given);
          // Noted when it is done: only then may a transaction begin.
          return result instanceof Promise ? result.then((done) => (note(given, done), done)) : result;
        };
        return () => (prototype[method] = real);
      });
      const handle = await store.open("order");
      const [algorithm, extractable, usages, key] = imported;
      log.length = 0;
      await handle.commit(handle.version, puts, [], true);
      patches.forEach((restore) => restore());
      return {
        log,
        key: [algorithm, extractable, usages],
        exported: await crypto.subtle.exportKey("raw", await key).then(() => "exported", (error) => error.name),
      };
    });
    assert.deepEqual(found.log, [1024, 1025, 4096, 30_000, 1 << 20, 5000, "readwrite"]);
    assert.deepEqual(found.key, ["AES-GCM", false, ["encrypt", "decrypt"]]);
    assert.equal(found.exported, "InvalidAccessError");
  });

  await t.test("damage to a large record is seen by both", async () => {
    const found = await worker.evaluate(async () => {
      const name = "large damage";
      const handle = await store.open(name);
      await handle.commit(handle.version, pages, [], true);
      const damage = (at) =>
        raw(name, "records", async (records, request) => {
          const bytes = await request(records.get("page/00000009"));
          bytes[at] ^= 1;
          records.put(bytes, "page/00000009");
        });
      const found = [];
      // The nonce, the ciphertext, the tag.
      for (const at of [3, 20_000, 12 + 30_000 + 15]) {
        await damage(at);
        found.push(await refusal(name), await withoutWebCrypto(() => refusal(name)));
        await damage(at);
      }
      return [...found, await refusal(name)];
    });
    assert.deepEqual(found, [...Array(6).fill("damaged"), "opened"]);
  });

  assert.deepEqual(complaints, []);
});

test("a full disk changes nothing, and room makes it work again", async (t) => {
  const profileDir = await mkdtemp(join(tmpdir(), "saifu-store-"));
  t.after(() => rm(profileDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 }));
  const { site, context, page, worker, complaints, close } = await start(t, folder, { profileDir });
  await withHelpers(worker);
  const limiter = async (context, page) => {
    const devtools = await context.newCDPSession(page);
    return (quotaSize) => devtools.send("Storage.overrideQuotaForOrigin", { origin: site.url, quotaSize });
  };
  const limit = await limiter(context, page);
  // Before anything is stored: for a while Chromium goes by what it knew to be free.
  await limit(100_000);
  await worker.evaluate(async () => {
    globalThis.handle = await store.open("full");
    await handle.commit(handle.version, ["ledger=before"], [], true);
  });
  const commit = () =>
    worker.evaluate(
      (BODY) => handle.commit(handle.version + 1, [`${BODY}=${"x".repeat(5_000_000)}`, "ledger=after"], [], true),
      BODY,
    );
  assert.equal(await commit(), "full");
  assert.equal(await worker.evaluate((BODY) => handle.body(BODY), BODY), undefined);
  assert.equal(await commit(), "full", "the version was not raised");
  await limit(undefined);
  assert.equal(await commit(), "stored");
  assert.deepEqual(await worker.evaluate(() => recordsOf("full")), ["ledger=after"]);
  assert.deepEqual(complaints, []);
  await close();

  await t.test("on a disk that is full from the start the store still opens", async (t) => {
    const again = await launch(t, { profileDir });
    const { page, worker } = await openTab(again.context, site);
    await (await limiter(again.context, page))(1);
    const found = await worker.evaluate(async (BODY) => {
      const handle = await store.open("full");
      const body = await handle.body(BODY);
      return { records: handle.records, body: body.length, commit: await handle.commit(handle.version, ["ledger=x"], [], true) };
    }, BODY);
    assert.deepEqual(found, { records: ["ledger=after"], body: 5_000_000, commit: "full" });
  });
});

test("at rest nothing lies plain, and a restart of the browser changes nothing", async (t) => {
  const MARKER = "plain-marker-7f3a91";
  const profileDir = await mkdtemp(join(tmpdir(), "saifu-store-"));
  t.after(() => rm(profileDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 }));

  const first = await start(t, folder, { profileDir });
  await withHelpers(first.worker);
  const rest = await first.worker.evaluate(
    async ([MARKER, BODY, FLOW]) => {
      const handle = await store.open("rest");
      const puts = [`ledger=${MARKER}`, `${FLOW}=${MARKER}`, `${BODY}=${MARKER.repeat(1000)}`];
      const stored = await handle.commit(handle.version, puts, [], true);
      const read = (name) => raw("rest", name, (objects, request) => request(objects.getAll()));
      const all = [...(await read("records")), ...(await read("bodies")), ...(await read("meta"))];
      const key = all.find((value) => value instanceof CryptoKey);
      return {
        stored,
        values: all.length,
        plain: all.filter((value) => value instanceof Uint8Array && new TextDecoder("latin1").decode(value).includes(MARKER)).length,
        algorithm: key.algorithm.name,
        exported: await crypto.subtle.exportKey("raw", key).then(() => "exported", (error) => error.name),
      };
    },
    [MARKER, BODY, FLOW],
  );
  assert.deepEqual(rest, { stored: "stored", values: 7, plain: 0, algorithm: "AES-GCM", exported: "InvalidAccessError" });
  await first.close();

  const files = (await readdir(profileDir, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const searched = files.filter((entry) => entry.parentPath.includes("IndexedDB"));
  assert.ok(searched.length > 0, "the database lies in this profile");
  for (const entry of files) {
    const bytes = await readFile(join(entry.parentPath, entry.name));
    for (const encoding of ["latin1", "utf16le"]) {
      assert.ok(!bytes.includes(Buffer.from(MARKER, encoding)), `${entry.name} holds the marker`);
    }
  }

  const again = await launch(t, { profileDir });
  const { worker } = await openTab(again.context, first.site);
  const found = await worker.evaluate(async (BODY) => {
    const handle = await store.open("rest");
    return { records: handle.records.length, body: (await handle.body(BODY)).length };
  }, BODY);
  assert.deepEqual(found, { records: 2, body: MARKER.length * 1000 });
});
