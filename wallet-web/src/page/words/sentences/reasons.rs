//! Why something waits or failed, in two halves.

use super::{Halves, names};
use crate::page::format;
use crate::page::words::Lang;
use crate::page::words::owner::too_many_guesses;
use saifu_protocol::message::EntryState;
use saifu_wallet_core::view::{MeetingFailure, Waiting};

/// Why something waits, and what to do now; `who` are the safes it waits for.
pub(crate) fn waiting(lang: Lang, waiting: Waiting, who: &[String]) -> Halves {
    let safes = names(lang, who);
    let begins = if who.is_empty() {
        say!(lang, "The safe", "金庫")
    } else {
        &safes
    };
    let are_several = who.len() > 1;
    match waiting {
        Waiting::Unreachable => Halves::new(
            if are_several {
                say!(
                    lang,
                    "{begins} do not answer.",
                    "{begins}から応答がありません。",
                    begins
                )
            } else {
                say!(
                    lang,
                    "{begins} does not answer.",
                    "{begins}から応答がありません。",
                    begins
                )
            },
            say!(
                lang,
                "Saifu tries again by itself. You can close this page, or check your connection and try now.",
                "自動でやり直します。このページを閉じてもかまいません。通信状況を確かめて、今すぐ試すこともできます。"
            ),
        ),
        Waiting::Garbled => Halves::new(
            say!(
                lang,
                "Something answers in place of {safes}, but not as a safe.",
                "{safes}のものとは思えない応答が返ってきます。",
                safes
            ),
            say!(
                lang,
                "Often a network that wants a log-in first. Check your connection; Saifu tries again by itself.",
                "ログインが必要な通信環境でよく起こります。接続を確かめてください。自動でやり直します。"
            ),
        ),
        Waiting::SafeFailed => Halves::new(
            if are_several {
                say!(
                    lang,
                    "{begins} are busy or have failures of their own.",
                    "{begins}が混み合っているか、故障しています。",
                    begins
                )
            } else {
                say!(
                    lang,
                    "{begins} is busy or has a failure of its own.",
                    "{begins}が混み合っているか、故障しています。",
                    begins
                )
            },
            say!(
                lang,
                "Nothing to do: Saifu tries again by itself. If it lasts for days, ask the operator.",
                "何もする必要はありません。自動でやり直します。何日も続くときは運営者に尋ねてください。"
            ),
        ),
        Waiting::TooOld => Halves::new(
            if are_several {
                say!(
                    lang,
                    "{begins} are of an older version and do not know what is asked.",
                    "{begins}のバージョンが古く、この依頼に応じられません。",
                    begins
                )
            } else {
                say!(
                    lang,
                    "{begins} is of an older version and does not know what is asked.",
                    "{begins}のバージョンが古く、この依頼に応じられません。",
                    begins
                )
            },
            say!(
                lang,
                "It is asked again now and then. Ask its operator for an update.",
                "ときどき自動でやり直します。運営者に更新を頼んでください。"
            ),
        ),
        Waiting::TooManyGuesses => too_many_guesses(lang, &safes),
        Waiting::OtherSafeSilent => Halves::new(
            say!(
                lang,
                "{begins} does not reach the other safe.",
                "{begins}から、もう一方の金庫に届きません。",
                begins
            ),
            say!(
                lang,
                "It is tried again by itself. If this device reaches the other safe, call it off and recover the usual way.",
                "自動でやり直します。この端末から直接つながるなら、中止して、普段どおりに取り戻してください。"
            ),
        ),
        Waiting::LogIn => Halves::new(
            say!(
                lang,
                "{safes} does this for its owner alone, and your session there is over.",
                "{safes}は、これを持ち主の求めでしか行いません。接続は終わっています。",
                safes
            ),
            say!(
                lang,
                "Open “Ways in” and show who you are. Then it goes on by itself.",
                "「開け方」を開き、本人であることを示してください。あとは自動で続きます。"
            ),
        ),
        Waiting::EndingFirst => Halves::new(
            say!(
                lang,
                "Something that was called off is still to be ended by {safes}.",
                "取り消した分の破棄が、{safes}でまだ済んでいません。",
                safes
            ),
            say!(
                lang,
                "It goes on by itself when that is done. If the safe is gone for good, put away what it was to end.",
                "済みしだい自動で続けます。金庫がなくなったのなら、破棄の依頼を取り下げてください。"
            ),
        ),
        Waiting::Clock => Halves::new(
            say!(
                lang,
                "The clock of {safes} and that of this device differ too much.",
                "{safes}とこの端末の時計が大きくずれています。",
                safes
            ),
            say!(
                lang,
                "Set the clock of this device right and try now. If it is right, ask the operator.",
                "端末の時計を合わせて、今すぐ試してください。正しい場合は運営者に尋ねてください。"
            ),
        ),
        Waiting::RolledBack => Halves::new(
            say!(
                lang,
                "The memory of {safes} was set back, so what arrived here cannot be confirmed.",
                "{safes}の記録が巻き戻っていて、届いたものを確認できません。",
                safes
            ),
            say!(
                lang,
                "Contact the operator. What arrived stays locked until it can be confirmed.",
                "運営者に連絡してください。確認できるまで、届いたものは使えないままになります。"
            ),
        ),
        Waiting::OpenElsewhere => Halves::new(
            say!(
                lang,
                "Another device has it open at {safes}.",
                "別の端末が、{safes}から引き出している途中です。",
                safes
            ),
            say!(
                lang,
                "It is asked again by itself. If that device is yours, finish the recovery there or call it off.",
                "自動でやり直します。自分の端末なら、そこで取り戻しを終えるか中止してください。"
            ),
        ),
        Waiting::NotYet { until } => {
            let until = &*format::time(lang, until);
            Halves::new(
                say!(
                    lang,
                    "{begins} waits until {until} before this device may have it, as was wanted when it was registered.",
                    "登録時の指定により、{begins}は{until}まで、この端末への引き渡しを待ちます。",
                    begins,
                    until
                ),
                say!(
                    lang,
                    "It comes by itself then. A device that registered it can allow it sooner, or refuse.",
                    "時間になれば自動で届きます。登録した端末からは、すぐに許すことも断ることもできます。"
                ),
            )
        }
        Waiting::Frozen { since } => {
            let since = &*format::time(lang, since);
            Halves::new(
                say!(
                    lang,
                    "You have frozen everything at {safes} since {since}. Nothing leaves, and no way in changes.",
                    "{safes}は、{since}から凍結中です。何も渡されず、開け方も変えられません。",
                    safes,
                    since
                ),
                say!(
                    lang,
                    "It goes on by itself when you have lifted that, with two different ways in.",
                    "種類の違う2つの開け方で解除すると、自動で進みます。"
                ),
            )
        }
        Waiting::KeyChanged => Halves::new(
            if are_several {
                say!(
                    lang,
                    "{begins} show another key than the one you trusted. Nothing is sent.",
                    "{begins}の鍵が、信頼したものと違います。何も送っていません。",
                    begins
                )
            } else {
                say!(
                    lang,
                    "{begins} shows another key than the one you trusted. Nothing is sent.",
                    "{begins}の鍵が、信頼したものと違います。何も送っていません。",
                    begins
                )
            },
            say!(
                lang,
                "Ask the operator by another way whether the key was changed. If not, somebody stands in between.",
                "別の手段で運営者に、鍵を変えたか確かめてください。変えていなければ、だれかが間に入っています。"
            ),
        ),
        Waiting::SecondMethod => Halves::new(
            say!(
                lang,
                "Only one method is left that unlocks this device, so nothing that lies here is deleted.",
                "この端末のロックを解除する方法が1つしか残っていないため、ここにあるものを消さずにいます。"
            ),
            say!(
                lang,
                "Add a second one under Settings, Lock, or remove the lock. Saifu then goes on by itself.",
                "「設定」の「ロック」で方法をもう1つ追加するか、ロックを外してください。その後は自動で続けます。"
            ),
        ),
        Waiting::StorageFull => Halves::new(
            say!(
                lang,
                "The browser has no space left for this wallet. Nothing was changed.",
                "この財布に使えるブラウザの空き容量がありません。何も変更していません。"
            ),
            say!(
                lang,
                "Free some space on this device, then try now.",
                "端末の空き容量を増やしてから、今すぐ試してください。"
            ),
        ),
        Waiting::StorageFailed => Halves::new(
            say!(
                lang,
                "The browser failed to store the next step. Nothing was changed.",
                "ブラウザが次の記録を保存できませんでした。何も変更していません。"
            ),
            say!(
                lang,
                "Saifu tries again by itself. If it goes on, reload the page.",
                "自動でやり直します。続くときはページを再読み込みしてください。"
            ),
        ),
    }
}

/// Why a safe could not be met, and what to do now.
pub(crate) fn meeting_failure(lang: Lang, why: MeetingFailure) -> Halves {
    let (what, now) = match why {
        MeetingFailure::NotAnAddress => (
            say!(
                lang,
                "This is no address of a safe.",
                "金庫のアドレスではありません。"
            ),
            say!(
                lang,
                "Write it as https:// and a name, without anything behind it.",
                "https:// に続けて名前だけを書いてください。"
            ),
        ),
        MeetingFailure::Unreachable => (
            say!(
                lang,
                "Nobody answers at this address.",
                "このアドレスから応答がありません。"
            ),
            say!(
                lang,
                "Check the address and your connection, then ask again.",
                "アドレスと通信状況を確かめて、もう一度お試しください。"
            ),
        ),
        MeetingFailure::NotASafe => (
            say!(
                lang,
                "Somebody answers there, but it is no safe.",
                "応答はありますが、金庫ではありません。"
            ),
            say!(
                lang,
                "Check the address with the operator.",
                "アドレスを運営者に確かめてください。"
            ),
        ),
        MeetingFailure::UnknownVersion => (
            say!(
                lang,
                "This safe speaks a version that this wallet does not know.",
                "この金庫のバージョンには対応していません。"
            ),
            say!(
                lang,
                "Update Saifu under Settings, or choose another safe.",
                "設定でSaifuを更新するか、別の金庫を選んでください。"
            ),
        ),
        MeetingFailure::Forged => (
            say!(
                lang,
                "What this safe says of itself does not fit its keys or its address.",
                "この金庫の名乗りが、鍵やアドレスと一致しません。"
            ),
            say!(
                lang,
                "Do not use it. Check the address with the operator by another way.",
                "使わないでください。別の手段で運営者にアドレスを確かめてください。"
            ),
        ),
        MeetingFailure::KeyChanged => (
            say!(
                lang,
                "You trusted this address with another key before.",
                "このアドレスは、以前は別の鍵で信頼していました。"
            ),
            say!(
                lang,
                "Ask the operator by another way whether the key was changed. If not, somebody stands in between.",
                "別の手段で運営者に、鍵を変えたか確かめてください。変えていなければ、だれかが間に入っています。"
            ),
        ),
        MeetingFailure::AlreadyTrusted => (
            say!(
                lang,
                "You trust this safe already.",
                "この金庫はすでに追加されています。"
            ),
            say!(
                lang,
                "You find it in the list of safes.",
                "金庫の一覧にあります。"
            ),
        ),
    };
    Halves::new(what, now)
}

/// What an entry elsewhere means for the owner, and what to do now.
pub(crate) fn elsewhere(lang: Lang, state: EntryState) -> Halves {
    let (what, now) = match state {
        EntryState::Registered => (
            say!(
                lang,
                "The safe holds it, but did not open it for this wallet.",
                "金庫は保管していますが、この財布には引き出せませんでした。"
            ),
            say!(
                lang,
                "Ask again later. If it goes on, show this receipt to the operator.",
                "時間をおいて、もう一度お試しください。続くときは、この受領書を運営者に見せてください。"
            ),
        ),
        EntryState::Withdrawing => (
            say!(
                lang,
                "It is open on another device.",
                "別の端末で引き出し中です。"
            ),
            say!(
                lang,
                "That device asked for it and has not confirmed yet, so the safe opens it for nobody else. Finish or call off the recovery there, then ask again here. If it is not your device, show this receipt to the operator.",
                "その端末が請求し、まだ確認が済んでいないため、金庫はほかのだれにも渡しません。そちらで取り戻しを終えるか中止してから、ここでもう一度お試しください。自分の端末でなければ、この受領書を運営者に見せてください。"
            ),
        ),
        EntryState::Withdrawn => (
            say!(
                lang,
                "The safe has handed it to another device.",
                "金庫は、これをすでに別の端末に渡しています。"
            ),
            say!(
                lang,
                "If that was you, look on that device. If it was not, contact the operator and show this receipt.",
                "心当たりがあれば、その端末を確かめてください。なければ、この受領書を運営者に見せて連絡してください。"
            ),
        ),
        EntryState::Retired => (
            say!(
                lang,
                "It was ended at the safe without being handed out.",
                "渡されないまま、金庫で終了しています。"
            ),
            say!(
                lang,
                "If you discarded it, discard this certificate too. If you did not, contact the operator and show this receipt.",
                "自分で破棄したのなら、この登録証も破棄してください。心当たりがなければ、この受領書を運営者に見せて連絡してください。"
            ),
        ),
    };
    Halves::new(what, now)
}
