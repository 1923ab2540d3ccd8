// The wallet's Worker without its page: what it is told and what it shows, word for word.

import { makeSender } from "./typed.mjs";

/** Opens a tab on the site that holds nothing but the Worker of the build that is served there. */
export const openCard = async (context, site) => {
  const page = await context.newPage();
  // Of the same origin and under the same headers, but without the wallet's own page.
  await page.goto(`${site.url}/manifest.webmanifest`);
  const started = page.waitForEvent("worker");
  // The policy forbids to make code of text in the page; what the tools send is none of its.
  await page.evaluate(`globalThis.makeSender = ${makeSender}`);
  await page.evaluate(async () => {
    const index = await (await fetch("/")).text();
    const [, boot] = /<script[^>]* src="([^"]+)"[^>]* data-wasm=/.exec(index);
    const at = (name) => new URL(new RegExp(`${name}="([^"]+)"`).exec(index)[1], location.href).href;
    const module = await WebAssembly.compileStreaming(fetch(at("data-wasm")));

    const card = { phases: [], parts: {}, errors: [], ready: false };
    globalThis.card = card;
    card.worker = new Worker(boot, { type: "module" });
    card.worker.onerror = (event) => card.errors.push(event.message);
    card.worker.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      // What is wanted is sealed, so there have to be keys.
      if (message.offer) {
        if (card.sender) card.sender.take(message.offer);
        else card.sender = makeSender(message.offer);
        card.ready = true;
      }
      if (message.lock) card.lock = message.lock;
      for (const part of message.parts ?? []) {
        Object.assign(card.parts, part);
        if (part.phase) card.phases.push(part.phase);
      }
    };
    card.worker.postMessage({ js: at("data-js"), module });
  });
  const worker = await started;
  await page.waitForFunction(() => card.ready);
  const post = (message) => page.evaluate((text) => card.worker.postMessage(text), JSON.stringify(message));
  return {
    page,
    worker,
    /** Every phase that was shown, in order. */
    phases: () => page.evaluate(() => card.phases),
    /** What the page heard as error events of the Worker. */
    errors: () => page.evaluate(() => card.errors),
    post,
    /** One after the other: each is numbered when it is sealed. */
    say: (typed) => page.evaluate(async (typed) => card.worker.postMessage(JSON.stringify({ sealed: await card.sender.seal(typed) })), typed),
    intend: (intent) => page.evaluate(async (intent) => card.worker.postMessage(JSON.stringify({ sealed: await card.sender.seal({ intent }) })), intent),
    /** What is shown of the lock. */
    lock: () => page.evaluate(() => card.lock),
    /** Waits until the parts that are shown satisfy `holds`, and answers them. */
    until: async (holds, argument) => {
      await page.waitForFunction(holds, argument);
      return page.evaluate(() => card.parts);
    },
    untilPhase: (phase) => page.waitForFunction((phase) => card.parts.phase === phase, phase),
    close: () => page.close(),
  };
};

/** A movie ticket as its form is filled in. */
export const ticket = (name) => ({
  class: "movie-ticket",
  name,
  unit_price: "1600",
  quantity: "1",
  currency: "JPY",
  place: "",
  from: "",
  to: "",
  remaining: "",
  remarks: "",
  payload: `code of ${name}`,
});
