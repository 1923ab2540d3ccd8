// The wallet under its production headers.

import { resolve } from "node:path";
import { startSite as start } from "../../../scripts/site.mjs";

/** Where `make run` and the tests build the wallet to. */
export const DIST = resolve(import.meta.dirname, "../../../dist");

/** Serves a build, by default the one in dist/, and suggests the given safes (each `{url}`). */
export const startSite = async (test, { folder = DIST, suggested = [], port } = {}) => {
  const site = await start({ folder, suggested, port });
  test.after(() => site.stop());
  return site;
};
