// Waiting without guessing how long.

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

/** For how long what should come is waited for, in seconds: many times what it takes, for the machine may have other work. */
export const PATIENCE = 60;

/** Asks again and again until the answer is something; answers it. Fails with the name of what did not come. */
export const until = async (what, ask, { seconds = PATIENCE } = {}) => {
  const deadline = Date.now() + seconds * 1_000;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    assert.ok(Date.now() < deadline, `not within ${seconds} s: ${what}`);
    await sleep(40);
  }
};
