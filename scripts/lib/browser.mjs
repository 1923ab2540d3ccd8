// Where the browser is, and how it is started on a machine without a screen.

import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** The variable CHROMIUM, or the first that is installed. */
export const browserProgram = async () => {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of NAMES) {
      const program = join(folder, name);
      if (await access(program, constants.X_OK).then(() => true, () => false)) return program;
    }
  }
  throw new Error("There is no Chromium. Run: make setup");
};

export const FLAGS = [
  "--disable-background-networking",
  "--disable-dev-shm-usage",
  "--hide-scrollbars",
  // Chromium's sandbox refuses to start for root, which is who one is in a container.
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
];
