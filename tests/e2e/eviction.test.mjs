// How well this browser keeps the wallet: what is said of it, and that it is asked to, once. The answers are Chromium's own; what
// only another browser is stands in by the name it goes by.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startSite } from "./lib/site.mjs";
import { until } from "./lib/until.mjs";
import { openWallet } from "./lib/walk.mjs";

/** Counts what really is asked. */
const countAsking = () => {
  const persist = StorageManager.prototype.persist;
  StorageManager.prototype.persist = function () {
    localStorage.setItem("saifuTestAsked", String(1 + Number(localStorage.getItem("saifuTestAsked"))));
    return persist.call(this);
  };
};

const open = async (t, options) => {
  const wallet = await openWallet(t, await startSite(t), options);
  await wallet.context.addInitScript(countAsking);
  await wallet.page.reload();
  await wallet.page.locator("[data-readiness=ready]").waitFor({ state: "attached" });
  const asked = () => wallet.page.evaluate(() => Number(localStorage.getItem("saifuTestAsked")));
  const add = async (name, price) => {
    await wallet.addTicket({ name, payload: `code of ${name}`, price });
    await wallet.untilHere(name);
  };
  const allow = async () => {
    const cdp = await wallet.context.newCDPSession(wallet.page);
    const { origin } = new URL(wallet.page.url());
    await cdp.send("Browser.grantPermissions", { origin, permissions: ["durableStorage"] });
  };
  /** The line about what is only here. */
  const line = wallet.page.locator(".line", { hasText: /only in this browser|このブラウザにしか/ });
  return { wallet, page: wallet.page, asked, add, allow, line };
};

test("a browser that promises nothing", async (t) => {
  const { wallet, page, asked, add, allow, line } = await open(t);

  await t.test("is not asked before something is to be kept", async () => {
    assert.equal(await asked(), 0);
    assert.equal(await line.count(), 0, "and nothing is said");
  });

  await t.test("is asked with the first value, and what that means is one line", async () => {
    await add("Film", "1600");
    await until("the browser was asked", async () => (await asked()) === 1);
    await wallet.says("1 value worth ¥1,600 exists only in this browser.");
    await line.getByRole("link", { name: "Back up…" }).waitFor();
    assert.equal(await line.getByText("The browser may clear the wallet").isVisible(), false, "one line");
    await line.locator("summary").click();
    await line.getByText("The browser may clear the wallet when space runs short.").waitFor();
    await until("it is offered no more", async () => (await line.getByRole("button", { name: "Ask the browser to keep it" }).count()) === 0);
  });

  await t.test("is not asked again by itself, also after the wallet was closed", async () => {
    await wallet.reload();
    await add("Concert", "2600");
    await wallet.says("2 values worth ¥4,200 exist only in this browser.");
    assert.equal(await asked(), 1);
    assert.equal(await line.getByRole("button", { name: "Ask the browser to keep it" }).count(), 0);
  });

  await t.test("the settings say what it answered, and ask when they are told to", async () => {
    await wallet.go("settings");
    await wallet.says("The browser did not promise it.");
    await wallet.region("Storage").getByText("Not promised", { exact: true }).waitFor();
    await allow();
    await page.getByRole("button", { name: "Ask the browser to keep it" }).click();
    await wallet.region("Storage").getByText("Promised", { exact: true }).waitFor();
    assert.equal(await asked(), 2);
  });

  await t.test("kept it says no more than what is here", async () => {
    await wallet.reload();
    await wallet.go("values");
    await line.waitFor();
    assert.equal(await line.locator(".notice-what").textContent(), "2 values worth ¥4,200 exist only in this browser.");
    await until("no risk is said", async () => (await line.locator(".notice-why").count()) === 0);
  });
  assert.deepEqual(wallet.complaints, []);
});

test("a browser that promises it at once is asked by the press that saves the first value", async (t) => {
  const { wallet, asked, add, allow, line } = await open(t);
  await allow();
  await add("Film");
  await until("the browser was asked", async () => (await asked()) === 1);
  await wallet.go("values");
  await line.waitFor();
  await until("it is kept", async () => (await line.locator(".notice-why").count()) === 0);
  await wallet.go("settings");
  await wallet.region("Storage").getByText("Promised", { exact: true }).waitFor();
  assert.deepEqual(wallet.complaints, []);
});

const IPHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1";

test("in a tab of WebKit it is the rule of seven days, and the longer one was away the more it weighs", async (t) => {
  const { wallet, page, add, line } = await open(t, { userAgent: IPHONE, locale: "ja-JP" });
  await wallet.go("add");
  await page.locator("form input.input").first().waitFor();
  await page.evaluate(() => localStorage.setItem("language", JSON.stringify("en")));
  await wallet.reload();
  await add("Film");
  await wallet.go("values");
  const said = async () => [await line.getAttribute("data-kind"), ...(await line.locator(".notice-what, .notice-why, .notice-now").allTextContents())];
  const what = "1 value exists only in this browser.";
  const why = "This browser deletes what sites keep here after seven days of use without a visit.";
  const now = "Back up what you would miss, then put Saifu on the home screen and bring it back there: the app begins empty.";
  await line.waitFor();
  assert.deepEqual(await said(), ["warn", what, why, now]);

  await page.evaluate(() => {
    const [last] = JSON.parse(localStorage.getItem("visits")).split(" ");
    localStorage.setItem("visits", JSON.stringify(`${Number(last) - 5 * 86_400} 0`));
  });
  await wallet.reload();
  await line.waitFor();
  assert.deepEqual(await said(), ["danger", what, why, now]);
  await line.getByText(why).waitFor(); // Without a press: it is pressing.
  // That the page is loaded once more does not make it better.
  await wallet.reload();
  await line.waitFor();
  assert.deepEqual(await said(), ["danger", what, why, now]);

  await page.evaluate(() => localStorage.setItem("language", JSON.stringify("ja")));
  await wallet.reload();
  await line.waitFor();
  assert.deepEqual((await said()).slice(1, 3), ["1点は、このブラウザにしかありません。", "このブラウザは、7日間訪問のないサイトのデータを消します。"]);
  assert.deepEqual(wallet.complaints, []);
});
