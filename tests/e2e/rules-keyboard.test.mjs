// A rule is made, changed, tried, switched and deleted by the keyboard alone: Tab, Enter, Space, arrows and letters. The focus goes
// down the screen in the order of what stands there, and is never lost.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startAll } from "./lib/spread.mjs";
import { until } from "./lib/until.mjs";

/** More than any of these screens has to stop at. */
const MOST_STOPS = 80;

test("rules by the keyboard alone", async (t) => {
  const { wallet, add } = await startAll(t, 1);
  await add("Film");
  await add("Play");
  const { page, region } = wallet;
  const press = (key) => page.keyboard.press(key);

  /** What has the focus: tag, id, what it is called, and in which region. */
  const at = () =>
    page.evaluate(() => {
      const it = document.activeElement;
      const label = it.labels?.[0]?.textContent ?? it.getAttribute("aria-label") ?? it.textContent;
      const section = it.closest("section[aria-labelledby]");
      const place = section && document.getElementById(section.getAttribute("aria-labelledby"))?.textContent;
      return { tag: it.tagName, id: it.id, name: label.trim(), place };
    });
  /** Goes on by Tab until this has the focus. Each stop stands below the one before. */
  const reach = async (what, is) => {
    for (let stops = 0; stops < MOST_STOPS; stops += 1) {
      const now = await at();
      if (is(now)) return now;
      await page.evaluate(() => (globalThis.saifuTestBefore = document.activeElement));
      await press("Tab");
      const order = await page.evaluate(() => {
        const [before, after] = [globalThis.saifuTestBefore, document.activeElement];
        const isOutside = (it) => it === document.body || !it.closest("main");
        if (isOutside(before) || isOutside(after)) return "around";
        // Hours and minutes are stops of their own, in one field.
        if (before === after && before.matches("input[type=time], input[type=date]")) return "inside";
        return before.compareDocumentPosition(after) & Node.DOCUMENT_POSITION_FOLLOWING ? "down" : "up";
      });
      assert.notEqual(order, "up", `${JSON.stringify(now)} → ${JSON.stringify(await at())}`);
    }
    assert.fail(`not reached: ${what}`);
  };
  const named = (name, place) => (it) => it.name === name && (place === undefined || it.place === place);
  const reachNamed = (name, place) => reach(`${name} in ${place}`, named(name, place));
  const reachId = (id) => reach(id, (it) => it.id === id);
  const untilFocused = (id) => until(`${id} has the focus`, async () => (await at()).id === id);
  /** Goes through the choices of the list that has the focus until this one is chosen; the focus stays. */
  const choose = async (id, label) => {
    await reachId(id);
    for (let presses = 0; presses < 30; presses += 1) {
      const chosen = await page.locator(`#${id}`).evaluate((list) => list.selectedOptions[0].textContent);
      if (chosen === label) return;
      await press("ArrowDown");
      await until("something else is chosen", async () => (await page.locator(`#${id}`).evaluate((list) => list.selectedOptions[0].textContent)) !== chosen);
      assert.equal((await at()).id, id, `the focus stays on ${id} after ${chosen}`);
    }
    assert.fail(`${label} is not offered at ${id}`);
  };
  const onHeading = (name) =>
    until(`${name} has the focus`, () => page.evaluate((name) => document.activeElement.tagName === "H1" && document.activeElement.textContent === name, name));
  const means = (words) => region("What it means now").getByText(words).waitFor();

  await t.test("it is made", async () => {
    await wallet.go("rules");
    await onHeading("Automatic backup");
    await reachNamed("Add a rule");
    await press("Enter");
    await onHeading("Add a rule");
    await reachId("rule-name");
    await page.keyboard.type("Mine");
    await choose("Which-0", "Its name");
    await reach("the text", named("Which text", "Which values"));
    await page.keyboard.type("film");
    await choose("how", "One safe, sealed");
    await means("Right now it would back up 1 value:");
    await choose("When-0", "Only when I ask");
  });

  await t.test("a condition is added and left out, and the focus goes there and back", async () => {
    // Around: the way from the end of the screen to its beginning.
    await reachNamed("Add a condition", "Which values");
    await press("Enter");
    await untilFocused("Which-1");
    await choose("Which-1", "Its place");
    await reachNamed("Leave this out", "Which values");
    await press("Space");
    await untilFocused("Which");
    await page.locator("#Which-1").waitFor({ state: "detached" });
    await reachNamed("Add a moment", "When");
    await press("Space");
    await untilFocused("When-1");
    await reachNamed("Leave this out", "When");
    await press("Enter");
    await untilFocused("When");
    await means("Right now it would back up 1 value:");
    await reachNamed("Save the rule");
    await press("Enter");
    await onHeading("Automatic backup");
    await region("Mine").waitFor();
  });

  await t.test("it is switched off and on, and the switch keeps the focus", async () => {
    const on = region("Mine").getByLabel("On", { exact: true });
    for (const is of [false, true]) {
      await reachNamed("On", "Mine");
      await press("Space");
      // The box shows it before the wallet has stored it.
      await region("Mine").and(page.locator(`[data-rule=${is ? "on" : "off"}]`)).waitFor();
      assert.equal(await on.isChecked(), is);
      assert.deepEqual(await at().then(({ name, place }) => [name, place]), ["On", "Mine"]);
    }
  });

  await t.test("it is changed", async () => {
    await reachNamed("Change the rule", "Mine");
    await press("Enter");
    await onHeading("Change the rule");
    await reachId("rule-name");
    await press("End");
    await page.keyboard.type(" too");
    await reach("the text", named("Which text", "Which values"));
    await press("Control+A");
    await page.keyboard.type("play");
    await means("Right now it would back up 1 value:");
    await region("What it means now").getByRole("listitem").filter({ hasText: "Play" }).waitFor();
    await reachNamed("Save the rule");
    await press("Space");
    await onHeading("Automatic backup");
    await region("Mine too").waitFor();
  });

  await t.test("it is carried out", async () => {
    await reachNamed("Run now", "Mine too");
    await press("Enter");
    await wallet.untilAtSafe("Play");
    await wallet.untilHere("Film");
    await wallet.untilQuiet();
  });

  await t.test("what it leaves apart is folded out", async () => {
    await wallet.go("rules");
    await onHeading("Automatic backup");
    await reachNamed("Add a rule");
    await press("Enter");
    await onHeading("Add a rule");
    // As the screen begins it asks for more safes than there are.
    await region("What it means now").getByText("Left apart: 1 value").waitFor();
    await reach("what is left apart", (it) => it.tag === "SUMMARY");
    const folded = region("What it means now").locator("details");
    await press("Enter");
    await until("it is open", () => folded.evaluate((it) => it.open));
    await press("Space");
    await until("it is closed", () => folded.evaluate((it) => !it.open));
  });

  await t.test("it is deleted", async () => {
    await wallet.go("rules");
    await onHeading("Automatic backup");
    await reachNamed("Change the rule", "Mine too");
    await press("Enter");
    await onHeading("Change the rule");
    await reachNamed("Delete the rule");
    await press("Enter");
    await onHeading("Automatic backup");
    await region("Mine too").waitFor({ state: "detached" });
  });
  assert.deepEqual(wallet.complaints, []);
});
