//! The words of rules: which values, when, what is done, why something is left apart, and what was done.

use super::{Halves, Lang, class, currency, days, preset, values};
use crate::page::format::{self, Length};
use crate::page::tree::{Choice, Tree, Unit, clock};
use saifu_protocol::value::Currency;
use saifu_wallet_core::rules::trigger::Remark;
use saifu_wallet_core::rules::{
    Amount, Apart, Condition, Day, Does, Entry, How, Lies, Number, Period, Rule, RuleId,
    RuleProblem, Shipped, Shortage, Text, Trigger, Way, Why,
};
use saifu_wallet_core::view;

/// What a rule is called.
pub(crate) fn rule_name(lang: Lang, id: RuleId, name: &str) -> String {
    match Shipped::of(id) {
        _ if !name.is_empty() => name.into(),
        Some(Shipped::NotUsableWithinAMonth) => say!(
            lang,
            "Not usable within a month",
            "1か月以内には使えないもの"
        )
        .into(),
        Some(Shipped::HeldLongerThan30Days) => say!(
            lang,
            "Held longer than 30 days",
            "30日を超えて持っているもの"
        )
        .into(),
        None => say!(lang, "A rule", "ルール").into(),
    }
}

/// The kinds of nodes of a tree, as they are chosen.
pub(crate) fn kind(lang: Lang, tree: Tree, kind: usize) -> &'static str {
    match (tree, kind) {
        (_, 0) => say!(lang, "All of these", "次のすべて"),
        (_, 1) => say!(lang, "One of these", "次のどれか"),
        (Tree::Which, 2) => say!(lang, "Not this", "次ではない"),
        (Tree::Which, 3) => say!(lang, "Kind", "種類が"),
        (Tree::Which, 4) => say!(lang, "Its name", "名称が"),
        (Tree::Which, 5) => say!(lang, "Its place", "利用場所が"),
        (Tree::Which, 6) => say!(lang, "Its remarks", "備考が"),
        (Tree::Which, 7) => say!(lang, "Price of one", "単価が"),
        (Tree::Which, 8) => say!(lang, "How many there are", "数量が"),
        (Tree::Which, 9) => say!(lang, "Its total", "合計が"),
        (Tree::Which, 10) => say!(lang, "What is left on it", "残額が"),
        (Tree::Which, 11) => say!(lang, "What it is worth now", "いまの価値が"),
        (Tree::Which, 12) => say!(lang, "Its size", "大きさが"),
        (Tree::Which, 13) => say!(lang, "Room left in the wallet", "財布の空きが"),
        (Tree::Which, 14) => say!(lang, "Its first day", "利用開始日が"),
        (Tree::Which, 15) => say!(lang, "Its last day", "最終日が"),
        (Tree::Which, 16) => say!(lang, "Usable within", "使えるのが次の期間内"),
        (Tree::Which, 17) => say!(lang, "Ends within", "終わるのが次の期間内"),
        (Tree::Which, 18) => say!(lang, "Held for more than", "持っている期間が次を超える"),
        (Tree::Which, 19) => say!(lang, "At too few safes", "預け先の金庫が足りない"),
        (Tree::Which, _) => say!(lang, "Where it is", "置き場所が"),
        (Tree::When, 2) => say!(lang, "The charger is connected", "充電を始めたとき"),
        (Tree::When, 3) => say!(
            lang,
            "Nobody has used the device for",
            "次の時間、使われていないとき"
        ),
        (Tree::When, 4) => say!(lang, "The battery falls below", "電池が次を下回ったとき"),
        (Tree::When, 5) => say!(lang, "At a time of day", "時刻"),
        (Tree::When, 6) => say!(lang, "Room falls below", "空きが次を下回ったとき"),
        (Tree::When, 7) => say!(
            lang,
            "Something is not needed for",
            "次の期間は要らないものがあるとき"
        ),
        (Tree::When, 8) => say!(lang, "Something came in or changed", "中身が変わったとき"),
        (Tree::When, 9) => say!(lang, "The wallet is opened", "財布を開いたとき"),
        (Tree::When, 10) => say!(lang, "Only when I ask", "自分で指示したとき"),
        (Tree::When, 11) => say!(lang, "The connection gets better", "通信がよくなったとき"),
        (Tree::When, 12) => say!(lang, "The battery is charged to", "電池が次まで戻ったとき"),
        (Tree::When, 13) => say!(lang, "Room grows to", "空きが次まで増えたとき"),
        (Tree::When, _) => say!(
            lang,
            "Something can be used tomorrow",
            "明日使えるものがあるとき"
        ),
    }
}

/// The few of which one is chosen.
pub(crate) fn choice(lang: Lang, choice: Choice) -> Vec<&'static str> {
    match choice {
        Choice::Text => vec![
            say!(lang, "is", "次と同じ"),
            say!(lang, "contains", "次を含む"),
            say!(lang, "is empty", "空である"),
        ],
        Choice::Bound => vec![
            say!(lang, "at least", "次以上"),
            say!(lang, "below", "次未満"),
        ],
        Choice::Day => vec![
            say!(lang, "is open", "決まっていない"),
            say!(lang, "is before", "次より前"),
            say!(lang, "is on or after", "次以後"),
        ],
        Choice::Period => vec![say!(lang, "days", "日"), say!(lang, "months", "か月")],
        Choice::Currency => {
            let all = Currency::ALL.into_iter();
            all.map(|it| currency(lang, it)).collect()
        }
        Choice::Lies => vec![
            say!(lang, "in this browser", "このブラウザの中"),
            say!(lang, "at safes", "金庫の中"),
        ],
    }
}

/// What is chosen by it.
pub(crate) fn choice_label(lang: Lang, choice: Choice) -> &'static str {
    match choice {
        Choice::Text | Choice::Bound | Choice::Day | Choice::Lies => {
            say!(lang, "How it compares", "比べ方")
        }
        Choice::Period => say!(lang, "Days or months", "日か月か"),
        Choice::Currency => say!(lang, "Which currency", "通貨の種類"),
    }
}

/// What a number counts.
pub(crate) fn unit(lang: Lang, unit: Unit) -> &'static str {
    match unit {
        Unit::Pieces => say!(lang, "Number", "数"),
        Unit::Bytes => say!(lang, "Number of bytes", "バイト数"),
        Unit::Days => say!(lang, "Number of days", "日数"),
        Unit::Minutes => say!(lang, "Number of minutes", "分数"),
        Unit::Percent => say!(lang, "Percent", "パーセント"),
        Unit::Periods => say!(lang, "How long", "期間の長さ"),
    }
}

fn period(lang: Lang, period: Period) -> String {
    match period {
        Period::Days(count) => days_of(lang, count),
        Period::Months(1) => say!(lang, "a month", "1か月").into(),
        Period::Months(count) => say!(lang, "{count} months", "{count}か月", count),
    }
}

fn days_of(lang: Lang, count: u16) -> String {
    days(lang, count.into())
}

fn joined(lang: Lang, parts: Vec<String>, between: &str, none: &'static str) -> String {
    match parts.as_slice() {
        [] => none.into(),
        [one] => one.clone(),
        several => {
            let all = several.join(between);
            say!(lang, "({all})", "（{all}）", all)
        }
    }
}

/// Which values, in words.
pub(crate) fn condition(lang: Lang, it: &Condition) -> String {
    let each = |list: &[Condition]| list.iter().map(|it| condition(lang, it)).collect();
    match it {
        Condition::All(list) => {
            let (and, none) = (
                say!(lang, " and ", "、かつ"),
                say!(lang, "everything", "すべて"),
            );
            joined(lang, each(list), and, none)
        }
        Condition::Any(list) => {
            let (or, none) = (
                say!(lang, " or ", "、または"),
                say!(lang, "nothing", "なし"),
            );
            joined(lang, each(list), or, none)
        }
        Condition::Not(inner) => {
            let inner = condition(lang, inner);
            say!(lang, "not {inner}", "「{inner}」以外", inner)
        }
        Condition::Class(codes) => {
            let names: Vec<String> = codes.iter().map(|code| class(lang, code)).collect();
            joined(
                lang,
                names,
                say!(lang, " or ", "、または"),
                say!(lang, "no kind", "種類なし"),
            )
        }
        Condition::Name(it) => text_of(lang, say!(lang, "name", "名称"), it),
        Condition::Place(it) => text_of(lang, say!(lang, "place", "利用場所"), it),
        Condition::Remarks(it) => text_of(lang, say!(lang, "remarks", "備考"), it),
        Condition::UnitPrice(it) => amount(lang, say!(lang, "price of one", "単価"), it),
        Condition::Total(it) => amount(lang, say!(lang, "total", "合計"), it),
        Condition::Remaining(it) => amount(lang, say!(lang, "what is left", "残額"), it),
        Condition::Worth(it) => amount(lang, say!(lang, "worth", "価値"), it),
        Condition::Quantity(it) => {
            let (number, what) = (number_of(*it).to_string(), say!(lang, "number", "数量"));
            bound(lang, what, *it, &number)
        }
        Condition::Size(it) => {
            let size = format::bytes(lang, number_of(*it));
            bound(lang, say!(lang, "size", "大きさ"), *it, &size)
        }
        Condition::Free(it) => {
            let size = format::bytes(lang, number_of(*it));
            bound(
                lang,
                say!(lang, "room in the wallet", "財布の空き"),
                *it,
                &size,
            )
        }
        Condition::FirstDay(it) => day(lang, say!(lang, "first day", "利用開始日"), *it),
        Condition::LastDay(it) => day(lang, say!(lang, "last day", "最終日"), *it),
        Condition::UsableWithin(it) => {
            let time = period(lang, *it);
            say!(lang, "usable within {time}", "{time}以内に使える", time)
        }
        Condition::EndingWithin(it) => {
            let time = period(lang, *it);
            say!(lang, "ending within {time}", "{time}以内に終わる", time)
        }
        Condition::HeldLongerThan(count) => {
            let time = days_of(lang, *count);
            say!(
                lang,
                "held longer than {time}",
                "{time}を超えて持っている",
                time
            )
        }
        Condition::NotAtEnoughSafes => {
            say!(lang, "at too few safes", "預け先の金庫が足りない").into()
        }
        Condition::Lies(Lies::Here) => {
            say!(lang, "in this browser now", "いまこのブラウザにある").into()
        }
        Condition::Lies(Lies::AtSafes) => say!(lang, "at safes now", "いま金庫にある").into(),
    }
}

fn text_of(lang: Lang, what: &str, it: &Text) -> String {
    match it {
        Text::Is(text) => say!(lang, "{what} is “{text}”", "{what}が「{text}」", what, text),
        Text::Contains(text) => {
            say!(
                lang,
                "{what} contains “{text}”",
                "{what}に「{text}」を含む",
                what,
                text
            )
        }
        Text::Empty => say!(lang, "no {what}", "{what}なし", what),
    }
}

fn number_of(number: Number) -> u64 {
    match number {
        Number::AtLeast(number) | Number::Below(number) => number,
    }
}

fn bound(lang: Lang, what: &str, number: Number, shown: &str) -> String {
    match number {
        Number::AtLeast(_) => say!(
            lang,
            "{what} at least {shown}",
            "{what}が{shown}以上",
            what,
            shown
        ),
        Number::Below(_) => say!(
            lang,
            "{what} below {shown}",
            "{what}が{shown}未満",
            what,
            shown
        ),
    }
}

fn amount(lang: Lang, what: &str, it: &Amount) -> String {
    let shown = format::amount(
        lang,
        &view::Amount {
            minor: number_of(it.is),
            currency: it.currency.clone(),
        },
    );
    bound(lang, what, it.is, &shown)
}

fn day(lang: Lang, what: &str, it: Day) -> String {
    let shown = |day| format::day(lang, Length::Long, day);
    match it {
        Day::Open => say!(lang, "{what} is open", "{what}が決まっていない", what),
        Day::Before(day) => {
            let day = shown(day);
            say!(
                lang,
                "{what} before {day}",
                "{what}が{day}より前",
                what,
                day
            )
        }
        Day::From(day) => {
            let day = shown(day);
            say!(
                lang,
                "{what} on or after {day}",
                "{what}が{day}以後",
                what,
                day
            )
        }
    }
}

/// When, in words.
pub(crate) fn trigger(lang: Lang, it: &Trigger) -> String {
    let each = |list: &[Trigger]| list.iter().map(|it| trigger(lang, it)).collect();
    match it {
        Trigger::All(list) => {
            let (and, none) = (say!(lang, " and ", "、かつ"), say!(lang, "never", "なし"));
            joined(lang, each(list), and, none)
        }
        Trigger::Any(list) => {
            let (or, none) = (say!(lang, " or ", "、または"), say!(lang, "never", "なし"));
            joined(lang, each(list), or, none)
        }
        Trigger::ChargerConnected => {
            say!(lang, "when the charger is connected", "充電を始めたとき").into()
        }
        Trigger::IdleFor(count) => say!(
            lang,
            "when it was not used for {count} minutes",
            "{count}分使われていないとき",
            count
        ),
        Trigger::BatteryBelow(percent) => say!(
            lang,
            "when the battery falls below {percent} %",
            "電池が{percent}％を下回ったとき",
            percent
        ),
        Trigger::At(minute) => {
            let time = clock(*minute);
            say!(lang, "at {time}", "{time}に", time)
        }
        Trigger::RoomBelow(bytes) => {
            let size = format::bytes(lang, *bytes);
            say!(
                lang,
                "when room falls below {size}",
                "空きが{size}を下回ったとき",
                size
            )
        }
        Trigger::NotNeededFor(count) => {
            let time = days_of(lang, *count);
            say!(
                lang,
                "when something is not needed for {time}",
                "{time}は要らないものがあるとき",
                time
            )
        }
        Trigger::OnChange => say!(
            lang,
            "when something came in or changed",
            "中身が変わったとき"
        )
        .into(),
        Trigger::OnOpen => say!(lang, "when the wallet is opened", "財布を開いたとき").into(),
        Trigger::OnRequest => say!(lang, "when you ask for it", "指示したとき").into(),
        Trigger::ConnectionImproves => say!(
            lang,
            "when the connection gets better",
            "通信がよくなったとき"
        )
        .into(),
        Trigger::BatteryRecovers(percent) => say!(
            lang,
            "when the battery is at {percent} % again",
            "電池が{percent}％まで戻ったとき",
            percent
        ),
        Trigger::RoomRecovers(bytes) => {
            let size = format::bytes(lang, *bytes);
            say!(
                lang,
                "when {size} are free again",
                "空きが{size}まで増えたとき",
                size
            )
        }
        Trigger::UsableTomorrow => say!(
            lang,
            "the day before something can be used",
            "使える日の前日"
        )
        .into(),
    }
}

/// What a rule does, in words.
pub(crate) fn does(lang: Lang, does: &Does) -> String {
    match does {
        Does::BackUp(it) => match &it.how {
            How::Sealed => say!(
                lang,
                "Backs up, each protected as is suggested for it. What is registered leaves this browser.",
                "おすすめの守り方で預けます。登録が済んだものは、このブラウザから移ります。"
            )
            .into(),
            How::Preset(it) => {
                let way = preset(lang, *it);
                say!(lang, "Backs up: {way}. What is registered leaves this browser.", "預けます（{way}）。登録が済んだものは、このブラウザから移ります。", way)
            }
            How::Plan(_) => say!(
                lang,
                "Backs up by a plan of your own. What is registered leaves this browser.",
                "自分で決めた方法で預けます。登録が済んだものは、このブラウザから移ります。"
            )
            .into(),
        },
        Does::Fetch(it) if it.leave_free == 0 => say!(
            lang,
            "Brings home what is needed first, as far as there is room.",
            "先に要るものから、空きがあるだけ取り戻します。"
        )
        .into(),
        Does::Fetch(it) => {
            let size = format::bytes(lang, it.leave_free);
            say!(
                lang,
                "Brings home what is needed first, and leaves {size} free.",
                "先に要るものから取り戻し、空きを{size}残します。",
                size
            )
        }
    }
}

/// What a rule lacks on this device, and what is done instead.
pub(crate) fn remark(lang: Lang, remark: Remark) -> &'static str {
    match remark {
        Remark::ChargerUnseen => say!(
            lang,
            "This browser does not say when the charger is connected. The rule runs at 23:00 instead.",
            "このブラウザでは充電の開始が分かりません。代わりに23:00に働きます。"
        ),
        Remark::LowBatteryUnseen => say!(
            lang,
            "This browser does not say how full the battery is. The rule runs after every change instead.",
            "このブラウザでは電池の残りが分かりません。代わりに中身が変わるたびに働きます。"
        ),
        Remark::FullBatteryUnseen => say!(
            lang,
            "This browser does not say how full the battery is. The rule runs whenever the wallet is opened.",
            "このブラウザでは電池の残りが分かりません。代わりに財布を開くたびに働きます。"
        ),
        Remark::DeviceUseUnseen => say!(
            lang,
            "This browser does not say whether the device is in use. Only use of this wallet counts.",
            "このブラウザでは端末が使われているか分かりません。この財布を使ったかどうかで判断します。"
        ),
        Remark::ConnectionUnseen => say!(
            lang,
            "This browser does not say how good the connection is. The rule runs when the network is back.",
            "このブラウザでは通信のよしあしが分かりません。つながり直したときに働きます。"
        ),
        Remark::QuotaUnseen => say!(
            lang,
            "This browser does not say how much room it leaves. Only the limit set in this wallet counts.",
            "このブラウザでは保存できる残りが分かりません。財布の上限だけで判断します。"
        ),
        Remark::NotSeenWhileClosed => say!(
            lang,
            "While the wallet is closed nothing is noticed. It is looked at when the wallet is opened the next time.",
            "閉じている間は何も分かりません。次に開いたときに確かめます。"
        ),
        Remark::MissedWhileClosed => say!(
            lang,
            "While the wallet is closed nothing is noticed. The rule runs when the wallet is first opened on a day.",
            "閉じている間は何も分かりません。その日に初めて開いたときに働きます。"
        ),
        Remark::LateWhileClosed => say!(
            lang,
            "While the wallet is closed nothing runs. Whatever has become due by then is done when you next open it.",
            "閉じている間は何もしません。時刻が過ぎていれば、次に開いたときに行います。"
        ),
        Remark::TomorrowMissedWhileClosed => say!(
            lang,
            "While the wallet is closed nothing is fetched. If you do not open it the day before, you wait for it on the day.",
            "閉じている間は取り戻せません。前日に開かなければ、当日に待つことになります。"
        ),
        Remark::RemindedWhileClosed => say!(
            lang,
            "While the wallet is closed, this browser sends what was begun, and reminds you of times if it may show messages. Nothing new begins until you open it.",
            "閉じている間は、始めてあった送信だけを済ませ、通知を許していれば時刻を知らせます。新しいことは、開くまで始めません。"
        ),
    }
}

/// Why a value is left apart.
pub(crate) fn apart(lang: Lang, why: Apart) -> &'static str {
    match why {
        Apart::Expired => say!(lang, "its last day is over", "期限切れ"),
        Apart::Locked => say!(lang, "work on it is under way", "処理中"),
        Apart::Unclear => say!(lang, "too little is known of it", "内容が分からない"),
        Apart::Wanted => say!(
            lang,
            "another rule would bring it back at once",
            "別のルールがすぐに取り戻す"
        ),
        Apart::BroughtHome => say!(lang, "a rule has brought it home", "ルールが取り戻したもの"),
        Apart::JustMoved => say!(
            lang,
            "you moved it a few days ago",
            "数日前に自分で移したもの"
        ),
        Apart::NoRoom => say!(lang, "there is no room for it", "空きが足りない"),
        Apart::TooFewSafes => say!(
            lang,
            "there are too few safes for its protection",
            "守り方に必要な金庫が足りない"
        ),
        Apart::SecretTooWeak => say!(
            lang,
            "your recovery password is too weak for money",
            "復元パスワードがお金には弱い"
        ),
    }
}

/// How many values a rule means now.
pub(crate) fn means(lang: Lang, count: usize, way: Way) -> String {
    let number = values(lang, count);
    match (count, way) {
        // No rule does.
        (_, Way::Rehearse | Way::Audit) => String::new(),
        (0, Way::BackUp) => say!(
            lang,
            "Right now it would back up nothing.",
            "いま預けるものはありません。"
        )
        .into(),
        (0, Way::Fetch) => say!(
            lang,
            "Right now it would bring home nothing.",
            "いま取り戻すものはありません。"
        )
        .into(),
        (_, Way::BackUp) => say!(
            lang,
            "Right now it would back up {number}:",
            "いま預けるのは{number}です：",
            number
        ),
        (_, Way::Fetch) => say!(
            lang,
            "Right now it would bring home {number}:",
            "いま取り戻すのは{number}です：",
            number
        ),
    }
}

/// How many it leaves apart.
pub(crate) fn leaves_apart(lang: Lang, count: usize) -> String {
    let number = values(lang, count);
    say!(lang, "Left apart: {number}", "対象外：{number}", number)
}

/// A value that is left apart, and why.
pub(crate) fn left_apart(lang: Lang, name: &str, why: Apart) -> String {
    let why = apart(lang, why);
    say!(lang, "{name}: {why}", "{name}：{why}", name, why)
}

/// Why a rule ran.
pub(crate) fn why(lang: Lang, why: &Why) -> String {
    match why {
        Why::Due(moment) => trigger(lang, moment),
        Why::Asked => say!(lang, "because you asked for it", "指示したため").into(),
        Why::Often(often) => super::health::often(lang, *often).into(),
        Why::EachDays(days) => {
            say!(lang, "Every {days} days", "{days}日ごと", days)
        }
        Why::Room(bytes) => {
            let size = format::bytes(lang, *bytes);
            say!(
                lang,
                "because {size} of room were missing",
                "空きが{size}足りなかったため",
                size
            )
        }
    }
}

/// What a rule has done.
pub(crate) fn done(lang: Lang, entry: &Entry) -> String {
    let count = usize::try_from(entry.moved).unwrap_or(usize::MAX);
    let number = values(lang, count);
    match entry.way {
        Way::Rehearse => return super::health::rehearsed(lang, entry),
        Way::Audit => return super::audit::done(lang, entry),
        Way::BackUp | Way::Fetch => {}
    }
    let said = match (count, entry.way) {
        (0, _) | (_, Way::Rehearse | Way::Audit) => {
            say!(lang, "Nothing was moved.", "何も移していません。").to_owned()
        }
        (_, Way::BackUp) => say!(
            lang,
            "Backed up {number}.",
            "{number}を預けました。",
            number
        ),
        (_, Way::Fetch) => say!(
            lang,
            "Brought home {number}.",
            "{number}を取り戻しました。",
            number
        ),
    };
    if entry.stayed == 0 {
        return said;
    }
    let stayed = values(lang, usize::try_from(entry.stayed).unwrap_or(usize::MAX));
    say!(
        lang,
        "{said} Not moved: {stayed}.",
        "{said}移さなかったものは{stayed}です。",
        said,
        stayed
    )
}

/// Names, one after the other.
pub(crate) fn listed(lang: Lang, names: &[String]) -> String {
    names.join(say!(lang, ", ", "、"))
}

/// How far a rule that is carried out has come.
pub(crate) fn round_progress(lang: Lang, moved: u32, left: usize) -> String {
    say!(
        lang,
        "{moved} done, {left} to go",
        "{moved}点済み、残り{left}点",
        moved,
        left
    )
}

/// What happens when there is no room.
pub(crate) fn shortage(lang: Lang, shortage: Shortage) -> &'static str {
    match shortage {
        Shortage::Ask => say!(lang, "Ask me", "そのつど尋ねる"),
        Shortage::MakeRoom => say!(
            lang,
            "Make room by the rules that are on",
            "オンのルールで空きを作る"
        ),
    }
}

/// How much room the rules would make.
pub(crate) fn would_free(lang: Lang, bytes: u64) -> String {
    let size = format::bytes(lang, bytes);
    say!(
        lang,
        "It would free {size}.",
        "{size}の空きができます。",
        size
    )
}

/// Why a rule is not taken.
pub(crate) fn rule_problem(lang: Lang, problem: RuleProblem) -> Halves {
    match problem {
        RuleProblem::Name => Halves::new(
            say!(
                lang,
                "The rule has no name, or one that is too long.",
                "名前がないか、長すぎます。"
            ),
            say!(
                lang,
                "Give it a name of at most 60 characters.",
                "60文字以内の名前を付けてください。"
            ),
        ),
        RuleProblem::Which(_) => Halves::new(
            say!(
                lang,
                "The conditions are too many, too deep or too long.",
                "条件が多すぎるか、深すぎるか、長すぎます。"
            ),
            say!(
                lang,
                "Make two rules of them.",
                "2つのルールに分けてください。"
            ),
        ),
        RuleProblem::When(_) => Halves::new(
            say!(
                lang,
                "This moment never comes, or is beyond what can be.",
                "その時は来ないか、ありえない値です。"
            ),
            say!(
                lang,
                "Choose at least one moment, and a percentage between 1 and 100.",
                "時を1つ以上選び、割合は1から100にしてください。"
            ),
        ),
        RuleProblem::Safes => Halves::new(
            say!(
                lang,
                "Too many safes are chosen.",
                "選んだ金庫が多すぎます。"
            ),
            say!(lang, "Leave some of them out.", "いくつか外してください。"),
        ),
        RuleProblem::TooMany => Halves::new(
            say!(
                lang,
                "There are 32 rules already.",
                "ルールがすでに32個あります。"
            ),
            say!(
                lang,
                "Delete one that you do not need.",
                "要らないものを削除してください。"
            ),
        ),
    }
}

/// The way a rule goes, as it is chosen.
pub(crate) fn way(lang: Lang, way: Way) -> &'static str {
    match way {
        Way::BackUp => say!(lang, "Back up", "金庫に預ける"),
        Way::Fetch => say!(lang, "Bring home", "手元に戻す"),
        Way::Rehearse => say!(lang, "Rehearsal", "予行"),
        Way::Audit => say!(lang, "Audit", "検査"),
    }
}

/// Without the brackets around all of it, if there are some.
fn unwrapped(text: String, is_joined: bool) -> String {
    let mut inner = text.chars();
    match is_joined {
        true => {
            inner.next();
            inner.next_back();
            inner.collect()
        }
        false => text,
    }
}

/// A rule in one line, for lists.
pub(crate) fn rule_line(lang: Lang, rule: &Rule) -> String {
    let which = unwrapped(
        condition(lang, &rule.which),
        matches!(&rule.which, Condition::All(list) | Condition::Any(list) if list.len() > 1),
    );
    let when = unwrapped(
        trigger(lang, &rule.when),
        matches!(&rule.when, Trigger::All(list) | Trigger::Any(list) if list.len() > 1),
    );
    say!(lang, "{which} – {when}", "{which}｜{when}", which, when)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::tree::tests::{conditions, triggers};
    use crate::page::words::tests::{check, check_sentences};
    use saifu_protocol::UnixTime;
    use saifu_wallet_core::ids::FlowId;
    use saifu_wallet_core::plan::preset::Preset;
    use saifu_wallet_core::rules::trigger::Unusable;
    use saifu_wallet_core::rules::{BackUp, Excess, Fetch, Rehearsals};

    fn both(of: impl Fn(Lang) -> String) {
        let [en, ja] = Lang::ALL.map(of);
        check(&en, &ja);
    }

    fn sentences(of: impl Fn(Lang) -> String) {
        let [en, ja] = Lang::ALL.map(of);
        check_sentences(&en, &ja);
    }

    #[test]
    fn every_condition_and_moment_is_said_in_both_languages() {
        for it in conditions() {
            both(|lang| condition(lang, &it));
        }
        for it in triggers() {
            both(|lang| trigger(lang, &it));
        }
        for tree in [Tree::Which, Tree::When] {
            for at in 0..tree.kinds() {
                both(|lang| kind(lang, tree, at).into());
            }
        }
        for it in [
            Choice::Text,
            Choice::Bound,
            Choice::Day,
            Choice::Period,
            Choice::Currency,
            Choice::Lies,
        ] {
            let [en, ja] = Lang::ALL.map(|lang| choice(lang, it));
            assert_eq!(en.len(), ja.len());
            en.iter().zip(ja).for_each(|(en, ja)| check(en, ja));
            both(|lang| choice_label(lang, it).into());
        }
    }

    #[test]
    fn the_shipped_rules_read_as_they_are_meant() {
        let [month, held] = Shipped::ALL.map(Shipped::rule);
        assert_eq!(
            rule_line(Lang::En, &month),
            "not usable within a month – at 23:00 or when you ask for it"
        );
        assert_eq!(
            rule_line(Lang::Ja, &month),
            "「1か月以内に使える」以外｜23:00に、または指示したとき"
        );
        assert_eq!(condition(Lang::En, &held.which), "held longer than 30 days");
        both(|lang| rule_name(lang, month.id, ""));
        both(|lang| rule_name(lang, held.id, ""));
        assert_eq!(rule_name(Lang::En, held.id, "mine"), "mine");
    }

    #[test]
    fn what_a_rule_lacks_leaves_apart_and_has_done_is_said() {
        for it in [
            Remark::ChargerUnseen,
            Remark::LowBatteryUnseen,
            Remark::FullBatteryUnseen,
            Remark::DeviceUseUnseen,
            Remark::ConnectionUnseen,
            Remark::QuotaUnseen,
            Remark::NotSeenWhileClosed,
            Remark::MissedWhileClosed,
            Remark::LateWhileClosed,
            Remark::TomorrowMissedWhileClosed,
            Remark::RemindedWhileClosed,
        ] {
            sentences(|lang| remark(lang, it).into());
        }
        for it in Apart::ALL {
            both(|lang| apart(lang, it).into());
        }
        for problem in [
            RuleProblem::Name,
            RuleProblem::Which(Excess::Depth),
            RuleProblem::When(Unusable::Meaningless),
            RuleProblem::Safes,
            RuleProblem::TooMany,
        ] {
            sentences(|lang| rule_problem(lang, problem).what);
            sentences(|lang| rule_problem(lang, problem).now);
        }
        for (moved, stayed) in [(0, 1), (1, 0), (3, 2)] {
            for way in [Way::BackUp, Way::Fetch, Way::Rehearse, Way::Audit] {
                let entry = Entry {
                    round: FlowId::new([1; 16]),
                    rule: RuleId::new([1; 16]),
                    name: String::new(),
                    why: Why::Asked,
                    way,
                    began: UnixTime(0),
                    ended: UnixTime(0),
                    named: Vec::new(),
                    moved,
                    stayed,
                    parts: None,
                };
                sentences(|lang| done(lang, &entry));
                if matches!(way, Way::BackUp | Way::Fetch) {
                    both(|lang| means(lang, usize::try_from(moved).unwrap(), way));
                }
            }
        }
        for it in Rehearsals::ALL {
            both(|lang| why(lang, &Why::Often(it)));
        }
        let due = Why::Due(Trigger::OnOpen);
        for it in [Why::Asked, Why::Room(300), Why::EachDays(7), due] {
            both(|lang| why(lang, &it));
        }
        let fetch = |leave_free| Does::Fetch(Fetch { leave_free });
        let back_up = |how| {
            Does::BackUp(BackUp {
                how,
                safes: Vec::new(),
            })
        };
        for it in [
            fetch(0),
            fetch(300),
            back_up(How::Sealed),
            back_up(How::Preset(Preset::OneSafeSealed)),
            back_up(How::Plan(Preset::OneSafeSealed.plan())),
        ] {
            sentences(|lang| does(lang, &it));
        }
    }
}
