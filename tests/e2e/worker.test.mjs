// The Worker of the production build under production headers, driven without the wallet's page: one tab at a time,
// what reaches a safe and what does not, and what is heard when it breaks.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { launch } from "./lib/browser.mjs";
import { openCard, ticket } from "./lib/card.mjs";
import { startSafe } from "./lib/safe.mjs";
import { startSite } from "./lib/site.mjs";

/** A server that answers as the test says and remembers what it was asked. */
const startServer = async (t, answer) => {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push({ method: request.method, url: request.url, headers: request.headers });
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("access-control-allow-headers", "*");
    if (request.method === "OPTIONS") response.end();
    else answer(request, response);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://localhost:${server.address().port}`, asked };
};

const hasValue = (name) => card.parts.values?.some((value) => value.name === name);

test("one tab has the wallet, and it goes on in another", async (t) => {
  const site = await startSite(t);
  const { context, complaints } = await launch(t);

  const one = await openCard(context, site);
  await one.untilPhase("ready");
  assert.equal((await one.phases())[0], "opening");
  await one.intend({ add: { form: ticket("First") } });
  await one.until(hasValue, "First");

  await t.test("a second tab says that the wallet is open elsewhere", async () => {
    const two = await openCard(context, site);
    await two.untilPhase("open-elsewhere");
    await two.intend({ add: { form: ticket("Nowhere") } });
    await two.close();
  });

  const two = await openCard(context, site);
  await two.untilPhase("open-elsewhere");

  await t.test("it opens there as soon as the first tab is closed, with everything", async () => {
    await one.close();
    await two.untilPhase("ready");
    const { values } = await two.until(hasValue, "First");
    assert.equal(values.length, 1, "what was meant for a wallet that was not open has not happened");
  });

  const three = await openCard(context, site);
  await three.untilPhase("open-elsewhere");

  await t.test("the owner may take it over, and the other tab stops at once", async () => {
    await three.post("take-over");
    await three.untilPhase("ready");
    await two.untilPhase("fenced");
    await two.intend({ add: { form: ticket("Too late") } });
    await three.intend({ add: { form: ticket("Second") } });
    const { values } = await three.until(hasValue, "Second");
    assert.deepEqual(values.map(({ name }) => name).sort(), ["First", "Second"]);
  });

  await t.test("it can be taken back, again and again", async () => {
    for (const [taker, other] of [[two, three], [three, two], [two, three]]) {
      await taker.post("take-over");
      await taker.untilPhase("ready");
      await other.untilPhase("fenced");
    }
    const { values } = await two.until(hasValue, "Second");
    assert.equal(values.length, 2);
  });

  await t.test("a tab that was taken over opens again when the other one goes", async () => {
    await two.close();
    await three.untilPhase("ready");
    await three.until(hasValue, "Second");
  });

  await t.test("two tabs that take over at the same time do not both have it", async () => {
    const four = await openCard(context, site);
    await four.untilPhase("open-elsewhere");
    await Promise.all([three.post("take-over"), four.post("take-over"), four.post("take-over")]);
    await four.untilPhase("ready");
    await three.untilPhase("fenced");
    await four.intend({ add: { form: ticket("Third") } });
    await four.until(hasValue, "Third");
  });

  // The tabs of this test are no pages of the wallet and have no icon.
  assert.deepEqual(complaints.filter((complaint) => !complaint.includes("favicon.ico")), []);
});

test("a value goes to a real safe and comes back", async (t) => {
  const [site, safe] = [await startSite(t), await startSafe(t)];
  const { context } = await launch(t);
  const card = await openCard(context, site);
  await card.untilPhase("ready");

  await card.intend({ "meet-safe": { address: safe.url } });
  const { meeting } = await card.until(() => globalThis.card.parts.meeting?.met);
  await card.intend({ "trust-safe": { safe: meeting.met.id } });
  await card.until(() => globalThis.card.parts.safes?.length === 1);
  await card.intend({ add: { form: ticket("Traveller") } });
  const { values } = await card.until(hasValue, "Traveller");

  await t.test("while the safe is away the job waits, and being on-line again ends the waiting", async () => {
    await safe.stop();
    await card.intend({ "back-up": { values: [values[0].id], safe: meeting.met.id } });
    await card.until(() => globalThis.card.parts.jobs?.[0]?.waiting === "unreachable");
    // Attempts come after 0, 1, 3, 7, 15 and 31 seconds; the next one is not due before the sixty-third.
    await new Promise((done) => setTimeout(done, 32_000));
    await safe.restart();
    // DevTools' own way of going off-line makes requests fail, but tells Workers nothing.
    await card.worker.evaluate(() => dispatchEvent(new Event("online")));
    context.setDefaultTimeout(25_000);
    const { certificates } = await card.until(
      () => globalThis.card.parts.certificates?.length === 1 && globalThis.card.parts.values.length === 0,
    );
    context.setDefaultTimeout(30_000);
    await card.intend({ recover: { certificate: certificates[0].id } });
    await card.until(() => globalThis.card.parts.values[0]?.standing === "only-here");
  });

  await t.test("it is here after opening again, and its payload is read when it is asked for", async () => {
    await card.close();
    const again = await openCard(context, site);
    const { values } = await again.until(hasValue, "Traveller");
    await again.intend({ open: { item: values[0].id } });
    const { opened } = await again.until(() => globalThis.card.parts.opened?.value);
    assert.equal(opened.value.form.payload, "code of Traveller");
  });
});

test("what is no answer", async (t) => {
  const site = await startSite(t);
  const { context } = await launch(t);
  const card = await openCard(context, site);
  await card.untilPhase("ready");
  const meet = async (url) => {
    await card.intend({ "meet-safe": { address: url } });
    const { meeting } = await card.until(
      (url) => {
        const failed = globalThis.card.parts.meeting?.failed;
        return failed && url.startsWith(failed.address.replace(/\/$/, ""));
      },
      url,
    );
    await card.intend("dismiss-safe");
    return meeting.failed.why;
  };

  await t.test("nobody there", async () => {
    const gone = await startServer(t, () => {});
    const url = gone.url.replace(/\d+$/, "9");
    assert.equal(await meet(url), "unreachable");
  });

  await t.test("a connection that breaks off", async () => {
    const server = await startServer(t, (_request, response) => {
      response.writeHead(200, { "content-length": "1000" }).write("{");
      setTimeout(() => response.destroy(), 50);
    });
    assert.equal(await meet(server.url), "unreachable");
  });

  await t.test("one that leads elsewhere", async () => {
    const other = await startServer(t, (_request, response) => response.end("{}"));
    const server = await startServer(t, (_request, response) => response.writeHead(307, { location: `${other.url}/x` }).end());
    assert.equal(await meet(server.url), "unreachable");
    assert.deepEqual(other.asked, []);
  });

  await t.test("one without end: it is not read to its end", async () => {
    let sent = 0;
    let closed;
    const over = new Promise((done) => (closed = done));
    const server = await startServer(t, (_request, response) => {
      response.on("close", closed);
      const piece = Buffer.alloc(1 << 20, " ");
      const more = () => {
        while (!response.destroyed && response.write(piece)) sent += piece.length;
      };
      response.on("drain", more);
      more();
    });
    assert.equal(await meet(server.url), "unreachable");
    await over;
    assert.ok(sent < 64 << 20, `${sent} bytes were taken`);
  });

  await t.test("silence: given up after twenty seconds", async () => {
    const server = await startServer(t, () => {});
    const started = Date.now();
    context.setDefaultTimeout(40_000);
    assert.equal(await meet(server.url), "unreachable");
    const seconds = (Date.now() - started) / 1000;
    assert.ok(seconds > 19 && seconds < 40, `${seconds} s`);
  });

  await t.test("what is sent says nothing of the owner", async () => {
    await context.addCookies([{ name: "session", value: "secret", url: "http://localhost" }]);
    const server = await startServer(t, (_request, response) => response.writeHead(404).end());
    assert.equal(await meet(server.url), "not-a-safe");
    const sent = server.asked.find(({ method }) => method === "GET");
    assert.equal(sent.headers.cookie, undefined);
    assert.equal(sent.headers.referer, undefined);
  });
});

test("a panic reaches the page, and what was stored is there afterwards", async (t) => {
  const site = await startSite(t);
  const { context } = await launch(t);
  const card = await openCard(context, site);
  await card.untilPhase("ready");
  await card.intend({ add: { form: ticket("Kept") } });
  await card.until(hasValue, "Kept");
  assert.deepEqual(await card.errors(), []);

  await card.worker.evaluate(() => {
    // A machine without randomness: the one thing at which the wallet must not go on.
    Crypto.prototype.getRandomValues = () => {
      throw new Error("planted");
    };
  });
  await card.intend({ add: { form: ticket("Lost") } });
  await card.page.waitForFunction(() => globalThis.card.errors.length > 0);
  await card.close();

  const again = await openCard(context, site);
  const { values } = await again.until(hasValue, "Kept");
  assert.equal(values.length, 1);
});

test("where the store does not open, the wallet says so and keeps nothing in memory", async (t) => {
  const site = await startSite(t);
  const { context } = await launch(t);
  const card = await openCard(context, site);
  await card.untilPhase("ready");
  await card.close();

  const page = await context.newPage();
  await page.goto(`${site.url}/manifest.webmanifest`);
  const put = (value, key) =>
    page.evaluate(
      ([value, key]) =>
        new Promise((done, failed) => {
          const opening = indexedDB.open("saifu-wallet");
          opening.onsuccess = () => {
            const transaction = opening.result.transaction("meta", "readwrite");
            transaction.objectStore("meta").put(value, key);
            transaction.oncomplete = () => (opening.result.close(), done());
            transaction.onabort = () => failed(transaction.error);
          };
        }),
      [value, key],
    );
  await put("no key", "device-key");
  const damaged = await openCard(context, site);
  await damaged.untilPhase("storage-damaged");
  await damaged.intend({ add: { form: ticket("Nowhere") } });
  assert.equal(await damaged.page.evaluate(() => globalThis.card.parts.values), undefined);
  await damaged.close();

  await put(2, "format");
  const newer = await openCard(context, site);
  await newer.untilPhase("storage-newer");
});
