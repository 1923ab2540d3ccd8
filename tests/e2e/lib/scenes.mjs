// Every screen of the wallet, with a stand-in for the Worker: a script that answers with prepared parts. What the page
// makes of them is real; what the wallet decides is tested elsewhere. For pictures and for what concerns the page alone.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DIST } from "./site.mjs";
import { makeReceiver } from "./typed.mjs";

const bytes = (length, seed) => Buffer.from(Array.from({ length }, (_, place) => (place * 37 + seed * 101 + 11) % 256));
const item = (seed) => bytes(16, seed).toString("base64url");
const flow = (seed) => bytes(16, seed + 100).toString("base64url");
const safeId = (seed) => bytes(32, seed).toString("base64url");
const hex = (length, seed) => bytes(length, seed).toString("hex");
const time = (text) => Date.parse(text) / 1000;

const WORDS = {
  en: {
    movie: ["The Quiet Harbour", "Cinema B"],
    concert: ["Spring Symphony", "Hall D, row 8"],
    event: ["Lantern Festival, evening pass", "Riverside Park"],
    travel: ["Hakata → Kagoshima-Chūō", "Mizuho 605, car 4, seat 12E"],
    prepaid: ["Corner Coffee card", ""],
    coupon: ["Bookshop coupon, 10 % off", "North Street Books"],
    gift: ["A present from Yuki", "Depāto Mori"],
    remarks: "Exchange for a seat at the counter",
    safes: ["North Cooperative", "Minato Trust", "Hana’s safe", "Akagi Savings"],
    law: "Japan",
  },
  ja: {
    movie: ["静かな港", "シネマB"],
    concert: ["春の交響曲", "Dホール 8列"],
    event: ["灯籠まつり 夜間入場券", "川辺公園"],
    travel: ["博多 → 鹿児島中央", "みずほ605号 4号車 12番E席"],
    prepaid: ["街角コーヒー カード", ""],
    coupon: ["書店クーポン 10％引き", "北通り書店"],
    gift: ["ゆきさんからの贈り物", "デパート森"],
    remarks: "窓口で座席と引き換え",
    safes: ["北の協同組合", "みなと信託", "花の金庫", "赤城貯蓄"],
    law: "日本",
  },
};

const ADDRESSES = ["https://safe-a.example", "https://safe.minato.example", "https://hana.example:8443", "https://akagi.example"];

/** Plans as the wallet writes them, what they promise, and how they are weak. */
const seal = (form, key) => ({ seal: { form, key } });
const at = (count) => Array.from({ length: count }, (_, slot) => ({ at: slot }));
const plan = (steps, count, quorum, after = count) => ({ steps, data: at(count), quorum, digest: "sealed", hash: "off", custody: { safes: { after } } });
const promise = (safes, voters, quorum, may_cheat, may_be_dead, readers, others = may_be_dead) => ({
  safes,
  voters,
  quorum,
  may_cheat,
  may_be_dead,
  indispensable: may_be_dead > 0 ? 0 : safes - others,
  others_may_be_dead: others,
  readers,
  answers: safes - may_be_dead,
});
const PLANS = {
  "one-safe-sealed": { plan: plan([seal("key", "stays")], 1, 1), promise: promise(1, 1, 1, 0, 0, null), weaknesses: ["only-this-wallet-opens"] },
  "key-kept-elsewhere": { plan: plan([seal("key", { away: { to: { elsewhere: [1] }, local: "kept" } })], 1, 1, 2), promise: promise(2, 1, 1, 0, 0, 2, 1), weaknesses: [] },
  "any-two-of-three": { plan: plan([{ divide: { threshold: 2 } }], 3, 2), promise: promise(3, 3, 2, 0, 1, 2), weaknesses: [] },
  "money-three-of-four": { plan: plan([{ divide: { threshold: 3 } }], 4, 3), promise: promise(4, 4, 3, 1, 1, 3), weaknesses: [] },
};
const POLICY = [
  { worth: [["JPY", 15000], ["EUR", 10000], ["USD", 10000], ["GBP", 10000]].map(([currency, from]) => ({ currency, from })), preset: "money-three-of-four" },
  { classes: ["coupon"], preset: "one-safe-sealed" },
  { preset: "any-two-of-three" },
];

const yen = (minor) => ({ minor, currency: "JPY" });

/** Rules as the wallet writes them: the two that are shipped, and three of an owner's. */
const ruleId = (seed) => bytes(16, seed + 70).toString("base64url");
const sealed = { "back-up": { how: "sealed" } };
const shippedRule = (last, which) => ({ id: `${"A".repeat(21)}${last}`, state: "off", which, when: { any: [{ at: 1380 }, "on-request"] }, does: sealed });
const RULES = (names) => [
  { ...shippedRule("Q", { not: { "usable-within": { months: 1 } } }), state: "on" },
  shippedRule("g", { "held-longer-than": 30 }),
  {
    id: ruleId(1),
    name: names[0],
    state: "on",
    which: {
      all: [
        { class: ["movie-ticket", "concert-ticket", "event-ticket"] },
        { any: [{ worth: { currency: "JPY", is: { "at-least": 5000 } } }, { not: { "ending-within": { days: 7 } } }, { remarks: { contains: "VIP" } }] },
        { "first-day": { from: "2026-04-01" } },
      ],
    },
    when: { all: ["charger-connected", { "idle-for": 30 }] },
    does: { "back-up": { how: { preset: "one-safe-sealed" } } },
  },
  { id: ruleId(2), name: names[1], state: "on", which: { "usable-within": { days: 7 } }, when: { any: [{ at: 360 }, "connection-improves", "usable-tomorrow"] }, does: { fetch: { leave_free: 100_000 } } },
];

const prepare = (lang) => {
  const words = WORDS[lang];
  const value = (seed, kind, cls, standing, { quantity = 1, worth, from = "", to = "" } = {}) => ({
    id: item(seed),
    class: cls,
    name: words[kind][0],
    quantity,
    worth: worth === undefined ? undefined : yen(worth),
    place: words[kind][1],
    from,
    to,
    standing,
    since: time("2026-03-15T10:04:00"),
  });
  const movie = value(1, "movie", "movie-ticket", "only-here", { worth: 1600, from: "2026-04-01", to: "2026-05-31" });
  const prepaid = value(2, "prepaid", "prepaid-card", "only-here", { worth: 800 });
  const coupon = value(3, "coupon", "coupon", "ended", { to: "2026-03-10" });
  const travel = value(4, "travel", "travel-ticket", { locked: { job: flow(1) } }, { worth: 10640, from: "2026-05-03", to: "2026-05-03" });
  const gift = value(5, "gift", "gift-card", { arrived: { job: flow(2) } }, { worth: 3000, to: "2026-12-31" });
  const event = value(6, "event", "event-ticket", "only-here", { worth: 1800, from: "2026-07-18", to: "2026-07-19" });

  const certificate = (seed, kind, cls, standing, { safe = 0, counter, quantity = 1, from = "", to = "", soon = false, md5 = "" } = {}) => ({
    id: item(seed),
    safe: safeId(safe),
    address: ADDRESSES[safe],
    operator: words.safes[safe],
    digest: { class: cls, name: words[kind][0], quantity, from, to, place: words[kind][1] },
    sha256: hex(32, seed),
    md5,
    counter,
    issued_at: time("2026-03-15T10:04:00"),
    retained_until: time("2031-03-15T10:04:00"),
    object_bytes: 412,
    standing,
    ends_within_a_week: soon,
    came_of: null,
    may_hand_over: standing === "at-safe",
    audit: { audited: "not-yet", under_way: null },
  });
  const concert = certificate(11, "concert", "concert-ticket", "at-safe", { counter: 142, quantity: 2, from: "2026-04-29", to: "2026-04-29", md5: hex(16, 4) });
  const ending = certificate(12, "coupon", "coupon", "at-safe", { counter: 87, safe: 1, to: "2026-03-20", soon: true });
  const festival = certificate(13, "event", "event-ticket", "at-safe", { counter: 12, safe: 2, from: "2026-07-18", to: "2026-07-19" });
  const elsewhere = (state) => ({ elsewhere: { state, session: bytes(16, 9).toString("base64url"), since: time("2026-03-14T18:31:00") } });

  const safe = (seed, reach, certificates, { ending = 0, asking = false } = {}) => ({
    id: safeId(seed),
    address: ADDRESSES[seed],
    operator: words.safes[seed],
    jurisdiction: words.law,
    fingerprint: hex(32, seed).match(/.{4}/g).join(" "),
    certificates,
    kept: certificates - ending,
    ending,
    forgettable: certificates === 0,
    reach,
    answered_at: reach === "answers" ? time("2026-03-15T10:02:00") : null,
    asking,
    legacy_hash: seed === 0,
  });
  const safes = [safe(0, "answers", 1), safe(1, "unknown", 1), safe(2, "silent", 0)];
  const four = [safe(0, "answers", 1), safe(1, "answers", 1), safe(2, "answers", 0), safe(3, "unknown", 0)];

  /** A backup with its parts: of each its class, its safe, how it stands and why it waits. */
  const backup = (seed, contents, preset, parts, { standing = "at-safes", key = null, keyIsHere = false, soon = false, ...more } = {}) => ({
    id: item(seed),
    contents: contents.map(({ class: cls, name, quantity, worth, place, from, to }) => ({ class: cls, name, quantity, worth, place, from, to, came_of: null })),
    since: time("2026-03-15T10:04:00"),
    preset,
    ...PLANS[preset],
    key,
    key_is_here: keyIsHere,
    parts: parts.map(([cls, at, state, waiting = null], index, all) => ({
      class: cls,
      index: all.slice(0, index).filter(([other]) => other === cls).length,
      safe: safeId(at),
      address: ADDRESSES[at],
      operator: words.safes[at],
      certificate: ["sending", "gone", "refused"].includes(state) ? null : item(seed * 10 + index + 1),
      state,
      waiting,
      next_try: waiting === null ? null : time("2026-03-15T10:05:07"),
    })),
    standing,
    ends_within_a_week: soon,
    needed_by: [],
    may_hand_over: standing === "at-safes" && contents.length > 0 && parts.every(([, , state]) => state === "at-safe"),
    is_key_apart: keyIsHere && parts.every(([cls]) => !["key", "seed", "share"].includes(cls)),
    ...more,
  });

  const job = (seed, task, stage, about, { waiting, callOff = true } = {}) => ({
    id: flow(seed),
    task,
    item: about.id,
    subject: about.name ?? about.digest.name,
    safe: "https://safe-a.example",
    stage,
    waiting,
    next_try: waiting === undefined ? undefined : time("2026-03-15T10:05:07"),
    can_call_off: callOff,
  });
  const notice = (seed, kind, { subject = words.movie[0], safe = "https://safe-a.example" } = {}) => ({
    id: item(seed),
    at: time("2026-03-15T10:04:00"),
    subject,
    safe,
    kind,
  });
  const account = { came_in: 12, here: 5, at_safes: 3, used: 3, discarded: 1, elsewhere: 0 };
  const summary = (more = {}) => ({
    only_here: 3,
    only_here_worth: [yen(4200)],
    at_safes: 3,
    used_bytes: 212_000,
    capacity_bytes: 1_048_576,
    account,
    ...more,
  });
  const ownerAt = (seed, standing, { job = null, found = null, ways } = {}) => ({ safe: safeId(seed), address: ADDRESSES[seed], operator: words.safes[seed], standing, job, found, ways });
  const owner = ({ name = "hana@example.org", needed = 2, is_restoring = false, is_changing = false, can_restore = false, safes: at = [], released } = {}) => ({ owner: { name, needed, is_restoring, is_changing, can_restore, safes: at, released } });
  /** Nobody yet. */
  const atSafe = (seed) => ({ safe: safeId(seed), address: ADDRESSES[seed], operator: words.safes[seed] });
  const somebody = (seed, { said = null, deciding = null, opens = "2099-11-24T14:02:00Z" } = {}) => ({ ...atSafe(seed), account: safeId(seed + 50), mark: "3fa2 9c01 77de", since: time("2026-11-21T14:02:00Z"), opens: time(opens), said, deciding });
  const waits = ({ wait = 259_200, telling = [], asked = [], waiting = [], unheard = [], waking = { offers: [], by: null }, frozen = [], freezing = [], freezable = 0 } = {}) => ({
    waits: { wait, telling, asked, waiting, unheard, waking, frozen, freezing, freezable },
  });
  const unknown = { name: null, needed: 0, safes: [ownerAt(0, null), ownerAt(1, null), ownerAt(2, null)] };
  const atOwner = (seed, place, task, stage, { waiting } = {}) => ({
    ...job(seed, task, stage, { id: null, name: "hana@example.org" }, { waiting, callOff: true }),
    safe: ADDRESSES[place],
  });
  const whole = (values, certificates, { jobs = [], notices = [], summary: sums = summary(), meeting, backups = [], keys = [], safes: known = safes } = {}) => [
    { values },
    { certificates },
    { backups },
    { keys },
    { policy: POLICY },
    { rules: ruled() },
    { safes: known },
    { meeting },
    { jobs },
    { notices },
    { summary: sums },
    { opened: undefined },
    { phase: "ready" },
  ];
  const names = lang === "ja" ? ["映画と公演は夜のうちに", "使う週には手元に"] : ["Shows, overnight", "Home for the week they are used"];
  const rules = RULES(names);
  const means = (selected, apart = []) => ({ selected, apart, selected_count: selected.length, apart_count: apart.length });
  const ruleCard = (rule, means, lacks = ["late-while-closed"]) => ({ rule, lacks, means });
  const entry = (seed, rule, why, way, named, { moved = named.length, stayed = 0 } = {}) => ({
    round: flow(seed),
    rule: rule.id,
    name: rule.name ?? "",
    why,
    way,
    began: time("2026-03-14T23:00:00"),
    ended: time("2026-03-14T23:00:09"),
    named,
    moved,
    stayed,
  });
  const ruled = ({ rounds = [], activity = [], draft = null, would_free = 0 } = {}) => ({
    rules: [
      ruleCard(rules[0], means([words.concert[0], words.event[0]], [[words.coupon[0], "expired"], [words.travel[0], "locked"]])),
      ruleCard(rules[1], means([])),
      ruleCard(rules[2], means([], [[words.movie[0], "too-few-safes"], [words.gift[0], "wanted"]]), ["charger-unseen", "device-use-unseen", "missed-while-closed"]),
      ruleCard(rules[3], means([words.movie[0]]), ["not-seen-while-closed", "late-while-closed", "tomorrow-missed-while-closed"]),
    ],
    draft,
    shortage: "ask",
    would_free,
    rounds,
    activity,
  });
  const symphony = value(30, "concert", "concert-ticket", "only-here", { worth: 9000, quantity: 2, from: "2026-04-29", to: "2026-04-29" });
  const present = value(31, "gift", "gift-card", "only-here", { worth: 20000, to: "2026-12-31" });
  const keyId = (seed) => bytes(16, seed + 50).toString("base64url");
  const pieces = (...states) => states.map(([state, waiting], place) => ["piece", place, state, waiting]);
  const has = ["at-safe"];
  const divided = backup(32, [symphony], "any-two-of-three", pieces(has, has, has));
  const money = backup(33, [present], "money-three-of-four", pieces(has, has, has, has));
  const oneSafe = backup(34, [{ ...coupon, to: "2026-03-20" }], "one-safe-sealed", [["value", 1, "at-safe"]], { key: keyId(1), keyIsHere: true, soon: true });
  const keyElsewhere = backup(35, [event], "key-kept-elsewhere", [["value", 0, "at-safe"], ["key", 1, "at-safe"]], { key: keyId(2), keyIsHere: true });
  const keyAlone = backup(36, [], "one-safe-sealed", [["seed", 2, "at-safe"]], {
    key: keyId(3),
    preset: null,
    plan: plan([seal("seed-of-pair", { away: { to: "data-safe", local: "erased" } })], 1, 1),
  });
  const keyOf = (seed, form, here, { opens = [], held_by = [], algorithm = null } = {}) => ({ id: item(60 + seed), key: keyId(seed), form, algorithm, since: time("2026-03-15T10:04:00"), here, opens, held_by, fetch_from: held_by[0] ?? null, data_at: [], is_idle: opens.length + held_by.length === 0, job: null });
  const seed = ["hkdf-sha256", 1];
  const keys = [
    keyOf(1, "key", "opens", { opens: [oneSafe.id] }),
    keyOf(2, "key", "opens", { opens: [keyElsewhere.id], held_by: [keyElsewhere.id] }),
    keyOf(3, "seed-of-pair", "seals", { held_by: [keyAlone.id], algorithm: seed }),
    keyOf(4, "pair", "opens"),
    keyOf(5, "key", "opens"),
  ];
  const kept = { backups: [divided, money, oneSafe, keyElsewhere, keyAlone], keys, safes: four };
  const sending = { locked: { job: flow(5) } };
  const onTheWay = whole([{ ...movie, standing: sending }], [], {
    ...kept,
    backups: [backup(37, [movie], "any-two-of-three", pieces(has, has, ["sending", "unreachable"]), { standing: { registering: { job: flow(5) } } })],
    jobs: [job(5, "back-up", "registering", movie)],
  });
  const waitsForTwo = backup(37, [movie], "money-three-of-four", pieces(has, ["sending", "unreachable"], has, ["sending", "unreachable"]), { standing: { registering: { job: flow(5) } } });
  const leaving = backup(39, [symphony], "any-two-of-three", pieces(["gone"], ["gone"], ["ending", "unreachable"]), { standing: "ending" });
  const calledOff = { ...job(7, "retire", "retiring", { id: null, name: "" }, { waiting: "unreachable", callOff: false }), safe: ADDRESSES[2] };
  const values_silent = whole([{ ...movie, standing: sending }, prepaid], [], { ...kept, backups: [waitsForTwo], jobs: [job(5, "back-up", "registering", movie), calledOff] });
  const fetching = (task, stage, ...states) =>
    whole([], [], { ...kept, backups: [{ ...backup(32, [symphony], "any-two-of-three", pieces(...states)), standing: { recovering: { job: flow(6) } } }], jobs: [job(6, task, stage, symphony)] });
  const opened = {
    [movie.id]: {
      value: {
        id: movie.id,
        form: {
          class: "movie-ticket",
          name: words.movie[0],
          unit_price: "1600",
          quantity: "1",
          currency: "JPY",
          place: words.movie[1],
          from: "2026-04-01",
          to: "2026-05-31",
          remaining: "",
          remarks: words.remarks,
          payload: "4F9K 22XA 7QPL",
        },
      },
    },
    [prepaid.id]: {
      value: {
        id: prepaid.id,
        form: {
          class: "prepaid-card",
          name: words.prepaid[0],
          unit_price: "1000",
          quantity: "1",
          currency: "JPY",
          place: "",
          from: "",
          to: "",
          remaining: "800",
          remarks: "",
          payload: "5021 7730 0091 4412",
        },
      },
    },
    [divided.parts[0].certificate]: { certificate: { id: divided.parts[0].certificate, compact: `${"eyJhbGciOiJFZDI1NTE5In0".repeat(8)}.${"MEUCIQ".repeat(40)}` } },
    [concert.id]: { certificate: { id: concert.id, compact: `${"eyJhbGciOiJFZDI1NTE5In0".repeat(8)}.${"MEUCIQ".repeat(40)}` } },
  };
  const backUp = job(1, "back-up", "registering", travel, { callOff: false });
  const arrived = job(2, "recover", "arrived", gift, { callOff: false });
  const full = whole([movie, prepaid, event, travel, gift, coupon], [concert, ending, festival], { jobs: [backUp, arrived] });
  const calm = whole([movie, prepaid, event, coupon], [concert, ending, festival]);
  const empty = whole([], [], { summary: summary({ only_here: 0, only_here_worth: [], at_safes: 0, used_bytes: 0, account: { came_in: 0, here: 0, at_safes: 0, used: 0, discarded: 0, elsewhere: 0 } }) });
  const moving = { ...movie, standing: { locked: { job: flow(3) } } };
  const requested = { ...concert, standing: { locked: { job: flow(4) } } };
  const recovering = (stage, waiting) => whole([prepaid], [requested], { jobs: [job(4, "recover", stage, concert, { waiting })] });
  const meeting = (it) => whole([movie], [], { meeting: it });
  const t = (en, ja) => (lang === "ja" ? ja : en);
  const came = (card, from) => ({ ...card, contents: card.contents.map((it) => ({ ...it, came_of: from.id })) });
  const press = (name) => (page) => page.getByRole("button", { name, exact: typeof name === "string" }).first().click();
  const method = (seed, kind, name = "") => ({ id: item(seed), name, kind, since: time("2026-10-01T09:00:00Z"), credential: kind === "passkey" ? item(seed + 1) : "" });
  const [byPasscode, byPasskey, byKit] = [method(61, "passcode"), method(63, "passkey", t("Phone", "スマートフォン")), method(65, "kit")];
  const lockOf = (methods, more) => ({ is_on: false, methods, salt: safeId(67), auto_lock: "after5", kit: null, said: null, pause_until: null, ...more });

  const offered = { "offer-secret": [{ opened: { secret: { words: "lusab-babad-babad-babad-babad-zogid" } } }] };
  /** By what the owner gets in at a safe: a phone, a key that was given a long name, and this wallet; a kit; and who came. */
  const day = (text) => time(`2026-${text}:00Z`);
  const device = (seed, name, used, is_passkey = true) => ({ id: safeId(seed + 60), is_passkey, name, since: day("01-12T09:30"), used: used && day(used) });
  const happened = (text, what, is_here = false) => ({ at: day(text), is_here, what });
  const loggedIn = (by, guesses = 0) => ({ "logged-in": { by, guesses } });
  const waysAt = {
    none: { devices: [], kit_since: null, history: [happened("03-15T01:02", loggedIn("newest"), true)] },
    some: {
      devices: [device(0, t("phone", "スマホ"), "03-14T11:20"), device(1, t("blue key in the drawer of the desk", "机の引き出しの青いセキュリティキー"), null), device(2, t("this wallet", "この財布"), "03-15T00:40", false)],
      kit_since: day("02-02T12:00"),
      history: [
        happened("03-15T01:02", loggedIn("newest", 3), true),
        happened("03-14T11:20", loggedIn({ device: safeId(60) })),
        happened("03-02T22:10", { cloned: safeId(61) }),
        happened("02-02T12:00", "kit-made"),
        happened("01-12T09:30", { "device-added": safeId(60) }, true),
      ],
    },
  };
  const challenge = { get: { challenge: safeId(9), allow: [], mark: bytes(8, 1).toString("base64url"), rp_id: null, salt: safeId(8) } };
  const makeWords = async (page) => {
    await page.getByLabel(t("Your name", "名前"), { exact: true }).fill("Hana@Example.org");
    await press(t("Make my six words", "6つの合言葉を作る"))(page);
    await page.locator("main .words").waitFor();
  };
  const typeWords = (typed) => async (page) => {
    await press(t("I have written them down", "書き留めました"))(page);
    await page.getByLabel(t("The six recovery words", "復元用の6つの合言葉"), { exact: true }).fill(typed);
  };

  return [
    { name: "welcome", parts: [...empty.filter((part) => !("safes" in part)), { safes: [] }] },
    { name: "opening", parts: [{ phase: "opening" }] },
    { name: "empty", parts: empty },
    { name: "values", parts: full },
    { name: "values-both", parts: whole([movie], [concert], { summary: summary({ only_here: 1, only_here_worth: [yen(1600)], at_safes: 1 }) }) },
    { name: "values-silent", parts: values_silent },
    { name: "values-notices", parts: whole([movie], [concert], { notices: [notice(21, { "released-elsewhere": { state: "withdrawn", session: undefined, since: time("2026-03-14T18:31:00") } }), notice(22, "storage-full", { subject: "", safe: "" }), notice(23, "called-off")] }) },
    { name: "value", hash: `value/${movie.id}`, parts: calm },
    { name: "value-prepaid", hash: `value/${prepaid.id}`, parts: calm },
    { name: "value-ended", hash: `value/${coupon.id}`, parts: calm },
    { name: "code", hash: `value/${movie.id}`, parts: calm, act: press(t("Show code", "コードを表示")) },
    { name: "discard", hash: `value/${movie.id}`, parts: calm, act: press(t("Discard…", "破棄する…")) },
    { name: "gone", hash: `value/${item(99)}`, parts: calm },
    { name: "add", hash: "add", parts: calm },
    {
      name: "add-problems",
      hash: "add",
      parts: calm,
      act: async (page) => {
        await page.getByLabel(t("Prepaid card", "プリペイドカード"), { exact: true }).check({ force: true });
        await page.getByLabel(t("Valid from", "有効期間（開始・任意）")).fill("2026-04-01");
        await page.getByLabel(t("Valid to", "有効期間（終了・任意）")).fill("2026-03-31");
        await press(t("Put it in the wallet", "財布に入れる"))(page);
      },
    },
    { name: "correct", hash: `correct/${movie.id}`, parts: calm },
    { name: "values-backups", parts: whole([movie, prepaid], [concert], kept) },
    { name: "back-up", hash: `back-up/${movie.id}`, parts: whole([movie], [], kept) },
    { name: "back-up-few-safes", hash: `back-up/${movie.id}`, parts: whole([movie], [], { safes: safes.slice(0, 1) }) },
    { name: "back-up-several", hash: "back-up", parts: whole([movie, prepaid, event, coupon], [], kept) },
    { name: "back-up-safes", hash: `back-up/${movie.id}`, parts: whole([movie], [], kept), act: (page) => page.locator("details summary").click() },
    { name: "back-up-no-safe", hash: `back-up/${movie.id}`, parts: whole([movie], [], { safes: [] }) },
    { name: "advanced", hash: `advanced/${movie.id}`, parts: whole([movie], [], kept) },
    {
      name: "advanced-split",
      hash: `advanced/${movie.id}`,
      parts: whole([movie], [], kept),
      act: (page) => page.getByLabel(t("Start from", "もとにする守り方")).selectOption(t("Key split in three, any two open", "鍵を3つに割り、2つで開く")),
    },
    {
      name: "advanced-refused",
      hash: `advanced/${movie.id}`,
      parts: whole([movie], [], kept),
      act: (page) => page.getByLabel(t("Safes that must confirm", "確認が必要な金庫の数")).fill("1").then(() => page.keyboard.press("Tab")),
    },
    { name: "backing-up-parts", hash: `value/${movie.id}`, parts: onTheWay },
    { name: "backup", hash: `backup/${divided.id}`, parts: whole([], [], kept) },
    { name: "backup-one-safe", hash: `backup/${oneSafe.id}`, parts: whole([], [], kept) },
    { name: "backup-incomplete", hash: `backup/${divided.id}`, parts: whole([], [], { ...kept, backups: [backup(32, [symphony], "any-two-of-three", pieces(has, has, ["sending", "unreachable"]))] }) },
    { name: "backup-recovering", hash: `backup/${divided.id}`, parts: fetching("recover", "requesting", ["here"], ["fetching"], ["fetching", "unreachable"]) },
    { name: "backup-confirming", hash: `backup/${divided.id}`, parts: fetching("recover", "arrived", ["gone"], ["confirming"], ["fetching", "unreachable"]) },
    { name: "backup-moving", hash: `backup/${divided.id}`, parts: fetching("repair", "registering", ["here"], ["here"], ["fetching", "unreachable"]) },
    { name: "backup-ending", hash: `backup/${divided.id}`, parts: whole([], [], { ...kept, backups: [{ ...backup(32, [symphony], "any-two-of-three", pieces(["gone"], ["gone"], ["ending", "unreachable"])), standing: "ending" }] }) },
    { name: "backup-home", hash: `backup/${divided.id}`, parts: whole([{ ...symphony, came_of: divided.id }], [], { ...kept, backups: [{ ...backup(32, [symphony], "any-two-of-three", pieces(["gone"], ["gone"], ["ending", "unreachable"])), standing: "ending" }] }) },
    { name: "backup-elsewhere", hash: `backup/${divided.id}`, parts: whole([], [], { ...kept, backups: [{ ...backup(32, [symphony], "any-two-of-three", pieces([elsewhere("withdrawn")], [elsewhere("withdrawn")], has)), standing: "elsewhere" }] }) },
    {
      name: "backup-damaged",
      hash: `backup/${divided.id}`,
      parts: whole([], [], { ...kept, backups: [{ ...divided, health: { weak: { why: { parts: { bad: 1 } } } } }] }),
    },
    {
      name: "certificate-audited",
      hash: `certificate/${concert.id}`,
      parts: whole([], [{ ...concert, health: { good: { at: time("2026-11-20T09:00:00Z") } }, audit: { audited: { last: { at: time("2026-11-21T06:00:00Z"), found: "not-held", held_at: time("2026-11-14T06:00:00Z") } }, under_way: null } }]),
    },
    { name: "backup-of-key", hash: `backup/${keyAlone.id}`, parts: whole([], [], kept) },
    { name: "backup-gone", hash: `backup/${item(99)}`, parts: whole([], [], kept) },
    { name: "give-up", hash: `backup/${divided.id}`, parts: whole([], [], kept), act: press(t("Give up…", "破棄する…")) },
    { name: "move", hash: `move/${divided.id}`, parts: whole([], [], kept) },
    { name: "move-silent", hash: `move/${money.id}`, parts: whole([], [], { ...kept, safes: [safe(0, "answers", 1), safe(1, "answers", 1), safe(2, "silent", 1), safe(3, "answers", 1)] }) },
    { name: "move-silent-chosen", hash: `move/${money.id}`, parts: whole([], [], { ...kept, safes: [safe(0, "answers", 1), safe(1, "answers", 1), safe(2, "silent", 1), safe(3, "answers", 1)] }), act: (page) => page.getByRole("radio", { name: t(/^Money/, /^お金向け/) }).check().then(() => page.locator("details summary").click()) },
    { name: "certificate-of-part", hash: `certificate/${divided.parts[0].certificate}`, parts: whole([], [], kept) },
    { name: "keys", hash: "keys", parts: whole([], [], kept) },
    { name: "keys-none", hash: "keys", parts: calm },
    { name: "delete-keys", hash: "keys", parts: whole([], [], kept), act: press(t("Delete 2 keys that open nothing", "何も開かない鍵2個を削除")) },
    { name: "key", hash: `key/${keys[0].id}`, parts: whole([], [], kept) },
    { name: "key-away", hash: `key/${keys[2].id}`, parts: whole([], [], kept) },
    { name: "delete-key", hash: `key/${keys[0].id}`, parts: whole([], [], kept), act: press(t("Delete…", "削除する…")) },
    { name: "waits", hash: "waits", parts: [...whole([], [], kept), waits({ wait: 0 })] },
    {
      name: "waits-asked",
      hash: "waits",
      parts: [
        ...whole([], [], kept),
        waits({
          telling: [{ ...atSafe(2), left: 3, waiting: null, next_try: null }],
          asked: [somebody(0), somebody(1, { opens: "2026-11-21T14:02:00Z" }), somebody(2, { said: "no" }), somebody(3, { said: "yes" })],
          unheard: [{ ...atSafe(2), heard_at: time("2026-11-21T09:00:00Z") }],
        }),
      ],
    },
    {
      name: "waits-deciding",
      hash: "waits",
      parts: [
        ...whole([], [], kept),
        waits({ asked: [somebody(0, { deciding: { job: flow(8), may: false, waiting: "unreachable", next_try: time("2026-11-21T14:05:00Z") } }), somebody(1, { deciding: { job: flow(9), may: true, waiting: null, next_try: null } })] }),
      ],
    },
    { name: "waits-here", hash: "waits", parts: [...whole([], [], kept), waits({ wait: 0, waiting: [{ ...atSafe(0), until: time("2099-11-24T14:02:00Z"), mark: "3fa2 9c01 77de" }] })] },
    { name: "waits-freeze", hash: "waits", parts: [...whole([], [], kept), waits({ freezable: 3 })] },
    {
      name: "waits-freeze-question",
      hash: "waits",
      parts: [...whole([], [], kept), waits({ freezable: 3 })],
      act: press(t("Freeze everything", "すべて凍結")),
    },
    {
      name: "values-frozen",
      hash: "values",
      parts: [
        ...whole([movie], [], kept),
        waits({
          freezable: 3,
          frozen: [
            { ...atSafe(0), frozen: { since: time("2026-11-20T08:00:00Z"), alone: { by: "words", since: time("2026-11-21T07:30:00Z") } }, half: null },
            { ...atSafe(1), frozen: { since: time("2026-11-20T08:00:00Z") }, half: { by: "kit", until: time("2099-11-21T08:00:00Z") } },
          ],
        }),
      ],
    },
    { name: "values-asked", hash: "values", parts: [...whole([movie], [], kept), waits({ asked: [somebody(0)] })] },
    { name: "policy", hash: "policy", parts: whole([], [], kept) },
    { name: "rules", hash: "rules", parts: whole([movie], [], kept) },
    {
      name: "rules-at-work",
      hash: "rules",
      parts: [
        ...whole([movie], [], { ...kept, jobs: [{ ...job(8, "round", "round", { id: null, name: "" }), item: null, safe: "" }] }),
        {
          rules: ruled({
            rounds: [{ job: flow(8), entry: entry(8, rules[0], { due: { at: 1380 } }, "back-up", [words.concert[0]]), left: 11 }],
            activity: [
              entry(9, rules[3], { due: "connection-improves" }, "fetch", [words.movie[0]]),
              entry(10, rules[0], { room: 412 }, "back-up", [words.concert[0], words.event[0]], { moved: 12, stayed: 1 }),
              entry(11, rules[2], "asked", "back-up", [], { stayed: 2 }),
            ],
          }),
        },
      ],
    },
    { name: "rule-new", hash: "rule", parts: whole([movie], [], kept) },
    {
      name: "rule",
      hash: `rule/${ruleId(1)}`,
      parts: whole([movie], [], kept),
      after: { "show-rules": [{ rules: ruled({ draft: { rule: rules[2], problem: null, lacks: ["charger-unseen"], means: means([words.concert[0]], [[words.movie[0], "too-few-safes"]]) } }) }] },
    },
    { name: "rule-fetch", hash: `rule/${ruleId(2)}`, parts: whole([movie], [], kept) },
    { name: "rule-gone", hash: `rule/${ruleId(9)}`, parts: whole([movie], [], kept) },
    {
      name: "full-by-rules",
      parts: [
        ...whole([movie], [], { jobs: [{ ...job(9, "add", "no-room", { id: null, name: words.gift[0] }), safe: "" }], summary: summary({ used_bytes: 1_048_000 }) }),
        { rules: ruled({ would_free: 12_400 }) },
      ],
    },
    { name: "backing-up", hash: `value/${movie.id}`, parts: whole([moving], [], { jobs: [job(3, "back-up", "registering", movie)] }) },
    {
      name: "backed-up",
      hash: `back-up/${movie.id}`,
      parts: calm,
      after: { protect: [{ values: [] }, { backups: [came(backup(38, [movie], "key-kept-elsewhere", [["value", 0, "at-safe"], ["key", 1, "at-safe"]], { key: keyId(2), keyIsHere: true }), movie)] }] },
      act: (page) => page.locator("main .btn--primary").click(),
    },
    { name: "safes", hash: "safes", parts: calm },
    { name: "safes-gone", hash: "safes", parts: whole([movie], [concert], { safes: [safe(0, "answers", 1, { asking: true }), safe(1, "unknown", 3, { ending: 1 }), safe(2, "silent", 2, { ending: 2 })] }) },
    { name: "give-up-ending", hash: "safes", parts: whole([], [], { safes: [safe(2, "silent", 2, { ending: 2 })] }), act: press(t("Stop asking…", "頼むのをやめる…")) },
    { name: "safes-none", hash: "safes", parts: [...empty, { safes: [] }] },
    { name: "add-safe", hash: "safes/add", parts: calm },
    { name: "add-safe-problem", hash: "safes/add", parts: meeting({ failed: { address: "https://safe.example", why: "key-changed" } }) },
    {
      name: "meet-safe",
      hash: "safes/add",
      parts: meeting({ met: { id: safeId(1), address: "https://safe.minato.example", operator: words.safes[1], jurisdiction: words.law, fingerprint: safes[1].fingerprint, retention_days: 1826 } }),
    },
    { name: "certificates", hash: "certificates", parts: whole([], [concert, ending], kept) },
    { name: "certificates-under-way", hash: "certificates", parts: whole([], [], { ...kept, backups: [waitsForTwo, leaving, divided] }) },
    { name: "certificates-none", hash: "certificates", parts: empty },
    { name: "certificate", hash: `certificate/${concert.id}`, parts: calm },
    { name: "certificate-elsewhere", hash: `certificate/${concert.id}`, parts: whole([], [{ ...concert, standing: elsewhere("withdrawing") }]) },
    { name: "certificate-handed-out", hash: `certificate/${concert.id}`, parts: whole([], [{ ...concert, standing: elsewhere("withdrawn") }]) },
    { name: "discard-certificate", hash: `certificate/${concert.id}`, parts: calm, act: press(t("Discard…", "破棄する…")) },
    { name: "recovering", hash: `certificate/${concert.id}`, parts: recovering("requesting") },
    { name: "recovering-silent", hash: `certificate/${concert.id}`, parts: recovering("requesting", "unreachable") },
    { name: "recovering-arrived", hash: `value/${gift.id}`, parts: full },
    { name: "recovering-no-room", hash: `certificate/${concert.id}`, parts: [...recovering("no-room"), { values: [movie, coupon] }, { summary: summary({ used_bytes: 1_048_000 }) }] },
    {
      name: "recovered",
      hash: `certificate/${concert.id}`,
      parts: calm,
      after: { recover: [{ certificates: [ending] }, { values: [{ ...value(7, "concert", "concert-ticket", "only-here", { worth: 9000, quantity: 2, from: "2026-04-29", to: "2026-04-29" }), came_of: concert.id }] }] },
      act: press(t("Recover", "取り戻す")),
    },
    { name: "notices", hash: "notices", parts: whole([movie], [concert], { notices: [notice(21, "safe-rolled-back"), notice(22, { "too-large-for-safe": { limit: 1_048_576 } }), notice(23, "recovery-called-off")] }) },
    { name: "notices-none", hash: "notices", parts: calm },
    { name: "settings", hash: "settings", parts: calm },
    { name: "recovery", hash: "recovery", parts: [...calm, owner(unknown)] },
    { name: "recovery-new", hash: "recovery", parts: [...empty, { safes: [] }, owner({ ...unknown, can_restore: true, safes: [] })] },
    { name: "recovery-words", hash: "recovery", parts: [...calm, owner(unknown)], after: offered, act: makeWords },
    { name: "recovery-typing", hash: "recovery", parts: [...calm, owner(unknown)], after: offered, act: (page) => makeWords(page).then(() => typeWords("lusab ｂａｂａｄ、ba")(page)) },
    { name: "recovery-misread", hash: "recovery", parts: [...calm, owner(unknown)], after: offered, act: (page) => makeWords(page).then(() => typeWords("lusab babad babab hello ")(page)) },
    { name: "recovery-enrolled", hash: "recovery", parts: [...whole([movie], [], kept), owner({ safes: [0, 1, 2].map((seed) => ownerAt(seed, "enrolled")) })] },
    {
      name: "recovery-under-way",
      hash: "recovery",
      parts: [
        ...whole([movie], [], { ...kept, jobs: [atOwner(8, 1, "enrol", "enrolling", { waiting: "unreachable" })], notices: [{ ...notice(24, "owner-name-taken"), subject: "hana@example.org", safe: ADDRESSES[2] }] }),
        owner({ safes: [ownerAt(0, "enrolled"), ownerAt(1, "asking", { job: flow(8) }), ownerAt(2, "taken"), ownerAt(3, null)] }),
      ],
    },
    {
      name: "recovery-changing",
      hash: "recovery",
      parts: [
        ...whole([movie], [], { ...kept, jobs: [atOwner(8, 2, "enrol", "logging-in", { waiting: "unreachable" })] }),
        owner({ is_changing: true, safes: [ownerAt(0, "enrolled"), ownerAt(1, "both"), ownerAt(2, "old", { job: flow(8) })] }),
      ],
    },
    { name: "recovery-change-stopped", hash: "recovery", parts: [...whole([movie], [], kept), owner({ is_changing: true, safes: [ownerAt(0, "enrolled"), ownerAt(1, "both"), ownerAt(2, "old")] })] },
    {
      name: "recovery-change",
      hash: "recovery",
      parts: [...whole([movie], [], kept), owner({ safes: [0, 1, 2].map((seed) => ownerAt(seed, "enrolled")) })],
      after: offered,
      act: async (page) => {
        await press(t("Change the words", "合言葉を変える"))(page);
        await page.locator("main .words").waitFor();
        await press(t("I have written them down", "書き留めました"))(page);
        await page.getByLabel(t("The new words", "新しい合言葉"), { exact: true }).fill("lusab ");
      },
    },
    { name: "ways-prove", hash: "ways", parts: [...whole([movie], [], kept), owner({ safes: [0, 1, 2].map((seed) => ownerAt(seed, "enrolled")) })] },
    {
      name: "ways-touch",
      hash: "ways",
      parts: [
        ...whole([movie], [], { ...kept, jobs: [0, 1, 2].map((place) => ({ ...atOwner(8 + place, place, "ways", place === 2 ? "managing" : "logging-in", { waiting: place === 1 ? "unreachable" : undefined }), ceremony: place === 0 ? challenge : null })) }),
        owner({ safes: [0, 1, 2].map((seed) => ownerAt(seed, "enrolled", { job: flow(8 + seed), ways: seed === 2 ? waysAt.some : undefined })) }),
      ],
    },
    ...["open", "history", "kit"].map((at) => ({
      name: `ways-${at}`,
      hash: "ways",
      parts: [
        ...whole([movie], [], { ...kept, jobs: [0, 1].map((place) => atOwner(8 + place, place, "ways", "managing")) }),
        owner({ safes: [ownerAt(0, "enrolled", { job: flow(8), ways: waysAt.some }), ownerAt(1, "enrolled", { job: flow(9), ways: waysAt.none })] }),
      ],
      after: { "offer-kit": lockOf([], { kit: "lusab-babad-babad-babad-babad-zogid" }) },
      act: async (page) => {
        if (at === "history") {
          await page.locator("main summary").first().click();
          await page.locator("main details").first().scrollIntoViewIfNeeded();
        }
        if (at === "kit") {
          await press(t("Make a kit", "キットを作る"))(page);
          await page.locator("main .words").waitFor();
        }
      },
    })),
    {
      name: "ways-released",
      hash: "ways",
      parts: [
        ...whole([movie], [], { ...kept, jobs: [atOwner(8, 0, "ways", "managing")] }),
        owner({
          safes: [ownerAt(0, "enrolled", { job: flow(8), ways: waysAt.none })],
          released: [movie, event, prepaid, coupon].map((card, place) => ({
            what: place === 3 ? null : { certificate: item(70 + place) },
            class: place === 3 ? "" : "movie-ticket",
            name: place === 3 ? "" : card.name,
            others: place === 0 ? 2 : 0,
            copy: ["possible", "is-here", "real-is-here", "unreadable"][place],
            at: [0, 1].slice(place % 2).map((seed) => ({ operator: words.safes[seed], address: ADDRESSES[seed], since: day("03-12T09:00"), until: place < 2 ? day("03-19T09:00") : null, session: item(80 + place) })),
          })),
        }),
      ],
    },
    ...[[1, "password"], [2, "kit"], [3, "passkey"], [4, "terminal"]].map(([choice, name]) => ({
      name: `restore-by-${name}`,
      hash: "restore",
      parts: [...empty, { safes: [safe(0, "answers", 0)] }, owner({ ...unknown, can_restore: true, safes: [ownerAt(0, null)] })],
      // By the keyboard: what then moves has moved under a finger, and not by itself.
      act: async (page) => {
        for (let presses = 0; presses < choice; presses += 1) await page.getByLabel(t("With", "使うもの"), { exact: true }).press("ArrowDown");
      },
    })),
    {
      name: "restore-touch",
      hash: "restore",
      parts: [
        ...empty,
        { safes: [safe(0, "answers", 0), safe(1, "answers", 0), safe(2, "answers", 0)] },
        { jobs: [0, 1, 2].map((place) => ({ ...atOwner(8 + place, place, "restore", place === 0 ? "logged-in" : "logging-in"), ceremony: place === 0 ? null : challenge })) },
        owner({ is_restoring: true, safes: [0, 1, 2].map((seed) => ownerAt(seed, "asking", { job: flow(8 + seed) })) }),
      ],
    },
    {
      name: "recovery-password",
      hash: "recovery",
      parts: [...calm, owner(unknown)],
      act: async (page) => {
        await page.getByLabel(t("Your name", "名前"), { exact: true }).fill("Hana@Example.org");
        await press(t("Choose a password of my own", "自分でパスワードを決める"))(page);
        await page.getByLabel(t("New password", "新しいパスワード"), { exact: true }).fill("kolibri farn");
      },
    },
    { name: "recovery-weak", hash: "recovery", parts: [...whole([movie], [], kept), owner({ kind: "fair-password", safes: [0, 1, 2].map((seed) => ownerAt(seed, "enrolled")) })] },
    { name: "restore", hash: "restore", parts: [...empty, { safes: [] }, owner({ ...unknown, can_restore: true, safes: [] })] },
    { name: "restore-words", hash: "restore", parts: [...empty, { safes: [safe(0, "answers", 0)] }, owner({ ...unknown, can_restore: true, safes: [ownerAt(0, null)] })] },
    {
      name: "restore-wrong",
      hash: "restore",
      parts: [
        ...empty,
        { safes: [safe(0, "answers", 0)] },
        { notices: [{ ...notice(25, "secret-wrong"), subject: "hana@example.org", safe: ADDRESSES[0] }] },
        owner({ ...unknown, can_restore: true, safes: [ownerAt(0, null)] }),
      ],
    },
    {
      name: "restore-asking",
      hash: "restore",
      parts: [
        ...empty,
        { safes: [safe(0, "answers", 0), safe(1, "silent", 0), safe(2, "unknown", 0)] },
        { jobs: [atOwner(8, 0, "restore", "logged-in"), atOwner(9, 1, "restore", "logging-in", { waiting: "unreachable" }), atOwner(10, 2, "restore", "logging-in", { waiting: "too-many-guesses" })] },
        owner({ is_restoring: true, safes: [ownerAt(0, "asking", { job: flow(8) }), ownerAt(1, "asking", { job: flow(9) }), ownerAt(2, "asking", { job: flow(10) })] }),
      ],
    },
    {
      name: "restore-found",
      hash: "restore",
      parts: [
        ...whole([], [concert], kept),
        owner({ safes: [ownerAt(0, "enrolled", { found: { certificates: 5, unread: 0 } }), ownerAt(1, "enrolled", { found: { certificates: 4, unread: 1 } }), ownerAt(2, "refused")] }),
      ],
      act: (page) => page.getByRole("checkbox").nth(1).check(),
    },
    { name: "restore-not-empty", hash: "restore", parts: [...calm, owner(unknown)] },
    { name: "open-elsewhere", parts: [{ phase: "open-elsewhere" }] },
    { name: "fenced", parts: [{ phase: "fenced" }] },
    { name: "storage-blocked", parts: [{ phase: "storage-blocked" }] },
    { name: "storage-newer", parts: [{ phase: "storage-newer" }] },
    { name: "storage-damaged", parts: [{ phase: "storage-damaged" }] },
    { name: "crashed", crash: true, parts: [] },
    { name: "hand-over", hash: `hand-over/${oneSafe.id}`, parts: whole([], [], kept) },
    {
      name: "hand-over-papers",
      hash: `hand-over/${divided.id}`,
      parts: whole([], [], kept),
      after: { "hand-over": [{ opened: { papers: { what: { backup: divided.id }, texts: [1, 2, 3].map((seed) => `saifu-bearer:${hex(seed === 3 ? 1600 : 900, seed)}`) } } }] },
      act: press(t("Show", "表示する")),
    },
    { name: "lock", hash: "lock", parts: calm, lock: lockOf([]) },
    { name: "lock-drafts", hash: "lock", parts: calm, lock: lockOf([byPasscode, byPasskey]) },
    { name: "lock-passcode", hash: "lock", parts: calm, lock: lockOf([]), act: press(/^(Passcode|パスコード)/) },
    { name: "lock-passkey", hash: "lock", parts: calm, lock: lockOf([]), act: press(/^(Passkey|パスキー)/) },
    {
      name: "lock-kit",
      hash: "lock",
      parts: calm,
      lock: lockOf([byPasscode]),
      after: { "offer-kit": lockOf([byPasscode], { kit: "lusab-babad-babad-babad-babad-zogid" }) },
      act: async (page) => {
        await press(/^(Recovery kit|復旧キット)/)(page);
        await page.locator(".kit").waitFor();
      },
    },
    { name: "lock-on", hash: "lock", parts: calm, lock: lockOf([byPasscode, byPasskey, byKit], { is_on: true, said: "switched-on" }) },
    { name: "lock-one-left", hash: "lock", parts: calm, lock: lockOf([byPasskey], { is_on: true, said: { removed: "passcode" } }) },
    {
      name: "lock-remove-last",
      hash: "lock",
      parts: calm,
      lock: lockOf([byPasskey], { is_on: true }),
      act: press(/^(Remove|外す)/),
    },
    { name: "locked", parts: [{ phase: "locked" }], lock: lockOf([byPasscode, byPasskey, byKit], { is_on: true }) },
    { name: "locked-wrong", parts: [{ phase: "locked" }], lock: lockOf([byPasscode, byKit], { is_on: true, said: { wrong: "passcode" }, pause_until: Date.now() + 600_000 }) },
    {
      name: "locked-lost",
      parts: [{ phase: "locked" }],
      lock: lockOf([byPasskey], { is_on: true }),
      act: (page) => page.locator("summary").click(),
    },
    { name: "hand-over-gone", hash: `hand-over/${item(99)}`, parts: whole([], [], kept) },
    { name: "take-over", hash: "take-over", parts: calm },
    {
      name: "take-over-problem",
      hash: "take-over",
      parts: calm,
      act: async (page) => {
        await page.getByLabel(t("Text of the papers", "持参人証の文字")).fill("saifu-bearer:");
        await press(t("Take over", "受け取る"))(page);
      },
    },
  ].map((scene) => ({ hash: "values", opened, ...scene }));
};

/** Every screen in a language. */
export const scenes = (lang) => prepare(lang);

/** The script that stands in for the Worker: it answers the page's wishes with what the scene has prepared. */
const standIn = ({ parts, opened, after = {}, crash, lock }) => `
const { parts, opened, after, crash, lock } = ${JSON.stringify({ parts, opened, after, crash, lock }, (_, it) => (it === undefined ? null : it))};
const post = (message) => postMessage(JSON.stringify(message));
const receiver = (${makeReceiver})();
addEventListener("message", async () => {
  addEventListener("message", async ({ data }) => {
    const { sealed } = JSON.parse(data);
    if (sealed === undefined) return;
    const { intent, lock: wish } = await receiver.open(sealed);
    post({ offer: await receiver.offer(1) });
    const wanted = typeof wish === "string" ? wish : wish && Object.keys(wish)[0];
    if (wish && after[wanted]) post({ lock: after[wanted] });
    if (intent === undefined) return;
    const [kind] = typeof intent === "string" ? [intent] : Object.keys(intent);
    const item = intent[kind]?.item;
    if (kind === "open" && opened[item]) post({ parts: [{ opened: opened[item] }] });
    if (after[kind]) post({ parts: after[kind] });
  });
  post("ready");
  post({ offer: await receiver.offer() });
  if (lock) post({ lock });
  if (crash) setTimeout(() => { throw new Error("as prepared"); });
  else post({ parts });
}, { once: true });
`;

const NAME = "/stand-in-worker.js";

/** What the screen that nobody should see is called. */
const CRASHED = ["Saifu stopped unexpectedly", "予期せず停止しました"];

/** Makes a page start the stand-in instead of its Worker. Give the scene before each load. */
export const standInFor = async (page) => {
  let scene;
  const headers = { "content-type": "text/javascript", "content-security-policy": await policy() };
  await page.route(`**${NAME}`, (route) => route.fulfill({ body: standIn(scene), headers }));
  await page.addInitScript((name) => {
    const Real = globalThis.Worker;
    globalThis.Worker = class extends Real {
      constructor(_script, options) {
        super(name, options);
      }
    };
  }, NAME);
  return (next) => (scene = next);
};

/** The policy of the site: the stand-in lives under the same. */
const policy = async () => /Content-Security-Policy: (.*)/.exec(await readFile(join(DIST, "_headers"), "utf8"))[1];

/** Shows a scene: loads the page, waits for the screen, does what the scene wants done. */
export const showScene = async (page, site, scene, { lang, theme, prepareStandIn }) => {
  prepareStandIn(scene);
  await page.goto(`${site.url}/manifest.webmanifest`);
  await page.evaluate(
    ([lang, theme]) => {
      localStorage.setItem("language", JSON.stringify(lang));
      localStorage.setItem("theme", JSON.stringify(theme));
    },
    [lang, theme],
  );
  await page.goto(`${site.url}/#/${scene.hash}`);
  await page.locator("h1").waitFor();
  if (scene.name !== "opening") await page.locator("[data-readiness]:not([data-readiness=starting])").waitFor({ state: "attached" });
  await scene.act?.(page);
  await page.evaluate(() => new Promise((done) => setTimeout(done, 120)));
  // A scene that the page cannot read would otherwise be looked at as a screen that is all right.
  const title = await page.locator("h1").first().textContent();
  const hasCrashed = CRASHED.some((words) => title.includes(words));
  if (hasCrashed !== Boolean(scene.crash)) throw new Error(`${scene.name} shows: ${title}`);
};
