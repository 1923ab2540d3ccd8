//! Words for things of which there are several, and sentences with numbers in them.

use super::owner::too_many_guesses;
use super::{Halves, Key, Lang, text};
use crate::page::format;
use saifu_protocol::message::EntryState;
use saifu_protocol::value::{Class, Currency, Kind};
use saifu_wallet_core::form::{Field, Problem};
use saifu_wallet_core::view::{Amount, Job, MeetingFailure, Reach, Stage, Task, Waiting};

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
        Class::MovieTicket => lang.of("Movie ticket", "映画券"),
        Class::ConcertTicket => lang.of("Concert ticket", "コンサート券"),
        Class::EventTicket => lang.of("Event ticket", "イベント券"),
        Class::TravelTicket => lang.of("Travel ticket", "乗車券"),
        Class::PrepaidCard => lang.of("Prepaid card", "プリペイドカード"),
        Class::Coupon => lang.of("Coupon", "クーポン"),
        Class::GiftCard => lang.of("Gift card", "ギフトカード"),
    }
}

/// The name of a currency.
pub(crate) fn currency(lang: Lang, currency: Currency) -> &'static str {
    match currency {
        Currency::Jpy => lang.of("Japanese yen", "日本円"),
        Currency::Eur => lang.of("Euro", "ユーロ"),
        Currency::Usd => lang.of("US dollar", "米ドル"),
        Currency::Gbp => lang.of("Pound sterling", "英ポンド"),
    }
}

/// How many of a class: `2 tickets`.
pub(crate) fn quantity(lang: Lang, code: &str, quantity: u32) -> String {
    let kind = Class::from_code(code).map(Class::kind);
    match lang {
        Lang::En => {
            let (one, many) = match kind {
                Some(Kind::Ticket) => ("ticket", "tickets"),
                Some(Kind::PrepaidCard | Kind::GiftCard) => ("card", "cards"),
                Some(Kind::Coupon) => ("coupon", "coupons"),
                None => ("piece", "pieces"),
            };
            format!("{quantity} {}", if quantity == 1 { one } else { many })
        }
        Lang::Ja if kind.is_some() => format!("{quantity}枚"),
        Lang::Ja => format!("{quantity}点"),
    }
}

/// How many values.
pub(crate) fn values(lang: Lang, count: usize) -> String {
    match lang {
        Lang::En if count == 1 => "1 value".into(),
        Lang::En => format!("{count} values"),
        Lang::Ja => format!("{count}点"),
    }
}

/// How many certificates.
pub(crate) fn certificates(lang: Lang, count: usize) -> String {
    match lang {
        Lang::En => format!("{count}"),
        Lang::Ja => format!("{count}枚"),
    }
}

/// Which of several papers.
pub(crate) fn one_of(lang: Lang, number: usize, count: usize) -> String {
    match lang {
        Lang::En => format!("{number} of {count}"),
        Lang::Ja => format!("{count}枚中の{number}枚目"),
    }
}

/// How long a safe keeps an entry.
pub(crate) fn days(lang: Lang, days: u64) -> String {
    let years = days / 365;
    if years >= 1 && days % 365 <= 2 {
        return match lang {
            Lang::En if years == 1 => "1 year".into(),
            Lang::En => format!("{years} years"),
            Lang::Ja => format!("{years}年"),
        };
    }
    match lang {
        Lang::En if days == 1 => "1 day".into(),
        Lang::En => format!("{days} days"),
        Lang::Ja => format!("{days}日"),
    }
}

/// Amounts of several currencies, one after the other.
pub(crate) fn amounts(lang: Lang, amounts: &[Amount]) -> String {
    let each: Vec<String> = amounts
        .iter()
        .map(|amount| format::amount(lang, amount))
        .collect();
    each.join(lang.of(" + ", "と"))
}

/// The one honest line: what would be lost with this browser.
pub(crate) fn only_here(lang: Lang, count: usize, worth: &[Amount]) -> String {
    let total = amounts(lang, worth);
    match (lang, count, worth.is_empty()) {
        (Lang::En, 1, true) => "1 value exists only in this browser.".into(),
        (Lang::En, 1, false) => format!("1 value worth {total} exists only in this browser."),
        (Lang::En, _, true) => format!("{count} values exist only in this browser."),
        (Lang::En, _, false) => {
            format!("{count} values worth {total} exist only in this browser.")
        }
        (Lang::Ja, _, true) => format!("{count}点は、このブラウザにしかありません。"),
        (Lang::Ja, _, false) => {
            format!("{count}点（{total}分）は、このブラウザにしかありません。")
        }
    }
}

/// The question before a value is discarded.
pub(crate) fn discard_question(lang: Lang, class: &str, worth: Option<&Amount>) -> String {
    let class = self::class(lang, class);
    match (lang, worth) {
        (Lang::En, None) => format!("Discard this {}?", class.to_ascii_lowercase()),
        (Lang::En, Some(worth)) => format!(
            "Discard this {} worth {}?",
            class.to_ascii_lowercase(),
            format::amount(lang, worth)
        ),
        (Lang::Ja, None) => format!("この{class}を破棄しますか？"),
        (Lang::Ja, Some(worth)) => {
            format!("{}の{class}を破棄しますか？", format::amount(lang, worth))
        }
    }
}

/// The question before a certificate is discarded together with the value at the safe.
pub(crate) fn discard_certificate_question(lang: Lang, name: &str) -> String {
    match lang {
        Lang::En if name.is_empty() => "Discard the certificate and what lies at the safe?".into(),
        Lang::En => format!("Discard “{name}” at the safe?"),
        Lang::Ja if name.is_empty() => "登録証と、金庫にあるものを破棄しますか？".into(),
        Lang::Ja => format!("金庫にある「{name}」を破棄しますか？"),
    }
}

/// What is left of a card.
pub(crate) fn left_of(lang: Lang, whole: &str) -> String {
    match lang {
        Lang::En => format!("of {whole} left"),
        Lang::Ja => format!("残額（{whole}中）"),
    }
}

/// What was backed up where.
pub(crate) fn is_at(lang: Lang, name: &str, safe: &str) -> String {
    match lang {
        Lang::En => format!("“{name}” is at {safe}."),
        Lang::Ja => format!("「{name}」を{safe}に預けました。"),
    }
}

/// What came back.
pub(crate) fn is_back(lang: Lang, name: &str) -> String {
    match lang {
        Lang::En => format!("“{name}” is in this browser and can be used."),
        Lang::Ja => format!("「{name}」はこのブラウザにあり、使えます。"),
    }
}

/// How much room is used.
pub(crate) fn room(lang: Lang, used: u64, capacity: u64) -> String {
    let (used, capacity) = (format::bytes(lang, used), format::bytes(lang, capacity));
    match lang {
        Lang::En => format!("{used} of {capacity}"),
        Lang::Ja => format!("{capacity}中 {used}"),
    }
}

/// How many fields have to be mended.
pub(crate) fn problems_found(lang: Lang, count: usize) -> String {
    match lang {
        Lang::En if count == 1 => "One field has to be mended first:".into(),
        Lang::En => format!("{count} fields have to be mended first:"),
        Lang::Ja => format!("先に{count}か所を直してください："),
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
        Task::Add => lang.of("Adding", "追加"),
        Task::BackUp => lang.of("Backing up", "預け入れ"),
        Task::Recover => lang.of("Recovering", "取り戻し"),
        Task::Retire => lang.of("Discarding at the safe", "金庫での破棄"),
        Task::Repair => lang.of("Moving to other safes", "別の金庫への移し替え"),
        Task::RecoverKey => lang.of("Fetching the key", "鍵の取り戻し"),
        Task::TakeOver => lang.of("Taking over", "受け取り"),
        Task::Enrol => lang.of("Enrolling the recovery words", "合言葉の登録"),
        Task::Restore => lang.of("Restoring", "復元"),
    }
}

/// What is true of a job now.
pub(crate) fn stage(lang: Lang, stage: Stage) -> &'static str {
    match stage {
        Stage::NoRoom => lang.of(
            "Waits for room in the wallet. Nothing is lost.",
            "財布の空きを待っています。何も失われていません。",
        ),
        Stage::Registering => lang.of(
            "Written down; the safe is asked for a certificate.",
            "記録済みです。金庫の登録証を待っています。",
        ),
        Stage::Requesting => lang.of(
            "Written down; the safe is asked for the value.",
            "記録済みです。金庫に請求しています。",
        ),
        Stage::Arrived => lang.of(
            "Arrived, not usable yet; the safe is asked to confirm.",
            "届きました。金庫の確認を待っていて、まだ使えません。",
        ),
        Stage::Returning => lang.of(
            "Being given back; the safe is asked to take its offer back.",
            "金庫に返しています。",
        ),
        Stage::TakingOver => lang.of(
            "The safe is asked to bind it to this wallet.",
            "この財布のものにするよう、金庫に依頼しています。",
        ),
        Stage::Retiring => lang.of(
            "The safe is asked to forget it.",
            "金庫に破棄を頼んでいます。",
        ),
        Stage::Enrolling => lang.of(
            "The safe is asked to know you by name and words.",
            "名前と合言葉を、金庫に登録しています。",
        ),
        Stage::LoggingIn => lang.of(
            "Proving name and words to the safe, without telling it either.",
            "名前と合言葉を明かさずに、金庫に確かめてもらっています。",
        ),
        Stage::LoggedIn => lang.of(
            "Name and words are right. Another safe has to open as well.",
            "名前と合言葉は正しいものでした。もう1つ、別の金庫が開くのを待っています。",
        ),
        Stage::Listing => lang.of(
            "Open. The safe lists what you left there.",
            "開きました。預けたものの一覧を受け取っています。",
        ),
    }
}

/// Several names, one after the other.
pub(crate) fn names(lang: Lang, names: &[String]) -> String {
    match names {
        [] => lang.of("the safe", "金庫").into(),
        [one] => one.clone(),
        [first @ .., last] => {
            let first = first.join(lang.of(", ", "、"));
            format!("{first}{}{last}", lang.of(" and ", "と"))
        }
    }
}

/// Why something waits, and what to do now; `who` are the safes it waits for.
pub(crate) fn waiting(lang: Lang, waiting: Waiting, who: &[String]) -> Halves {
    let safes = names(lang, who);
    match lang {
        Lang::En => waiting_in_english(waiting, &safes, who),
        Lang::Ja => waiting_in_japanese(waiting, &safes),
    }
}

#[rustfmt::skip] // One reason, one line a half: read as a table.
fn waiting_in_english(waiting: Waiting, safes: &str, who: &[String]) -> Halves {
    let begins = if who.is_empty() { "The safe" } else { safes };
    let of = |one, many| if who.len() > 1 { many } else { one };
    match waiting {
        Waiting::Unreachable => Halves::new(
            format!("{begins} {} not answer.", of("does", "do")),
            "Saifu tries again by itself. You can close this page, or check your connection and try now.",
        ),
        Waiting::Garbled => Halves::new(
            format!("Something answers in place of {safes}, but not as a safe."),
            "Often a network that wants a log-in first. Check your connection; Saifu tries again by itself.",
        ),
        Waiting::SafeFailed => Halves::new(
            format!("{begins} {} of {} own.", of("is busy or has a failure", "are busy or have failures"), of("its", "their")),
            "Nothing to do: Saifu tries again by itself. If it lasts for days, ask the operator.",
        ),
        Waiting::TooOld => Halves::new(
            format!("{begins} {} of an older version and {} not know what is asked.", of("is", "are"), of("does", "do")),
            "It is asked again now and then. Ask its operator for an update.",
        ),
        Waiting::TooManyGuesses => too_many_guesses(Lang::En, safes),
        Waiting::Clock => Halves::new(
            format!("The clock of {safes} and that of this device differ too much."),
            "Set the clock of this device right and try now. If it is right, ask the operator.",
        ),
        Waiting::RolledBack => Halves::new(
            format!("The memory of {safes} was set back, so what arrived here cannot be confirmed."),
            "Contact the operator. What arrived stays locked until it can be confirmed.",
        ),
        Waiting::OpenElsewhere => Halves::new(
            format!("Another device has it open at {safes}."),
            "It is asked again by itself. If that device is yours, finish the recovery there or call it off.",
        ),
        Waiting::KeyChanged => Halves::new(
            format!("{begins} {} another key than the one you trusted. Nothing is sent.", of("shows", "show")),
            "Ask the operator by another way whether the key was changed. If not, somebody stands in between.",
        ),
        Waiting::StorageFull => Halves::new(
            "The browser has no space left for this wallet. Nothing was changed.",
            "Free some space on this device, then try now.",
        ),
        Waiting::StorageFailed => Halves::new(
            "The browser failed to store the next step. Nothing was changed.",
            "Saifu tries again by itself. If it goes on, reload the page.",
        ),
    }
}

#[rustfmt::skip] // As above.
fn waiting_in_japanese(waiting: Waiting, safes: &str) -> Halves {
    match waiting {
        Waiting::Unreachable => Halves::new(
            format!("{safes}から応答がありません。"),
            "自動でやり直します。このページを閉じてもかまいません。通信状況を確かめて、今すぐ試すこともできます。",
        ),
        Waiting::Garbled => Halves::new(
            format!("{safes}のものとは思えない応答が返ってきます。"),
            "ログインが必要な通信環境でよく起こります。接続を確かめてください。自動でやり直します。",
        ),
        Waiting::SafeFailed => Halves::new(
            format!("{safes}が混み合っているか、故障しています。"),
            "何もする必要はありません。自動でやり直します。何日も続くときは運営者に尋ねてください。",
        ),
        Waiting::TooOld => Halves::new(
            format!("{safes}のバージョンが古く、この依頼に応じられません。"),
            "ときどき自動でやり直します。運営者に更新を頼んでください。",
        ),
        Waiting::TooManyGuesses => too_many_guesses(Lang::Ja, safes),
        Waiting::Clock => Halves::new(
            format!("{safes}とこの端末の時計が大きくずれています。"),
            "端末の時計を合わせて、今すぐ試してください。正しい場合は運営者に尋ねてください。",
        ),
        Waiting::RolledBack => Halves::new(
            format!("{safes}の記録が巻き戻っていて、届いたものを確認できません。"),
            "運営者に連絡してください。確認できるまで、届いたものは使えないままになります。",
        ),
        Waiting::OpenElsewhere => Halves::new(
            format!("別の端末が、{safes}から引き出している途中です。"),
            "自動でやり直します。自分の端末なら、そこで取り戻しを終えるか中止してください。",
        ),
        Waiting::KeyChanged => Halves::new(
            format!("{safes}の鍵が、信頼したものと違います。何も送っていません。"),
            "別の手段で運営者に、鍵を変えたか確かめてください。変えていなければ、だれかが間に入っています。",
        ),
        Waiting::StorageFull => Halves::new(
            "この財布に使えるブラウザの空き容量がありません。何も変更していません。",
            "端末の空き容量を増やしてから、今すぐ試してください。",
        ),
        Waiting::StorageFailed => Halves::new(
            "ブラウザが次の記録を保存できませんでした。何も変更していません。",
            "自動でやり直します。続くときはページを再読み込みしてください。",
        ),
    }
}

/// When something that waits is tried again.
pub(crate) fn next_try(lang: Lang, clock: &str) -> String {
    match lang {
        Lang::En => format!("Next try at {clock}."),
        Lang::Ja => format!("次は{clock}に試します。"),
    }
}

/// What a job works on.
pub(crate) fn about(lang: Lang, job: &Job) -> String {
    match job.task {
        _ if !job.subject.is_empty() => job.subject.clone(),
        Task::Retire => lang.of("What was called off", "中止したもの").into(),
        Task::RecoverKey => text(lang, Key::TheKey).into(),
        task => self::task(lang, task).into(),
    }
}

/// What a safe that is told to end something is asked.
pub(crate) fn asked_to_forget(lang: Lang, safe: &str) -> String {
    match lang {
        Lang::En => format!("{safe} is asked to forget it."),
        Lang::Ja => format!("{safe}に破棄を頼んでいます。"),
    }
}

/// A safe in a list that did not answer when it was asked last.
pub(crate) fn silent(lang: Lang, safe: &str) -> String {
    match lang {
        Lang::En => format!("{safe} (no answer)"),
        Lang::Ja => format!("{safe}（応答なし）"),
    }
}

/// That safes are chosen which do not answer, and what to do now.
pub(crate) fn chosen_but_silent(lang: Lang, safes: &[String]) -> Halves {
    let names = names(lang, safes);
    match lang {
        Lang::En => Halves::new(
            format!("{names} did not answer when asked last."),
            "Choose another safe above. If you keep it, its part waits here until it answers.",
        ),
        Lang::Ja => Halves::new(
            format!("{names}から、前に尋ねたとき応答がありませんでした。"),
            "上で別の金庫を選んでください。このままなら、応答があるまで、その分はここで待ちます。",
        ),
    }
}

/// How much a safe is still to end.
pub(crate) fn still_to_end(lang: Lang, count: usize) -> String {
    match lang {
        Lang::En if count == 1 => {
            "1 thing there is still to be ended; it is asked until it does.".into()
        }
        Lang::En => {
            format!("{count} things there are still to be ended; it is asked until it does.")
        }
        Lang::Ja => format!("破棄がまだ{count}件残っていて、済むまで頼み続けます。"),
    }
}

/// The question before a safe is not told any more what it was to end.
pub(crate) fn give_up_ending_question(lang: Lang, safe: &str) -> String {
    match lang {
        Lang::En => format!("Stop asking {safe}?"),
        Lang::Ja => format!("{safe}に頼むのをやめますか？"),
    }
}

/// Why a safe could not be met, and what to do now.
pub(crate) fn meeting_failure(lang: Lang, why: MeetingFailure) -> Halves {
    let (what, now) = match (lang, why) {
        (Lang::En, MeetingFailure::NotAnAddress) => (
            "This is no address of a safe.",
            "Write it as https:// and a name, without anything behind it.",
        ),
        (Lang::Ja, MeetingFailure::NotAnAddress) => (
            "金庫のアドレスではありません。",
            "https:// に続けて名前だけを書いてください。",
        ),
        (Lang::En, MeetingFailure::Unreachable) => (
            "Nobody answers at this address.",
            "Check the address and your connection, then ask again.",
        ),
        (Lang::Ja, MeetingFailure::Unreachable) => (
            "このアドレスから応答がありません。",
            "アドレスと通信状況を確かめて、もう一度お試しください。",
        ),
        (Lang::En, MeetingFailure::NotASafe) => (
            "Somebody answers there, but it is no safe.",
            "Check the address with the operator.",
        ),
        (Lang::Ja, MeetingFailure::NotASafe) => (
            "応答はありますが、金庫ではありません。",
            "アドレスを運営者に確かめてください。",
        ),
        (Lang::En, MeetingFailure::UnknownVersion) => (
            "This safe speaks a version that this wallet does not know.",
            "Update Saifu under Settings, or choose another safe.",
        ),
        (Lang::Ja, MeetingFailure::UnknownVersion) => (
            "この金庫のバージョンには対応していません。",
            "設定でSaifuを更新するか、別の金庫を選んでください。",
        ),
        (Lang::En, MeetingFailure::Forged) => (
            "What this safe says of itself does not fit its keys or its address.",
            "Do not use it. Check the address with the operator by another way.",
        ),
        (Lang::Ja, MeetingFailure::Forged) => (
            "この金庫の名乗りが、鍵やアドレスと一致しません。",
            "使わないでください。別の手段で運営者にアドレスを確かめてください。",
        ),
        (Lang::En, MeetingFailure::KeyChanged) => (
            "You trusted this address with another key before.",
            "Ask the operator by another way whether the key was changed. If not, somebody stands in between.",
        ),
        (Lang::Ja, MeetingFailure::KeyChanged) => (
            "このアドレスは、以前は別の鍵で信頼していました。",
            "別の手段で運営者に、鍵を変えたか確かめてください。変えていなければ、だれかが間に入っています。",
        ),
        (Lang::En, MeetingFailure::AlreadyTrusted) => (
            "You trust this safe already.",
            "You find it in the list of safes.",
        ),
        (Lang::Ja, MeetingFailure::AlreadyTrusted) => (
            "この金庫はすでに追加されています。",
            "金庫の一覧にあります。",
        ),
    };
    Halves::new(what, now)
}

/// What a safe's receipt says of an entry.
pub(crate) fn entry_state(lang: Lang, state: EntryState) -> &'static str {
    match state {
        EntryState::Registered => lang.of("Registered, waiting", "登録済み・保管中"),
        EntryState::Withdrawing => lang.of("Open on another device", "別の端末で引き出し中"),
        EntryState::Withdrawn => lang.of("Handed to another device", "別の端末に引き渡し済み"),
        EntryState::Retired => lang.of("Ended without being handed out", "引き渡さずに終了"),
    }
}

/// What an entry elsewhere means for the owner, and what to do now.
pub(crate) fn elsewhere(lang: Lang, state: EntryState) -> Halves {
    let (what, now) = match (lang, state) {
        (Lang::En, EntryState::Registered) => (
            "The safe holds it, but did not open it for this wallet.",
            "Ask again later. If it goes on, show this receipt to the operator.",
        ),
        (Lang::Ja, EntryState::Registered) => (
            "金庫は保管していますが、この財布には引き出せませんでした。",
            "時間をおいて、もう一度お試しください。続くときは、この受領書を運営者に見せてください。",
        ),
        (Lang::En, EntryState::Withdrawing) => (
            "It is open on another device.",
            "That device asked for it and has not confirmed yet, so the safe opens it for nobody else. Finish or call off the recovery there, then ask again here. If it is not your device, show this receipt to the operator.",
        ),
        (Lang::Ja, EntryState::Withdrawing) => (
            "別の端末で引き出し中です。",
            "その端末が請求し、まだ確認が済んでいないため、金庫はほかのだれにも渡しません。そちらで取り戻しを終えるか中止してから、ここでもう一度お試しください。自分の端末でなければ、この受領書を運営者に見せてください。",
        ),
        (Lang::En, EntryState::Withdrawn) => (
            "The safe has handed it to another device.",
            "If that was you, look on that device. If it was not, contact the operator and show this receipt.",
        ),
        (Lang::Ja, EntryState::Withdrawn) => (
            "金庫は、これをすでに別の端末に渡しています。",
            "心当たりがあれば、その端末を確かめてください。なければ、この受領書を運営者に見せて連絡してください。",
        ),
        (Lang::En, EntryState::Retired) => (
            "It was ended at the safe without being handed out.",
            "If you discarded it, discard this certificate too. If you did not, contact the operator and show this receipt.",
        ),
        (Lang::Ja, EntryState::Retired) => (
            "渡されないまま、金庫で終了しています。",
            "自分で破棄したのなら、この登録証も破棄してください。心当たりがなければ、この受領書を運営者に見せて連絡してください。",
        ),
    };
    Halves::new(what, now)
}

/// What it means that the safe could not hand something out, and what to do now.
pub(crate) fn not_handed_out(lang: Lang) -> Halves {
    match lang {
        Lang::En => Halves::new(
            "The safe could not hand it out.",
            "The certificate was kept. The notice says why; ask the safe again, or show the certificate to the operator.",
        ),
        Lang::Ja => Halves::new(
            "金庫は、これを渡せませんでした。",
            "登録証は残してあります。理由はお知らせにあります。もう一度頼むか、登録証を運営者に見せてください。",
        ),
    }
}

/// What is wrong with a field, and how to mend it.
pub(crate) fn problem(lang: Lang, field: Field, problem: Problem) -> &'static str {
    match problem {
        // Either of two fields would do.
        Problem::Empty if field == Field::UnitPrice => lang.of(
            "Say the amount when new, or what is left.",
            "元の金額か残額を入力してください。",
        ),
        Problem::Empty => lang.of("This is empty. Fill it in.", "空です。入力してください。"),
        Problem::Unusable => lang.of(
            "This is too long, or has characters that cannot be shown. Shorten it.",
            "長すぎるか、表示できない文字があります。短くしてください。",
        ),
        Problem::NotANumber if field == Field::Quantity => lang.of(
            "This is no whole number. Write digits only, as 2.",
            "整数ではありません。2 のように数字だけで書いてください。",
        ),
        Problem::NotANumber => lang.of(
            "This is no number that fits here. Write digits only, as 1600 or 12.50.",
            "ここに使える数字ではありません。1600 や 12.50 のように数字だけで書いてください。",
        ),
        Problem::Zero => lang.of(
            "There must be at least one.",
            "1以上の数を入力してください。",
        ),
        Problem::TooLarge => lang.of(
            "This is more than can be kept exactly. Make it smaller.",
            "大きすぎて正確に扱えません。小さくしてください。",
        ),
        Problem::NotADay => lang.of(
            "This is no day. Choose one from the calendar.",
            "日付ではありません。カレンダーから選んでください。",
        ),
        Problem::BeforeStart => lang.of(
            "This ends before it begins. Choose a later day.",
            "終了日が開始日より前です。それ以降の日を選んでください。",
        ),
        Problem::AboveTotal => lang.of(
            "More is left than there was. Correct one of the two.",
            "残額が元の金額を超えています。どちらかを直してください。",
        ),
    }
}

#[cfg(test)]
mod tests;
