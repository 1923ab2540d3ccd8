// A stand-in for a bad network or a lying safe: it stands in front of a real safe, under whose address the wallet knows
// it, and does to what passes whatever a test says.

import { createServer, request as send } from "node:http";
import { freePort } from "../../../scripts/lib/ports.mjs";
import { startSafe } from "./safe.mjs";

const bodyOf = async (stream) => {
  const pieces = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
};

/** What a page of another origin may read; whoever answers in the place of a safe must say it, too, to be heard. */
const READABLE = { "access-control-allow-origin": "*", "content-type": "text/html" };

/** Answers that are none. Each is a fault. */
export const garbage = {
  html: async () => ({ status: 200, headers: READABLE, body: "<!doctype html><title>Log in</title><h1>Welcome to the hotel</h1>" }),
  badGateway: async () => ({ status: 502, headers: READABLE, body: "<h1>502 Bad Gateway</h1>" }),
  /** The safe has done it, but half of its answer is missing. */
  truncated: async (asked, forward) => {
    const reply = await forward(asked);
    return { ...reply, body: reply.body.subarray(0, reply.body.length / 2) };
  },
  /** As above, and the connection says that more was to come. */
  brokenOff: async (asked, forward) => {
    const reply = await forward(asked);
    return { ...reply, body: reply.body.subarray(0, reply.body.length / 2), breaksOff: true };
  },
  /** A problem in the clear: anybody in between can write one, so it must never end anything. */
  notFound: async () => ({
    status: 404,
    headers: { ...READABLE, "content-type": "application/problem+json" },
    body: JSON.stringify({ type: "urn:saifu:problem:not-found", title: "No such entry", status: 404 }),
  }),
  /** Nothing at all. */
  silence: async () => undefined,
};

/**
 * Starts the proxy; `safe()` says in front of which real safe it stands.
 *
 * A fault is `async (asked, forward) => reply`: `asked` is `{method, path, headers, body}`, `forward(asked)` gives the
 * real safe's reply `{status, headers, body}`, and no reply breaks the connection. `fault` applies to every signed
 * request; the questions of the browser whether it may ask pass always, and so does the descriptor unless `faultsAll`.
 */
export const startProxy = async (test) => {
  let target;
  // It goes down and comes up again: it is not one that the system gives to connections meanwhile.
  const port = await freePort();
  const proxy = {
    fault: undefined,
    faultsAll: false,
    /** Every request but the browser's own questions, with what was answered: `{method, path, headers, body, reply}`. */
    seen: [],
    /** The paths of all signed requests so far. */
    paths: () => proxy.seen.filter(({ method }) => method === "POST").map(({ path }) => path),
    count: (path) => proxy.paths().filter((other) => other === path).length,
  };

  const forward = ({ method, path, headers, body }) =>
    new Promise((done, failed) => {
      const outgoing = send(`http://127.0.0.1:${target.port}${path}`, {
        method,
        headers: { ...headers, host: `127.0.0.1:${target.port}`, "accept-encoding": "identity", "content-length": body.length },
        agent: false,
      });
      outgoing.on("response", async (incoming) => {
        try {
          const { "transfer-encoding": _, connection: __, "content-length": ___, ...headers } = incoming.headers;
          done({ status: incoming.statusCode, headers, body: await bodyOf(incoming) });
        } catch (error) {
          failed(error);
        }
      });
      outgoing.on("error", failed);
      outgoing.end(body);
    });

  const exchange = async (incoming) => {
    const { method, url: path, headers } = incoming;
    const asked = { method, path, headers, body: await bodyOf(incoming) };
    if (method === "OPTIONS") return forward(asked);
    const noted = { ...asked, reply: undefined };
    proxy.seen.push(noted);
    const isFaulty = proxy.fault && (proxy.faultsAll || method === "POST");
    noted.reply = isFaulty ? await proxy.fault(asked, forward) : await forward(asked);
    return noted.reply;
  };

  const listener = async (incoming, outgoing) => {
    // No safe behind, or one that was just stopped: to the wallet it is a connection that breaks.
    const reply = await exchange(incoming).catch(() => undefined);
    if (!reply) return outgoing.destroy();
    const headers = { ...reply.headers };
    if (reply.breaksOff) headers["content-length"] = reply.body.length + 1;
    outgoing.writeHead(reply.status, headers);
    if (reply.breaksOff) outgoing.write(reply.body, () => outgoing.destroy());
    else outgoing.end(reply.body);
  };

  let server;
  /** Refuses every connection from now on, as a safe that is switched off. */
  proxy.down = () =>
    new Promise((done) => {
      server.close(done);
      server.closeAllConnections();
    });
  proxy.up = () =>
    new Promise((done, failed) => {
      server = createServer(listener);
      server.once("error", failed);
      server.listen(port, "127.0.0.1", done);
    });
  await proxy.up();
  proxy.url = `http://localhost:${port}`;
  proxy.standBefore = (safe) => (target = safe);
  test.after(() => proxy.down());

  /**
   * Holds back the next signed request to `path`: before the safe sees it, or the safe's reply. `reached` resolves when
   * it is held; `release()` lets it go on, `drop()` breaks the connection and, where the safe has not seen the request,
   * keeps it; `deliver()` gives it to the safe all the same, and its answer to nobody.
   */
  proxy.hold = (path, moment) => {
    let reach;
    let decide;
    const reached = new Promise((done) => (reach = done));
    const decided = new Promise((done) => (decide = done));
    const others = proxy.fault;
    let late;
    proxy.fault = async (asked, forward) => {
      const pass = () => (others ? others(asked, forward) : forward(asked));
      if (asked.path !== path) return pass();
      proxy.fault = others;
      let reply = moment === "reply" ? await pass() : undefined;
      late = pass;
      reach(asked);
      if ((await decided) === "drop") return undefined;
      reply ??= await pass();
      return reply;
    };
    return { reached, release: () => decide("release"), drop: () => decide("drop"), deliver: () => late() };
  };
  return proxy;
};

/** Starts a real safe that knows itself by the proxy's address, and the proxy. */
export const startSafeBehindProxy = async (test, { vars, ...options } = {}) => {
  const proxy = await startProxy(test);
  const safe = await startSafe(test, { ...options, vars: { ADDRESS: proxy.url, ...vars } });
  proxy.standBefore(safe);
  return { proxy, safe };
};
