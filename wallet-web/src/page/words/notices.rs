//! The words of the notices, in two halves: what happened, and what to do now.

use super::{Lang, audit, copies, owner, rule_name, ways};
use crate::page::format;
use saifu_protocol::UnixTime;
use saifu_protocol::message::EntryState;
use saifu_wallet_core::books::Elsewhere;
use saifu_wallet_core::ids::ItemId;
use saifu_wallet_core::notice::{Apart, Kind, Notice};
use std::iter::once;

mod apart;

use apart::apart;

/// What happened, and what to do now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Halves {
    /// What happened.
    pub(crate) what: String,
    /// What to do now.
    pub(crate) now: String,
}

impl Halves {
    /// Both halves.
    pub(crate) fn new(what: impl Into<String>, now: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            now: now.into(),
        }
    }
}

/// How much a notice weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    /// It went as the owner wanted.
    Note,
    /// The owner should do something.
    Warning,
    /// Somebody may be cheating, or something may be lost.
    Danger,
}

/// How much a notice weighs.
pub(crate) fn weight(kind: &Kind) -> Weight {
    match kind {
        Kind::CalledOff | Kind::MoveCalledOff | Kind::RecoveryCalledOff => Weight::Note,
        Kind::RegistrationRefused
        | Kind::TooLargeForSafe { .. }
        | Kind::TooLarge { .. }
        | Kind::ValueUnreadable
        | Kind::RefusedBySafe
        | Kind::SafeTooOld
        | Kind::NoRoom { .. }
        | Kind::RoundLeft { .. }
        | Kind::EndsTomorrow { .. }
        | Kind::StorageFull
        | Kind::StorageFailed
        | Kind::PlanDoesNotFit
        | Kind::PaperUnreadable
        | Kind::PaperOfStrangeSafe { .. }
        | Kind::PaperAlreadyHere
        | Kind::PaperWorthless
        | Kind::Busy
        | Kind::KeyUnusable
        | Kind::KeyNeeded
        | Kind::KeyOpensOthers { .. }
        | Kind::OwnerNameTaken
        | Kind::SecretWrong
        | Kind::SecretOther
        | Kind::SecretTooWeak
        | Kind::MoneyAtSafes
        | Kind::OwnerSessionEnded
        | Kind::DeviceUnknown
        | Kind::DeviceKeepsNoSecret
        | Kind::DeviceShareOpen { .. }
        | Kind::DeviceTooMany
        | Kind::DeviceNotProved
        | Kind::NotEmpty
        | Kind::LastCopyHere
        | Kind::LastCopyOver { .. }
        | Kind::MarkedStays
        | Kind::RehearsalFoundBad { .. }
        | Kind::AuditRefused { .. }
        | Kind::OwnerSaidNo
        | Kind::WaitRefused
        | Kind::AskerUnknown
        | Kind::FreezeTooFewWays
        | Kind::FreezeNeedsWay
        | Kind::NotWoken
        | Kind::RecoveredUnreadable => Weight::Warning,
        Kind::Apart { why } => match why {
            Apart::TooFewPieces { .. }
            | Apart::TooFewShares { .. }
            | Apart::TooFewSafes { .. }
            | Apart::KeyMissing
            | Apart::UnknownAlgorithm { .. }
            | Apart::Unknown => Weight::Warning,
            Apart::WrongKey
            | Apart::DoesNotOpen
            | Apart::Malformed
            | Apart::Forged
            | Apart::OtherSet
            | Apart::Duplicate
            | Apart::BadShare { .. }
            | Apart::TooLarge => Weight::Danger,
        },
        Kind::CertificateHashWrong
        | Kind::CertificateDigestWrong
        | Kind::CertificateHolderWrong
        | Kind::CertificateForged
        | Kind::ReleasedElsewhere(_)
        | Kind::ArrivedCopyDestroyed { .. }
        | Kind::UnknownToSafe
        | Kind::AuditFailed { .. }
        | Kind::AuditGone { .. }
        | Kind::DiscardedUnknownToSafe
        | Kind::DiscardedAfterRollback
        | Kind::DamagedAtSafe
        | Kind::SafeRolledBack
        | Kind::CertificateHashUnknown
        | Kind::CertificateUnknown
        | Kind::LastCopyWrong
        | Kind::RecoveredBytesWrong
        | Kind::OwnerRecordDamaged
        | Kind::SomebodyWaits { .. }
        | Kind::RehearsalFailed
        | Kind::SafeKeyChanged => Weight::Danger,
    }
}

/// The words of a notice.
pub(crate) fn notice(lang: Lang, notice: &Notice) -> Halves {
    let subject = match &notice.kind {
        Kind::RoundLeft { rule, .. } => quoted(lang, &rule_name(lang, *rule, &notice.subject)),
        _ => quoted(lang, &notice.subject),
    };
    let safe = match (&notice.kind, notice.safe.is_empty()) {
        // What is told of no safe is told of a backup, and that lies at several.
        (Kind::RecoveryCalledOff | Kind::RecoveredUnreadable | Kind::RehearsalFailed, true) => {
            say!(lang, "its safes", "預け先の金庫").into()
        }
        _ => named_safe(lang, &notice.safe),
    };
    match &notice.kind {
        // That was no value of this wallet's.
        Kind::SecretTooWeak if notice.subject.is_empty() => owner::too_weak_for_papers(lang),
        kind => of(lang, kind, &subject, &safe),
    }
}

/// What a notice of this kind says where it is about nothing that has a name.
pub(crate) fn said(lang: Lang, kind: Kind) -> Halves {
    let id = ItemId::new([0; 16]);
    notice(
        lang,
        &Notice {
            id,
            at: UnixTime(0),
            subject: String::new(),
            safe: String::new(),
            kind,
        },
    )
}

fn quoted(lang: Lang, subject: &str) -> String {
    if subject.is_empty() {
        return say!(lang, "the value", "対象のもの").into();
    }
    say!(lang, "“{subject}”", "「{subject}」", subject)
}

fn named_safe(lang: Lang, address: &str) -> String {
    if address.is_empty() {
        return say!(lang, "the safe", "金庫").into();
    }
    let host = format::host(address);
    say!(lang, "the safe {host}", "金庫 {host} ", host)
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| once(first.to_ascii_uppercase()).chain(chars).collect())
        .unwrap_or_default()
}

fn of(lang: Lang, kind: &Kind, in_sentence: &str, safe: &str) -> Halves {
    // At the beginning of a sentence. Japanese has no capitals.
    let (subject, the_safe) = (capital(in_sentence), capital(safe));
    let stayed = say!(
        lang,
        "{subject} is still in this browser, unchanged.",
        "{subject}はこのブラウザにそのまま残っています。",
        subject
    );
    match kind {
        Kind::CertificateHashWrong => Halves::new(
            say!(
                lang,
                "{the_safe} certified other bytes than it was sent. The back-up was stopped.",
                "{the_safe}の登録証のハッシュ値が、送った内容と一致しません。預け入れを止めました。",
                the_safe
            ),
            say!(
                lang,
                "{stayed} Back it up at another safe and tell the operator of this one.",
                "{stayed}別の金庫に預け、この金庫の運営者に知らせてください。",
                stayed
            ),
        ),
        Kind::CertificateDigestWrong => Halves::new(
            say!(
                lang,
                "The certificate from {safe} describes something else. The back-up was stopped.",
                "{safe}の登録証の要約が、預けるものと一致しません。預け入れを止めました。",
                safe
            ),
            say!(
                lang,
                "{stayed} Back it up at another safe and tell the operator of this one.",
                "{stayed}別の金庫に預け、この金庫の運営者に知らせてください。",
                stayed
            ),
        ),
        Kind::CertificateHolderWrong => Halves::new(
            say!(
                lang,
                "{the_safe} made the certificate out to somebody else. The back-up was stopped.",
                "{the_safe}の登録証が、別の持ち主あてになっています。預け入れを止めました。",
                the_safe
            ),
            say!(
                lang,
                "{stayed} Back it up at another safe, and do not use this one until its operator explains.",
                "{stayed}別の金庫に預け、運営者の説明があるまでこの金庫は使わないでください。",
                stayed
            ),
        ),
        Kind::CertificateForged => Halves::new(
            say!(
                lang,
                "The certificate was not signed by {safe}, or cannot be read. The back-up was stopped.",
                "登録証が{safe}の署名ではないか、読み取れません。預け入れを止めました。",
                safe
            ),
            say!(
                lang,
                "{stayed} Check that you are on a network you trust, then try again or choose another safe.",
                "{stayed}信頼できる通信環境か確かめて、もう一度試すか別の金庫を選んでください。",
                stayed
            ),
        ),
        Kind::RegistrationRefused => Halves::new(
            say!(
                lang,
                "{the_safe} does not take {in_sentence}.",
                "{the_safe}は{in_sentence}を受け付けませんでした。",
                the_safe,
                in_sentence
            ),
            say!(
                lang,
                "{stayed} Choose another safe, or ask the operator why.",
                "{stayed}別の金庫を選ぶか、運営者に理由を尋ねてください。",
                stayed
            ),
        ),
        Kind::TooLargeForSafe { limit } => {
            let limit = format::bytes(lang, *limit);
            Halves::new(
                say!(
                    lang,
                    "{subject} is larger than {safe} takes: its limit is {limit}.",
                    "{subject}は大きすぎて{safe}に預けられません（上限 {limit}）。",
                    subject,
                    safe,
                    limit
                ),
                say!(
                    lang,
                    "It is still in this browser, unchanged. Choose a safe with a higher limit, or shorten remarks and code.",
                    "このブラウザにそのまま残っています。上限の大きい金庫を選ぶか、備考やコードを短くしてください。"
                ),
            )
        }
        Kind::CalledOff => Halves::new(
            say!(
                lang,
                "The back-up of {in_sentence} was called off.",
                "{in_sentence}の預け入れを中止しました。",
                in_sentence
            ),
            say!(
                lang,
                "It is in this browser only. Back it up again whenever you like.",
                "このブラウザにしかありません。いつでも預け直せます。"
            ),
        ),
        Kind::ReleasedElsewhere(Elsewhere { state, since, .. }) => {
            let day = format::time(lang, *since);
            match state {
                EntryState::Registered => Halves::new(
                    say!(
                        lang,
                        "{the_safe} refused to open {in_sentence} although it still holds it, since {day}.",
                        "{the_safe}は{in_sentence}を保管していますが、引き出しを断りました（{day}から）。",
                        the_safe,
                        in_sentence,
                        day
                    ),
                    say!(
                        lang,
                        "Ask again later. If it goes on, show the receipt on the certificate to the operator.",
                        "時間をおいて、もう一度お試しください。続くときは、登録証の受領書を運営者に見せてください。"
                    ),
                ),
                EntryState::Withdrawing => Halves::new(
                    say!(
                        lang,
                        "{subject} was opened for another device on {day}; {safe} proves it with a signed receipt.",
                        "{subject}は{day}から別の端末で引き出し中です。{safe}の署名付き受領書があります。",
                        subject,
                        day,
                        safe
                    ),
                    say!(
                        lang,
                        "Finish or call off the recovery on that device. If it is not yours, show the receipt on the certificate to the operator.",
                        "その端末で取り戻しを終えるか中止してください。心当たりがなければ、登録証の受領書を運営者に見せてください。"
                    ),
                ),
                EntryState::Withdrawn => Halves::new(
                    say!(
                        lang,
                        "{subject} was handed to another device on {day}; {safe} proves it with a signed receipt.",
                        "{subject}は{day}に別の端末へ渡されました。{safe}の署名付き受領書があります。",
                        subject,
                        day,
                        safe
                    ),
                    say!(
                        lang,
                        "If that was you, look on that device. If it was not, contact the operator and show the receipt on the certificate.",
                        "心当たりがあれば、その端末を確かめてください。なければ、登録証の受領書を運営者に見せて連絡してください。"
                    ),
                ),
                EntryState::Retired => Halves::new(
                    say!(
                        lang,
                        "{subject} was ended at {safe} on {day} without being handed out; a signed receipt proves it.",
                        "{subject}は{day}に、渡されないまま{safe}で終了しました。署名付き受領書があります。",
                        subject,
                        safe,
                        day
                    ),
                    say!(
                        lang,
                        "If you discarded it, discard the certificate too. If you did not, contact the operator and show the receipt.",
                        "自分で破棄したのなら、登録証も破棄してください。心当たりがなければ、受領書を運営者に見せて連絡してください。"
                    ),
                ),
            }
        }
        Kind::ArrivedCopyDestroyed { since, .. } => {
            let day = format::time(lang, *since);
            Halves::new(
                say!(
                    lang,
                    "Another device was confirmed first, on {day}. The copy of {in_sentence} that had arrived here was destroyed.",
                    "別の端末が先に確認されたため（{day}）、ここに届いた{in_sentence}の写しを消しました。",
                    day,
                    in_sentence
                ),
                say!(
                    lang,
                    "It exists there, once. If that device is not yours, contact the operator and show the receipt on the certificate.",
                    "向こうの端末に1つだけあります。自分の端末でなければ、登録証の受領書を運営者に見せて連絡してください。"
                ),
            )
        }
        Kind::UnknownToSafe => Halves::new(
            say!(
                lang,
                "{the_safe} says it knows nothing of the certificate of {in_sentence}.",
                "{the_safe}は、{in_sentence}の登録証に覚えがないと答えました。",
                the_safe,
                in_sentence
            ),
            say!(
                lang,
                "The certificate was kept. If you handed it over, that is why: discard it here. If not, it is your proof: show it to the operator, and do not use this safe for anything new.",
                "登録証は残してあります。人に渡したのなら、そのためです。ここでは破棄してください。そうでなければ、登録証が証拠になります。運営者に見せ、この金庫には新しく預けないでください。"
            ),
        ),
        Kind::AuditFailed { held_at } => Halves::new(
            say!(
                lang,
                "{the_safe} was audited and does not have {in_sentence} as it was registered.",
                "抜き取り検査の結果、{the_safe}には{in_sentence}が登録したとおりには残っていません。",
                the_safe,
                in_sentence
            ) + &audit::last_held(lang, *held_at),
            say!(
                lang,
                "The certificate was kept: it is your proof, show it to the operator. If other safes have parts of it, fetch it now, and do not use this safe for anything new.",
                "登録証は残してあります。証拠になりますので、運営者に見せてください。ほかの金庫にも分けてあるなら、今のうちに取り戻してください。この金庫には新しく預けないでください。"
            ),
        ),
        Kind::AuditGone { held_at } => Halves::new(
            say!(
                lang,
                "{the_safe} was audited and says that there is nothing to the certificate of {in_sentence} any more.",
                "抜き取り検査に対して、{the_safe}は、{in_sentence}の登録証に当たるものはもうないと答えました。",
                the_safe,
                in_sentence
            ) + &audit::last_held(lang, *held_at),
            say!(
                lang,
                "If you handed it over, or another device of yours has fetched it, that is why: discard it here. If not, press “Recover”: the safe must then say who has it, and sign that.",
                "人に渡したか、ほかの端末で取り戻したのなら、そのためです。ここでは破棄してください。そうでなければ「取り戻す」を押してください。誰が持っているかを、金庫は署名して示さなければなりません。"
            ),
        ),
        Kind::AuditRefused { weeks, held_at } => Halves::new(
            say!(
                lang,
                "{the_safe} answers, and has not shown for {weeks} weeks that it has {in_sentence}.",
                "{the_safe}は答えますが、{in_sentence}があることを{weeks}週間示していません。",
                the_safe,
                in_sentence,
                weeks
            ) + &audit::last_held(lang, *held_at),
            say!(
                lang,
                "If it is open on another device of yours, or frozen by you, that is why. If not, rehearse it, or move it to other safes.",
                "ほかの端末で開いているか、あなたが凍結したのなら、そのためです。そうでなければ、予行で確かめるか、ほかの金庫に移してください。"
            ),
        ),
        Kind::DiscardedUnknownToSafe => Halves::new(
            say!(
                lang,
                "{subject} was discarded, but {safe} says it knows nothing of it.",
                "{subject}を破棄しましたが、{safe}は覚えがないと答えました。",
                subject,
                safe
            ),
            say!(
                lang,
                "You lost nothing you wanted. But a safe that forgets is no safe: recover what else lies there and back it up elsewhere.",
                "必要なものは失われていません。ただし記録をなくす金庫は頼れません。ほかに預けたものを取り戻し、別の金庫に預けてください。"
            ),
        ),
        Kind::DiscardedAfterRollback => Halves::new(
            say!(
                lang,
                "{subject} was discarded, but the memory of {safe} was set back, so it may still hold it.",
                "{subject}を破棄しましたが、{safe}の記録が巻き戻っていて、まだ残っているかもしれません。",
                subject,
                safe
            ),
            say!(
                lang,
                "You lost nothing you wanted. Contact the operator, and recover what else lies there once the safe answers again.",
                "必要なものは失われていません。運営者に連絡し、応答が戻ったら、ほかに預けたものを取り戻してください。"
            ),
        ),
        Kind::DamagedAtSafe => Halves::new(
            say!(
                lang,
                "{the_safe} found that the stored bytes of {in_sentence} were altered, and did not hand them out.",
                "{the_safe}で{in_sentence}の保管内容が書き換えられていたため、渡されませんでした。",
                the_safe,
                in_sentence
            ),
            say!(
                lang,
                "The certificate was kept. Contact the operator: an intact copy may be in its own back-ups.",
                "登録証は残してあります。運営者に連絡してください。控えに元の内容が残っている場合があります。"
            ),
        ),
        Kind::SafeRolledBack => Halves::new(
            say!(
                lang,
                "{the_safe} found that its memory was set back to an earlier time.",
                "{the_safe}の記録が、以前の時点に巻き戻っています。",
                the_safe
            ),
            say!(
                lang,
                "The certificate was kept. Contact the operator, and recover what else lies there once the safe answers again.",
                "登録証は残してあります。運営者に連絡し、応答が戻ったら、ほかに預けたものも取り戻してください。"
            ),
        ),
        Kind::CertificateHashUnknown => Halves::new(
            say!(
                lang,
                "{the_safe} has the entry of {in_sentence}, but with another hash.",
                "{the_safe}にある{in_sentence}の記録は、ハッシュ値が違います。",
                the_safe,
                in_sentence
            ),
            say!(
                lang,
                "The certificate was kept: it is your proof. Show it to the operator.",
                "登録証は残してあります。これが証拠になります。運営者に見せてください。"
            ),
        ),
        Kind::CertificateUnknown => Halves::new(
            say!(
                lang,
                "{the_safe} has the entry of {in_sentence}, but another certificate for it.",
                "{the_safe}にある{in_sentence}の記録は、登録証が違います。",
                the_safe,
                in_sentence
            ),
            say!(
                lang,
                "The certificate was kept: it is your proof. Show it to the operator.",
                "登録証は残してあります。これが証拠になります。運営者に見せてください。"
            ),
        ),
        Kind::RecoveredBytesWrong => Halves::new(
            say!(
                lang,
                "What {safe} sent for {in_sentence} is not what the certificate stands for. It was thrown away.",
                "{safe}から届いた内容が、{in_sentence}の登録証と一致しないため捨てました。",
                safe,
                in_sentence
            ),
            say!(
                lang,
                "The certificate was kept. Try again; if it repeats, contact the operator.",
                "登録証は残してあります。もう一度試し、繰り返すときは運営者に連絡してください。"
            ),
        ),
        Kind::RecoveredUnreadable => Halves::new(
            say!(
                lang,
                "{subject} was written by a newer Saifu that this version cannot read. It was given back to {safe}.",
                "{subject}は新しいSaifuで作られていて、このバージョンでは読めません。{safe}に返しました。",
                subject,
                safe
            ),
            say!(
                lang,
                "Update Saifu under Settings, then recover it again.",
                "設定でSaifuを更新してから、もう一度取り戻してください。"
            ),
        ),
        Kind::RecoveryCalledOff => Halves::new(
            say!(
                lang,
                "The recovery of {in_sentence} was called off.",
                "{in_sentence}の取り戻しを中止しました。",
                in_sentence
            ),
            say!(
                lang,
                "It still lies at {safe}. Recover it whenever you like.",
                "まだ{safe}にあります。いつでも取り戻せます。",
                safe
            ),
        ),
        Kind::LastCopyHere => copies::here(lang, in_sentence),
        Kind::LastCopyOver { .. } => copies::over(lang, in_sentence, safe),
        Kind::LastCopyWrong => copies::wrong(lang, in_sentence, safe),
        Kind::MarkedStays => copies::stays(lang, &subject),
        Kind::RehearsalFoundBad { bad, of } => {
            super::health::found_bad(lang, in_sentence, safe, *bad, *of)
        }
        Kind::RehearsalFailed => super::health::failed(lang, &subject, safe),
        Kind::OwnerSaidNo => Halves::new(
            say!(
                lang,
                "The device that registered {in_sentence} said no, so {safe} does not hand it to this one.",
                "{in_sentence}を登録した端末が断ったため、{safe}はこの端末に渡しません。",
                in_sentence,
                safe
            ),
            say!(
                lang,
                "Nothing is lost, and the certificate is kept. If both devices are yours, allow this one there and recover again. If you did not refuse it, somebody else has the other device.",
                "何も失われておらず、登録証も残っています。どちらも自分の端末なら、あちらで許可してからやり直してください。断った覚えがなければ、その端末をほかの人が持っています。"
            ),
        ),
        Kind::SomebodyWaits { until } => {
            let time = format::time(lang, *until);
            Halves::new(
                say!(
                    lang,
                    "Somebody asks for what this wallet has at {safe}, and gets it from {time} on unless you refuse.",
                    "この財布が{safe}に預けたものを、だれかが引き出そうとしています。断らなければ、{time}から渡されます。",
                    safe,
                    time
                ),
                say!(
                    lang,
                    "Refuse or allow it in the wallet, or in the settings under “Having others wait”. It may be you, on another device.",
                    "財布の画面か、設定の「ほかの端末を待たせる」で、断るか許可するかを選んでください。自分の別の端末かもしれません。"
                ),
            )
        }
        Kind::WaitRefused => Halves::new(
            say!(
                lang,
                "{the_safe} does not let this device set how long others wait for {in_sentence}.",
                "{the_safe}は、この端末からは{in_sentence}の待ち時間を変えられないと答えました。",
                the_safe,
                in_sentence
            ),
            say!(
                lang,
                "Another device may have backed it up. Set the wait there, or recover it here and back it up anew.",
                "ほかの端末で預けたものかもしれません。その端末で待ち時間を設定するか、ここで取り戻して預け直してください。"
            ),
        ),
        Kind::AskerUnknown => Halves::new(
            say!(
                lang,
                "{the_safe} knows nobody who waits as the one you decided about, so nothing was decided.",
                "{the_safe}には、決めた相手にあたる待ち人がいません。何も決まっていません。",
                the_safe
            ),
            say!(
                lang,
                "Whoever asks again waits anew, and you are told again.",
                "もう一度引き出そうとした人は、初めから待つことになり、またお知らせします。"
            ),
        ),
        Kind::NotWoken => Halves::new(
            say!(
                lang,
                "{the_safe} cannot reach this browser while the wallet is closed: it does not call the push service of its maker.",
                "{the_safe}は、このブラウザの提供元のプッシュサービスを使わないため、財布を閉じている間は知らせられません。",
                the_safe
            ),
            say!(
                lang,
                "Choose another safe under “Having others wait”, or open the wallet more often than others wait: it then asks by itself.",
                "「ほかの端末を待たせる」で別の金庫を選ぶか、待ち時間より短い間隔で財布を開いてください。開けば自動で確かめます。"
            ),
        ),
        Kind::FreezeTooFewWays => Halves::new(
            say!(
                lang,
                "{the_safe} froze nothing: you get in there by one kind of way only, where two are needed to lift it, or it does not know this device as yours.",
                "{the_safe}は凍結しませんでした。解除に要る2種類の開け方のうち1種類しかないか、この端末があなたのものとして登録されていません。",
                the_safe
            ),
            say!(
                lang,
                "Show a way in under “Ways in”. Make a recovery kit or add a passkey there if there is none, then freeze there.",
                "「開け方」で開け方を1つ示してください。復旧キットもパスキーもなければ作り、そこで凍結してください。"
            ),
        ),
        Kind::FreezeNeedsWay => Halves::new(
            say!(
                lang,
                "{the_safe} froze nothing: it has to be shown a way in first, as in the week after a freeze was lifted, or where this device does not know your name.",
                "{the_safe}は凍結しませんでした。解除から1週間や、この端末があなたの名前を知らないときは、先に開け方を示す必要があります。",
                the_safe
            ),
            say!(
                lang,
                "Show one under “Ways in” and freeze there.",
                "「開け方」で1つ示して、そこで凍結してください。"
            ),
        ),
        Kind::RefusedBySafe => Halves::new(
            say!(
                lang,
                "{the_safe} refuses what this wallet asks.",
                "{the_safe}が、この財布からの依頼を断りました。",
                the_safe
            ),
            say!(
                lang,
                "Nothing was changed. Update Saifu under Settings and try again; if it stays, ask the operator.",
                "何も変わっていません。設定でSaifuを更新してもう一度試し、続くときは運営者に尋ねてください。"
            ),
        ),
        Kind::SafeTooOld => Halves::new(
            say!(
                lang,
                "{the_safe} is of an older version and does not know what it is asked to do with {in_sentence}.",
                "{the_safe}のバージョンが古く、{in_sentence}についての依頼に応じられません。",
                the_safe,
                in_sentence
            ),
            say!(
                lang,
                "Nothing is lost; it is asked again now and then. Ask its operator to update it. Papers stay good for everybody who has a copy until then.",
                "何も失われていません。ときどき自動でやり直します。運営者に更新を頼んでください。それまで持参人証の写しは有効なままです。"
            ),
        ),
        Kind::NoRoom { missing } => {
            let missing = format::bytes(lang, *missing);
            Halves::new(
                say!(
                    lang,
                    "The wallet is full: {missing} more are needed for {in_sentence}.",
                    "財布がいっぱいです。{in_sentence}にはあと{missing}必要です。",
                    missing,
                    in_sentence
                ),
                say!(
                    lang,
                    "Nothing is lost, the work waits. Back something up, clear what has ended, or raise the limit under Settings.",
                    "何も失われていません。処理は待機しています。いくつか預けるか、終了したものを片づけるか、設定で上限を上げてください。"
                ),
            )
        }
        Kind::RoundLeft { stayed, .. } => Halves::new(
            say!(
                lang,
                "A rule has run and left some values where they were: {stayed} by {in_sentence}.",
                "ルール{in_sentence}を実行しましたが、{stayed}点は移せませんでした。",
                in_sentence,
                stayed
            ),
            say!(
                lang,
                "Another notice says why, or they were in use. Run the rule again under “Automatic backup”, or move them by hand.",
                "理由は別の通知にあるか、使用中だったためです。「自動の預け入れ」でルールをもう一度実行するか、手で移してください。"
            ),
        ),
        Kind::EndsTomorrow { others } => Halves::new(
            if *others == 0 {
                say!(
                    lang,
                    "The last day to use {in_sentence} is tomorrow at the latest.",
                    "{in_sentence}を使えるのは、遅くとも明日までです。",
                    in_sentence
                )
            } else {
                say!(
                    lang,
                    "The last day to use {in_sentence} is tomorrow at the latest. The same is true of {others} more.",
                    "{in_sentence}を使えるのは、遅くとも明日までです。ほかに{others}点あります。",
                    in_sentence,
                    others
                )
            },
            say!(
                lang,
                "Use what you want to use. What is in safekeeping has to be brought back first.",
                "使いたいものは使ってください。預けてあるものは、先に取り戻す必要があります。"
            ),
        ),
        Kind::StorageFull => Halves::new(
            say!(
                lang,
                "The browser has no space left for this wallet. Nothing was changed.",
                "この財布に使えるブラウザの空き容量がありません。何も変更していません。"
            ),
            say!(
                lang,
                "The work waits. Free some space on this device, then press “Try now” in the wallet. Keep the page open until then: what was typed last is nowhere else.",
                "処理は待機しています。端末の空き容量を増やし、財布で「今すぐ試す」を押してください。最後に入力した内容はこのページにしかありません。それまで閉じないでください。"
            ),
        ),
        Kind::StorageFailed => Halves::new(
            say!(
                lang,
                "The browser failed to store what was to be done. Nothing was changed.",
                "ブラウザが記録を保存できませんでした。何も変更していません。"
            ),
            say!(
                lang,
                "The work waits and is tried again. If it goes on, reload the page.",
                "処理は待機し、自動でやり直します。続くときはページを再読み込みしてください。"
            ),
        ),
        Kind::SafeKeyChanged => Halves::new(
            say!(
                lang,
                "{the_safe} shows another key than the one you trusted. Nothing is sent there.",
                "{the_safe}の鍵が、信頼したものと違います。何も送っていません。",
                the_safe
            ),
            say!(
                lang,
                "Ask its operator by another way whether the key was changed. If not, somebody stands in between.",
                "別の手段で運営者に、鍵を変えたか確かめてください。変えていなければ、だれかが間に入っています。"
            ),
        ),
        Kind::PaperUnreadable => Halves::new(
            say!(
                lang,
                "What was to be taken over is no bearer paper of Saifu, or not whole.",
                "受け取ろうとしたものは、Saifuの持参人証ではないか、欠けています。"
            ),
            say!(
                lang,
                "Nothing was changed. Scan or copy it again, from its first character to its last.",
                "何も変わっていません。最初から最後まで、もう一度読み取るか写してください。"
            ),
        ),
        Kind::PaperOfStrangeSafe { address } => Halves::new(
            say!(
                lang,
                "The paper is for the safe at {address}, which this wallet does not trust yet.",
                "この証の金庫（{address}）を、この財布はまだ信頼していません。",
                address
            ),
            say!(
                lang,
                "Nothing was changed. Add that safe first, then take the paper over again.",
                "何も変わっていません。先にその金庫を追加してから、もう一度受け取ってください。"
            ),
        ),
        Kind::PaperAlreadyHere => Halves::new(
            say!(
                lang,
                "What the paper stands for is in this wallet already.",
                "この証で受け取れるものは、すでにこの財布にあります。"
            ),
            say!(
                lang,
                "Nothing was changed. You will find it in the wallet.",
                "何も変わっていません。財布の中をご覧ください。"
            ),
        ),
        Kind::TooLarge { limit } => {
            let limit = format::bytes(lang, *limit);
            Halves::new(
                say!(
                    lang,
                    "{subject} would make a part larger than any safe takes ({limit}).",
                    "{subject}は大きすぎて、どの金庫にも預けられません（上限 {limit}）。",
                    subject,
                    limit
                ),
                say!(
                    lang,
                    "It is still in this browser, unchanged. Shorten remarks and code, or couple fewer values.",
                    "このブラウザにそのまま残っています。備考やコードを短くするか、まとめる数を減らしてください。"
                ),
            )
        }
        Kind::ValueUnreadable => Halves::new(
            say!(
                lang,
                "{subject} was written by a newer Saifu that this version cannot read, so it was not backed up.",
                "{subject}は新しいSaifuで作られていて、このバージョンでは読めないため、預けませんでした。",
                subject
            ),
            say!(
                lang,
                "It is still in this browser, unchanged; nothing was sent. Update Saifu under Settings, then back it up.",
                "このブラウザにそのまま残っています。何も送っていません。設定でSaifuを更新してから預けてください。"
            ),
        ),
        Kind::MoveCalledOff => Halves::new(
            say!(
                lang,
                "Moving {in_sentence} to other safes was stopped; it lies where it lay.",
                "{in_sentence}の移し替えを中止しました。元の金庫にあります。",
                in_sentence
            ),
            say!(
                lang,
                "Another notice says why. Choose other safes or another protection, then move it again.",
                "理由は別のお知らせにあります。ほかの金庫か守り方を選んで、もう一度移してください。"
            ),
        ),
        Kind::PaperWorthless => Halves::new(
            say!(
                lang,
                "The safe does not hand out {in_sentence} for this paper: it is spent, or somebody was quicker.",
                "金庫はこの証では{in_sentence}を渡しません。使用済みか、だれかに先を越されました。",
                in_sentence
            ),
            say!(
                lang,
                "Ask whoever gave it to you. If other papers belong to it, take those over too.",
                "渡してくれた人に確かめてください。ほかにも証があれば、それも受け取ってください。"
            ),
        ),
        Kind::Busy => Halves::new(
            say!(
                lang,
                "Something is still being done with {in_sentence}, so what you asked for was not done.",
                "{in_sentence}はまだ処理の途中のため、お求めのことは行いませんでした。",
                in_sentence
            ),
            say!(
                lang,
                "Nothing was changed. Wait until it is finished, or call it off, then ask again.",
                "何も変わっていません。処理が終わるのを待つか、中止してから、もう一度お試しください。"
            ),
        ),
        Kind::PlanDoesNotFit => Halves::new(
            say!(
                lang,
                "The protection that was chosen does not fit {in_sentence}, or the safes it was to go to.",
                "選んだ守り方が、{in_sentence}または預け先の金庫に合いません。",
                in_sentence
            ),
            say!(
                lang,
                "Nothing was changed. Choose another protection, or add a safe of another operator.",
                "何も変わっていません。別の守り方を選ぶか、別の運営者の金庫を追加してください。"
            ),
        ),
        Kind::KeyUnusable => Halves::new(
            say!(
                lang,
                "The key that was chosen for {in_sentence} is not here, or of another kind than the plan needs.",
                "{in_sentence}に選んだ鍵がここにないか、必要な種類と違います。",
                in_sentence
            ),
            say!(
                lang,
                "Nothing was changed. Fetch the key from its backup under Keys, or let a fresh one be made.",
                "何も変わっていません。「鍵」の画面で取り戻すか、新しい鍵を使ってください。"
            ),
        ),
        Kind::KeyNeeded => Halves::new(
            say!(
                lang,
                "Other backups open with the key that lies with {in_sentence}, so it was not handed over.",
                "{in_sentence}と一緒に預けた鍵でしか開けないものがほかにもあるため、渡しませんでした。",
                in_sentence
            ),
            say!(
                lang,
                "Recover what those backups hold, or move them under keys of their own. Then hand it over.",
                "先にそれらを取り戻すか、別の鍵で預け直してから、もう一度渡してください。"
            ),
        ),
        Kind::OwnerNameTaken => owner::name_taken(lang, in_sentence, safe),
        Kind::SecretWrong => owner::secret_wrong(lang, safe),
        Kind::SecretOther => owner::secret_other(lang),
        Kind::SecretTooWeak => owner::too_weak_for(lang, in_sentence),
        Kind::MoneyAtSafes => owner::money_at_safes(lang),
        Kind::OwnerRecordDamaged => owner::record_damaged(lang, safe),
        Kind::OwnerSessionEnded => owner::session_ended(lang, safe),
        Kind::DeviceUnknown => ways::device_unknown(lang, safe),
        Kind::DeviceKeepsNoSecret => ways::device_keeps_no_secret(lang, safe),
        Kind::DeviceShareOpen { needed } => ways::device_share_open(lang, safe, *needed),
        Kind::DeviceTooMany => ways::device_too_many(lang, safe),
        Kind::DeviceNotProved => ways::device_not_proved(lang, safe),
        Kind::NotEmpty => owner::not_empty(lang),
        Kind::KeyOpensOthers { first, others } => key_opens_others(lang, first, *others),
        Kind::Apart { why } => apart(lang, why, in_sentence),
    }
}

/// What it means that other backups open with nothing but this key, and what to do first.
pub(crate) fn key_opens_others(lang: Lang, first: &str, others: u64) -> Halves {
    let others = usize::try_from(others).unwrap_or(usize::MAX);
    let names = super::and_others(lang, first, others);
    Halves::new(
        say!(
            lang,
            "Only this key opens “{names}”, so its backup cannot be given up.",
            "「{names}」はこの鍵でしか開けないため、鍵の預け入れは破棄できません。",
            names
        ),
        say!(
            lang,
            "Recover or give up what it opens first, or fetch the key.",
            "先に、この鍵で開くものを取り戻すか破棄してください。鍵を取り戻しておくこともできます。"
        ),
    )
}

#[cfg(test)]
mod tests;
