// Waiting without guessing how long.

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

/** Asks again and again until the answer is something; answers it. Fails with the name of what did not come. */
export const until = async (what, ask, { seconds = 20 } = {}) => {
  const deadline = Date.now() + seconds * 1_000;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    assert.ok(Date.now() < deadline, `not within ${seconds} s: ${what}`);
    await sleep(40);
  }
};
