//! Words for things of which there are several, and sentences with numbers in them.

use super::{Halves, Key, Lang, text};
use crate::page::format;
use saifu_protocol::message::EntryState;
use saifu_protocol::value::{Class, Currency, Kind};
use saifu_wallet_core::form::{Field, Problem};
use saifu_wallet_core::view::{Amount, Job, Reach, Stage, Task};

mod reasons;

pub(crate) use reasons::{elsewhere, meeting_failure, waiting};

/// The name of a class; the code itself if it is none this version knows.
pub(crate) fn class(lang: Lang, code: &str) -> String {
    match Class::from_code(code) {
        Some(known) => class_name(lang, known).into(),
        None => code.into(),
    }
}

/// The name of a class.
pub(crate) fn class_name(lang: Lang, class: Class) -> &'static str {
    match class {
        Class::MovieTicket => say!(lang, "Movie ticket", "映画券"),
        Class::ConcertTicket => say!(lang, "Concert ticket", "コンサート券"),
        Class::EventTicket => say!(lang, "Event ticket", "イベント券"),
        Class::TravelTicket => say!(lang, "Travel ticket", "乗車券"),
        Class::PrepaidCard => say!(lang, "Prepaid card", "プリペイドカード"),
        Class::Coupon => say!(lang, "Coupon", "クーポン"),
        Class::GiftCard => say!(lang, "Gift card", "ギフトカード"),
    }
}

/// The name of a currency.
pub(crate) fn currency(lang: Lang, currency: Currency) -> &'static str {
    match currency {
        Currency::Jpy => say!(lang, "Japanese yen", "日本円"),
        Currency::Eur => say!(lang, "Euro", "ユーロ"),
        Currency::Usd => say!(lang, "US dollar", "米ドル"),
        Currency::Gbp => say!(lang, "Pound sterling", "英ポンド"),
    }
}

/// How many of a class: `2 tickets`.
pub(crate) fn quantity(lang: Lang, code: &str, quantity: u32) -> String {
    let is_one = quantity == 1;
    match Class::from_code(code).map(Class::kind) {
        Some(Kind::Ticket) if is_one => say!(lang, "1 ticket", "1枚").into(),
        Some(Kind::Ticket) => say!(lang, "{quantity} tickets", "{quantity}枚", quantity),
        Some(Kind::PrepaidCard | Kind::GiftCard) if is_one => say!(lang, "1 card", "1枚").into(),
        Some(Kind::PrepaidCard | Kind::GiftCard) => {
            say!(lang, "{quantity} cards", "{quantity}枚", quantity)
        }
        Some(Kind::Coupon) if is_one => say!(lang, "1 coupon", "1枚").into(),
        Some(Kind::Coupon) => say!(lang, "{quantity} coupons", "{quantity}枚", quantity),
        None if is_one => say!(lang, "1 piece", "1点").into(),
        None => say!(lang, "{quantity} pieces", "{quantity}点", quantity),
    }
}

/// How many values.
pub(crate) fn values(lang: Lang, count: usize) -> String {
    if count == 1 {
        say!(lang, "1 value", "{count}点", count)
    } else {
        say!(lang, "{count} values", "{count}点", count)
    }
}

/// How many certificates.
pub(crate) fn certificates(lang: Lang, count: usize) -> String {
    say!(lang, "{count}", "{count}枚", count)
}

/// Which of several papers.
pub(crate) fn one_of(lang: Lang, number: usize, count: usize) -> String {
    say!(
        lang,
        "{number} of {count}",
        "{count}枚中の{number}枚目",
        number,
        count
    )
}

/// How long a safe keeps an entry.
pub(crate) fn days(lang: Lang, days: u64) -> String {
    let years = days / 365;
    if years >= 1 && days % 365 <= 2 {
        return if years == 1 {
            say!(lang, "1 year", "{years}年", years)
        } else {
            say!(lang, "{years} years", "{years}年", years)
        };
    }
    if days == 1 {
        say!(lang, "1 day", "{days}日", days)
    } else {
        say!(lang, "{days} days", "{days}日", days)
    }
}

/// Amounts of several currencies, one after the other.
pub(crate) fn amounts(lang: Lang, amounts: &[Amount]) -> String {
    let each: Vec<String> = amounts
        .iter()
        .map(|amount| format::amount(lang, amount))
        .collect();
    each.join(say!(lang, " + ", "と"))
}

/// The one honest line: what would be lost with this browser.
pub(crate) fn only_here(lang: Lang, count: usize, worth: &[Amount]) -> String {
    let total = amounts(lang, worth);
    match (count, worth.is_empty()) {
        (1, true) => say!(
            lang,
            "1 value exists only in this browser.",
            "1点は、このブラウザにしかありません。"
        )
        .into(),
        (1, false) => say!(
            lang,
            "1 value worth {total} exists only in this browser.",
            "1点（{total}分）は、このブラウザにしかありません。",
            total
        ),
        (_, true) => say!(
            lang,
            "{count} values exist only in this browser.",
            "{count}点は、このブラウザにしかありません。",
            count
        ),
        (_, false) => say!(
            lang,
            "{count} values worth {total} exist only in this browser.",
            "{count}点（{total}分）は、このブラウザにしかありません。",
            count,
            total
        ),
    }
}

/// The question before a value is discarded.
pub(crate) fn discard_question(lang: Lang, class: &str, worth: Option<&Amount>) -> String {
    // In the middle of a sentence. Japanese has no capitals.
    let class = self::class(lang, class).to_ascii_lowercase();
    let Some(worth) = worth else {
        return say!(
            lang,
            "Discard this {class}?",
            "この{class}を破棄しますか？",
            class
        );
    };
    let worth = format::amount(lang, worth);
    say!(
        lang,
        "Discard this {class} worth {worth}?",
        "{worth}の{class}を破棄しますか？",
        class,
        worth
    )
}

/// The question before a certificate is discarded together with the value at the safe.
pub(crate) fn discard_certificate_question(lang: Lang, name: &str) -> String {
    if name.is_empty() {
        say!(
            lang,
            "Discard the certificate and what lies at the safe?",
            "登録証と、金庫にあるものを破棄しますか？"
        )
        .into()
    } else {
        say!(
            lang,
            "Discard “{name}” at the safe?",
            "金庫にある「{name}」を破棄しますか？",
            name
        )
    }
}

/// What is left of a card.
pub(crate) fn left_of(lang: Lang, whole: &str) -> String {
    say!(lang, "of {whole} left", "残額（{whole}中）", whole)
}

/// What was backed up where.
pub(crate) fn is_at(lang: Lang, name: &str, safe: &str) -> String {
    say!(
        lang,
        "“{name}” is at {safe}.",
        "「{name}」を{safe}に預けました。",
        name,
        safe
    )
}

/// What came back.
pub(crate) fn is_back(lang: Lang, name: &str) -> String {
    say!(
        lang,
        "“{name}” is in this browser and can be used.",
        "「{name}」はこのブラウザにあり、使えます。",
        name
    )
}

/// How much room is used.
pub(crate) fn room(lang: Lang, used: u64, capacity: u64) -> String {
    let (used, capacity) = (format::bytes(lang, used), format::bytes(lang, capacity));
    say!(
        lang,
        "{used} of {capacity}",
        "{capacity}中 {used}",
        used,
        capacity
    )
}

/// How many fields have to be mended.
pub(crate) fn problems_found(lang: Lang, count: usize) -> String {
    if count == 1 {
        say!(
            lang,
            "One field has to be mended first:",
            "先に{count}か所を直してください：",
            count
        )
    } else {
        say!(
            lang,
            "{count} fields have to be mended first:",
            "先に{count}か所を直してください：",
            count
        )
    }
}

/// Whether a safe answers.
pub(crate) fn reach(lang: Lang, reach: Reach) -> &'static str {
    match reach {
        Reach::Unknown => text(lang, Key::ReachUnknown),
        Reach::Answers => text(lang, Key::ReachAnswers),
        Reach::Silent => text(lang, Key::ReachSilent),
    }
}

/// What a job is.
pub(crate) fn task(lang: Lang, task: Task) -> &'static str {
    match task {
        Task::Add => say!(lang, "Adding", "追加"),
        Task::BackUp => say!(lang, "Backing up", "預け入れ"),
        Task::Recover => say!(lang, "Recovering", "取り戻し"),
        Task::Retire => say!(lang, "Discarding at the safe", "金庫での破棄"),
        Task::Repair => say!(lang, "Moving to other safes", "別の金庫への移し替え"),
        Task::RecoverKey => say!(lang, "Fetching the key", "鍵の取り戻し"),
        Task::LastCopy => say!(lang, "Getting a copy", "控えの受け取り"),
        Task::TakeOver => say!(lang, "Taking over", "受け取り"),
        Task::Enrol => say!(lang, "Enrolling the recovery words", "合言葉の登録"),
        Task::Restore => say!(lang, "Restoring", "復元"),
        Task::Ways => say!(lang, "Ways in", "開け方"),
        Task::Round => say!(lang, "By a rule", "ルールによる処理"),
        Task::SetWait => say!(lang, "Having others wait", "待ち時間の設定"),
        Task::Decide => say!(
            lang,
            "Answering somebody who waits",
            "待っている相手への返事"
        ),
        Task::Freeze => say!(lang, "Freezing", "凍結"),
        Task::Rehearse => say!(lang, "Trying whether it comes back", "戻るかどうかの確認"),
        Task::Audit => say!(lang, "Auditing", "抜き取り検査"),
    }
}

/// What is true of a job now.
pub(crate) fn stage(lang: Lang, stage: Stage) -> &'static str {
    match stage {
        Stage::NoRoom => say!(
            lang,
            "Waits for room in the wallet. Nothing is lost.",
            "財布の空きを待っています。何も失われていません。"
        ),
        Stage::Registering => say!(
            lang,
            "Written down; the safe is asked for a certificate.",
            "記録済みです。金庫の登録証を待っています。"
        ),
        Stage::Requesting => say!(
            lang,
            "Written down; the safe is asked for the value.",
            "記録済みです。金庫に請求しています。"
        ),
        Stage::Arrived => say!(
            lang,
            "Arrived, not usable yet; the safe is asked to confirm.",
            "届きました。金庫の確認を待っていて、まだ使えません。"
        ),
        Stage::Returning => say!(
            lang,
            "Being given back; the safe is asked to take its offer back.",
            "金庫に返しています。"
        ),
        Stage::TakingOver => say!(
            lang,
            "The safe is asked to bind it to this wallet.",
            "この財布のものにするよう、金庫に依頼しています。"
        ),
        Stage::Retiring => say!(
            lang,
            "The safe is asked to forget it.",
            "金庫に破棄を頼んでいます。"
        ),
        Stage::Enrolling => say!(
            lang,
            "The safe is told how it is to know you.",
            "本人を確かめる方法を、金庫に登録しています。"
        ),
        Stage::LoggingIn => say!(
            lang,
            "Proving who you are to the safe, without telling it any secret.",
            "秘密を明かさずに、本人であることを金庫に確かめてもらっています。"
        ),
        Stage::AwaitsDevice => say!(
            lang,
            "The safe has shown that it is itself. Now your passkey is asked for.",
            "金庫は本物だと確かめました。次はパスキーの番です。"
        ),
        Stage::Managing => say!(lang, "Open for you.", "開いています。"),
        Stage::LoggedIn => say!(
            lang,
            "It opened. Another safe has to open as well.",
            "開きました。もう1つ、別の金庫が開くのを待っています。"
        ),
        Stage::Listing => say!(
            lang,
            "Open. The safe lists what you left there.",
            "開きました。預けたものの一覧を受け取っています。"
        ),
        Stage::SettingWait => say!(
            lang,
            "The safe is told how long others wait.",
            "ほかの端末の待ち時間を、金庫に伝えています。"
        ),
        Stage::SettingWake => say!(
            lang,
            "The safe is told whether to wake this device.",
            "この端末に知らせるかどうかを、金庫に伝えています。"
        ),
        Stage::Deciding => say!(
            lang,
            "The safe is told whether they may. It does not hold yet.",
            "許可か拒否かを、金庫に伝えています。まだ有効ではありません。"
        ),
        Stage::Freezing => say!(
            lang,
            "The safe is told to hand out nothing. It does not hold yet.",
            "何も渡さないよう、金庫に伝えています。まだ有効ではありません。"
        ),
        Stage::Auditing => say!(
            lang,
            "The safe is to show pieces of what it keeps.",
            "預けたものの一部を、金庫に見せてもらっています。"
        ),
        Stage::Round => say!(
            lang,
            "Values are moved, a few at a time.",
            "少しずつ移しています。"
        ),
    }
}

/// Several names, one after the other.
pub(crate) fn names(lang: Lang, names: &[String]) -> String {
    match names {
        [] => say!(lang, "the safe", "金庫").into(),
        [one] => one.clone(),
        [first @ .., last] => {
            let first = first.join(say!(lang, ", ", "、"));
            format!("{first}{}{last}", say!(lang, " and ", "と"))
        }
    }
}

/// When something that waits is tried again.
pub(crate) fn next_try(lang: Lang, clock: &str) -> String {
    say!(
        lang,
        "Next try at {clock}.",
        "次は{clock}に試します。",
        clock
    )
}

/// What a job works on.
pub(crate) fn about(lang: Lang, job: &Job) -> String {
    match job.task {
        _ if !job.subject.is_empty() => job.subject.clone(),
        Task::Retire => say!(lang, "What was called off", "中止したもの").into(),
        Task::RecoverKey => text(lang, Key::TheKey).into(),
        task => self::task(lang, task).into(),
    }
}

/// What a safe that is told to end something is asked.
pub(crate) fn asked_to_forget(lang: Lang, safe: &str) -> String {
    say!(
        lang,
        "{safe} is asked to forget it.",
        "{safe}に破棄を頼んでいます。",
        safe
    )
}

/// A safe in a list that did not answer when it was asked last.
pub(crate) fn silent(lang: Lang, safe: &str) -> String {
    say!(lang, "{safe} (no answer)", "{safe}（応答なし）", safe)
}

/// That safes are chosen which do not answer, and what to do now.
pub(crate) fn chosen_but_silent(lang: Lang, safes: &[String]) -> Halves {
    let names = names(lang, safes);
    Halves::new(
        say!(
            lang,
            "{names} did not answer when asked last.",
            "{names}から、前に尋ねたとき応答がありませんでした。",
            names
        ),
        say!(
            lang,
            "Choose another safe above. If you keep it, its part waits here until it answers.",
            "上で別の金庫を選んでください。このままなら、応答があるまで、その分はここで待ちます。"
        ),
    )
}

/// How much a safe is still to end.
pub(crate) fn still_to_end(lang: Lang, count: usize) -> String {
    if count == 1 {
        say!(
            lang,
            "1 thing there is still to be ended; it is asked until it does.",
            "破棄がまだ{count}件残っていて、済むまで頼み続けます。",
            count
        )
    } else {
        say!(
            lang,
            "{count} things there are still to be ended; it is asked until it does.",
            "破棄がまだ{count}件残っていて、済むまで頼み続けます。",
            count
        )
    }
}

/// The question before a safe is not told any more what it was to end.
pub(crate) fn give_up_ending_question(lang: Lang, safe: &str) -> String {
    say!(
        lang,
        "Stop asking {safe}?",
        "{safe}に頼むのをやめますか？",
        safe
    )
}

/// What a safe's receipt says of an entry.
pub(crate) fn entry_state(lang: Lang, state: EntryState) -> &'static str {
    match state {
        EntryState::Registered => say!(lang, "Registered, waiting", "登録済み・保管中"),
        EntryState::Withdrawing => say!(lang, "Open on another device", "別の端末で引き出し中"),
        EntryState::Withdrawn => say!(lang, "Handed to another device", "別の端末に引き渡し済み"),
        EntryState::Retired => say!(lang, "Ended without being handed out", "引き渡さずに終了"),
    }
}

/// What it means that the safe could not hand something out, and what to do now.
pub(crate) fn not_handed_out(lang: Lang) -> Halves {
    Halves::new(
        say!(
            lang,
            "The safe could not hand it out.",
            "金庫は、これを渡せませんでした。"
        ),
        say!(
            lang,
            "The certificate was kept. The notice says why; ask the safe again, or show the certificate to the operator.",
            "登録証は残してあります。理由はお知らせにあります。もう一度頼むか、登録証を運営者に見せてください。"
        ),
    )
}

/// What is wrong with a field, and how to mend it.
pub(crate) fn problem(lang: Lang, field: Field, problem: Problem) -> &'static str {
    match problem {
        // Either of two fields would do.
        Problem::Empty if field == Field::UnitPrice => say!(
            lang,
            "Say the amount when new, or what is left.",
            "元の金額か残額を入力してください。"
        ),
        Problem::Empty => say!(
            lang,
            "This is empty. Fill it in.",
            "空です。入力してください。"
        ),
        Problem::Unusable => say!(
            lang,
            "This is too long, or has characters that cannot be shown. Shorten it.",
            "長すぎるか、表示できない文字があります。短くしてください。"
        ),
        Problem::NotANumber if field == Field::Quantity => say!(
            lang,
            "This is no whole number. Write digits only, as 2.",
            "整数ではありません。2 のように数字だけで書いてください。"
        ),
        Problem::NotANumber => say!(
            lang,
            "This is no number that fits here. Write digits only, as 1600 or 12.50.",
            "ここに使える数字ではありません。1600 や 12.50 のように数字だけで書いてください。"
        ),
        Problem::Zero => say!(
            lang,
            "There must be at least one.",
            "1以上の数を入力してください。"
        ),
        Problem::TooLarge => say!(
            lang,
            "This is more than can be kept exactly. Make it smaller.",
            "大きすぎて正確に扱えません。小さくしてください。"
        ),
        Problem::NotADay => say!(
            lang,
            "This is no day. Choose one from the calendar.",
            "日付ではありません。カレンダーから選んでください。"
        ),
        Problem::BeforeStart => say!(
            lang,
            "This ends before it begins. Choose a later day.",
            "終了日が開始日より前です。それ以降の日を選んでください。"
        ),
        Problem::AboveTotal => say!(
            lang,
            "More is left than there was. Correct one of the two.",
            "残額が元の金額を超えています。どちらかを直してください。"
        ),
    }
}

#[cfg(test)]
mod tests;
