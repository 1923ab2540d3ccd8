//! The words of the notices, in two halves: what happened, and what to do now.

use super::{Lang, owner};
use crate::page::format;
use saifu_protocol::UnixTime;
use saifu_protocol::message::EntryState;
use saifu_wallet_core::books::Elsewhere;
use saifu_wallet_core::ids::ItemId;
use saifu_wallet_core::notice::{Apart, Kind, Notice};
use std::iter::once;

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
        | Kind::OwnerSessionEnded
        | Kind::NotEmpty
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
        | Kind::DiscardedUnknownToSafe
        | Kind::DiscardedAfterRollback
        | Kind::DamagedAtSafe
        | Kind::SafeRolledBack
        | Kind::CertificateHashUnknown
        | Kind::CertificateUnknown
        | Kind::RecoveredBytesWrong
        | Kind::OwnerRecordDamaged
        | Kind::SafeKeyChanged => Weight::Danger,
    }
}

/// The words of a notice.
pub(crate) fn notice(lang: Lang, notice: &Notice) -> Halves {
    let subject = quoted(lang, &notice.subject);
    let safe = match (&notice.kind, notice.safe.is_empty()) {
        // What is told of no safe is told of a backup, and that lies at several.
        (Kind::RecoveryCalledOff | Kind::RecoveredUnreadable, true) => {
            lang.of("its safes", "預け先の金庫").into()
        }
        _ => named_safe(lang, &notice.safe),
    };
    match lang {
        Lang::En => english(&notice.kind, &capital(&subject), &subject, &safe),
        Lang::Ja => japanese(&notice.kind, &subject, &safe),
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
    match (lang, subject.is_empty()) {
        (Lang::En, true) => "the value".into(),
        (Lang::En, false) => format!("“{subject}”"),
        (Lang::Ja, true) => "対象のもの".into(),
        (Lang::Ja, false) => format!("「{subject}」"),
    }
}

fn named_safe(lang: Lang, address: &str) -> String {
    if address.is_empty() {
        return lang.of("the safe", "金庫").into();
    }
    let host = format::host(address);
    match lang {
        Lang::En => format!("the safe {host}"),
        Lang::Ja => format!("金庫 {host} "),
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| once(first.to_ascii_uppercase()).chain(chars).collect())
        .unwrap_or_default()
}

#[rustfmt::skip] // One notice, one line a half: read as a table.
fn english(kind: &Kind, subject: &str, in_sentence: &str, safe: &str) -> Halves {
    let the_safe = capital(safe);
    let stayed = format!("{subject} is still in this browser, unchanged.");
    match kind {
        Kind::CertificateHashWrong => Halves::new(
            format!("{the_safe} certified other bytes than it was sent. The back-up was stopped."),
            format!("{stayed} Back it up at another safe and tell the operator of this one."),
        ),
        Kind::CertificateDigestWrong => Halves::new(
            format!("The certificate from {safe} describes something else. The back-up was stopped."),
            format!("{stayed} Back it up at another safe and tell the operator of this one."),
        ),
        Kind::CertificateHolderWrong => Halves::new(
            format!("{the_safe} made the certificate out to somebody else. The back-up was stopped."),
            format!("{stayed} Back it up at another safe, and do not use this one until its operator explains."),
        ),
        Kind::CertificateForged => Halves::new(
            format!("The certificate was not signed by {safe}, or cannot be read. The back-up was stopped."),
            format!("{stayed} Check that you are on a network you trust, then try again or choose another safe."),
        ),
        Kind::RegistrationRefused => Halves::new(
            format!("{the_safe} does not take {in_sentence}."),
            format!("{stayed} Choose another safe, or ask the operator why."),
        ),
        Kind::TooLargeForSafe { limit } => Halves::new(
            format!("{subject} is larger than {safe} takes: its limit is {}.", format::bytes(Lang::En, *limit)),
            "It is still in this browser, unchanged. Choose a safe with a higher limit, or shorten remarks and code.".to_owned(),
        ),
        Kind::CalledOff => Halves::new(
            format!("The back-up of {in_sentence} was called off."),
            "It is in this browser only. Back it up again whenever you like.",
        ),
        Kind::ReleasedElsewhere(Elsewhere { state, since, .. }) => {
            let day = format::time(Lang::En, *since);
            match state {
                EntryState::Registered => Halves::new(
                    format!("{the_safe} refused to open {in_sentence} although it still holds it, since {day}."),
                    "Ask again later. If it goes on, show the receipt on the certificate to the operator.",
                ),
                EntryState::Withdrawing => Halves::new(
                    format!("{subject} was opened for another device on {day}; {safe} proves it with a signed receipt."),
                    "Finish or call off the recovery on that device. If it is not yours, show the receipt on the certificate to the operator.",
                ),
                EntryState::Withdrawn => Halves::new(
                    format!("{subject} was handed to another device on {day}; {safe} proves it with a signed receipt."),
                    "If that was you, look on that device. If it was not, contact the operator and show the receipt on the certificate.",
                ),
                EntryState::Retired => Halves::new(
                    format!("{subject} was ended at {safe} on {day} without being handed out; a signed receipt proves it."),
                    "If you discarded it, discard the certificate too. If you did not, contact the operator and show the receipt.",
                ),
            }
        }
        Kind::ArrivedCopyDestroyed { since, .. } => Halves::new(
            format!("Another device was confirmed first, on {}. The copy of {in_sentence} that had arrived here was destroyed.", format::time(Lang::En, *since)),
            "It exists there, once. If that device is not yours, contact the operator and show the receipt on the certificate.",
        ),
        Kind::UnknownToSafe => Halves::new(
            format!("{the_safe} says it knows nothing of the certificate of {in_sentence}."),
            "The certificate was kept. If you handed it over, that is why: discard it here. If not, it is your proof: show it to the operator, and do not use this safe for anything new.",
        ),
        Kind::DiscardedUnknownToSafe => Halves::new(
            format!("{subject} was discarded, but {safe} says it knows nothing of it."),
            "You lost nothing you wanted. But a safe that forgets is no safe: recover what else lies there and back it up elsewhere.",
        ),
        Kind::DiscardedAfterRollback => Halves::new(
            format!("{subject} was discarded, but the memory of {safe} was set back, so it may still hold it."),
            "You lost nothing you wanted. Contact the operator, and recover what else lies there once the safe answers again.",
        ),
        Kind::DamagedAtSafe => Halves::new(
            format!("{the_safe} found that the stored bytes of {in_sentence} were altered, and did not hand them out."),
            "The certificate was kept. Contact the operator: an intact copy may be in its own back-ups.",
        ),
        Kind::SafeRolledBack => Halves::new(
            format!("{the_safe} found that its memory was set back to an earlier time."),
            "The certificate was kept. Contact the operator, and recover what else lies there once the safe answers again.",
        ),
        Kind::CertificateHashUnknown => Halves::new(
            format!("{the_safe} has the entry of {in_sentence}, but with another hash."),
            "The certificate was kept: it is your proof. Show it to the operator.",
        ),
        Kind::CertificateUnknown => Halves::new(
            format!("{the_safe} has the entry of {in_sentence}, but another certificate for it."),
            "The certificate was kept: it is your proof. Show it to the operator.",
        ),
        Kind::RecoveredBytesWrong => Halves::new(
            format!("What {safe} sent for {in_sentence} is not what the certificate stands for. It was thrown away."),
            "The certificate was kept. Try again; if it repeats, contact the operator.",
        ),
        Kind::RecoveredUnreadable => Halves::new(
            format!("{subject} was written by a newer Saifu that this version cannot read. It was given back to {safe}."),
            "Update Saifu under Settings, then recover it again.",
        ),
        Kind::RecoveryCalledOff => Halves::new(
            format!("The recovery of {in_sentence} was called off."),
            format!("It still lies at {safe}. Recover it whenever you like."),
        ),
        Kind::RefusedBySafe => Halves::new(
            format!("{the_safe} refuses what this wallet asks."),
            "Nothing was changed. Update Saifu under Settings and try again; if it stays, ask the operator.",
        ),
        Kind::SafeTooOld => Halves::new(
            format!("{the_safe} is of an older version and does not know what it is asked to do with {in_sentence}."),
            "Nothing is lost; it is asked again now and then. Ask its operator to update it. Papers stay good for everybody who has a copy until then.",
        ),
        Kind::NoRoom { missing } => Halves::new(
            format!("The wallet is full: {} more are needed for {in_sentence}.", format::bytes(Lang::En, *missing)),
            "Nothing is lost, the work waits. Back something up, clear what has ended, or raise the limit under Settings.",
        ),
        Kind::StorageFull => Halves::new(
            "The browser has no space left for this wallet. Nothing was changed.",
            "The work waits. Free some space on this device, then press “Try now” in the wallet.",
        ),
        Kind::StorageFailed => Halves::new(
            "The browser failed to store what was to be done. Nothing was changed.",
            "The work waits and is tried again. If it goes on, reload the page.",
        ),
        Kind::SafeKeyChanged => Halves::new(
            format!("{the_safe} shows another key than the one you trusted. Nothing is sent there."),
            "Ask its operator by another way whether the key was changed. If not, somebody stands in between.",
        ),
        Kind::PaperUnreadable => Halves::new(
            "What was to be taken over is no bearer paper of Saifu, or not whole.",
            "Nothing was changed. Scan or copy it again, from its first character to its last.",
        ),
        Kind::PaperOfStrangeSafe { address } => Halves::new(
            format!("The paper is for the safe at {address}, which this wallet does not trust yet."),
            "Nothing was changed. Add that safe first, then take the paper over again.",
        ),
        Kind::PaperAlreadyHere => Halves::new(
            "What the paper stands for is in this wallet already.",
            "Nothing was changed. You will find it in the wallet.",
        ),
        Kind::TooLarge { limit } => Halves::new(
            format!("{subject} would make a part larger than any safe takes ({}).", format::bytes(Lang::En, *limit)),
            "It is still in this browser, unchanged. Shorten remarks and code, or couple fewer values.",
        ),
        Kind::ValueUnreadable => Halves::new(
            format!("{subject} was written by a newer Saifu that this version cannot read, so it was not backed up."),
            "It is still in this browser, unchanged; nothing was sent. Update Saifu under Settings, then back it up.",
        ),
        Kind::MoveCalledOff => Halves::new(
            format!("Moving {in_sentence} to other safes was stopped; it lies where it lay."),
            "Another notice says why. Choose other safes or another protection, then move it again.",
        ),
        Kind::PaperWorthless => Halves::new(
            format!("The safe does not hand out {in_sentence} for this paper: it is spent, or somebody was quicker."),
            "Ask whoever gave it to you. If other papers belong to it, take those over too.",
        ),
        Kind::Busy => Halves::new(
            format!("Something is still being done with {in_sentence}, so what you asked for was not done."),
            "Nothing was changed. Wait until it is finished, or call it off, then ask again.",
        ),
        Kind::PlanDoesNotFit => Halves::new(
            format!("The protection that was chosen does not fit {in_sentence}, or the safes it was to go to."),
            "Nothing was changed. Choose another protection, or add a safe of another operator.",
        ),
        Kind::KeyUnusable => Halves::new(
            format!("The key that was chosen for {in_sentence} is not here, or of another kind than the plan needs."),
            "Nothing was changed. Fetch the key from its backup under Keys, or let a fresh one be made.",
        ),
        Kind::KeyNeeded => Halves::new(
            format!("Other backups open with the key that lies with {in_sentence}, so it was not handed over."),
            "Recover what those backups hold, or move them under keys of their own. Then hand it over.",
        ),
        Kind::OwnerNameTaken => owner::name_taken(Lang::En, in_sentence, safe),
        Kind::SecretWrong => owner::secret_wrong(Lang::En, safe),
        Kind::SecretOther => owner::secret_other(Lang::En),
        Kind::OwnerRecordDamaged => owner::record_damaged(Lang::En, safe),
        Kind::OwnerSessionEnded => owner::session_ended(Lang::En, safe),
        Kind::NotEmpty => owner::not_empty(Lang::En),
        Kind::KeyOpensOthers { first, others } => key_opens_others(Lang::En, first, *others),
        Kind::Apart { why } => english_apart(why, subject, in_sentence),
    }
}

/// What it means that other backups open with nothing but this key, and what to do first.
pub(crate) fn key_opens_others(lang: Lang, first: &str, others: u64) -> Halves {
    let others = usize::try_from(others).unwrap_or(usize::MAX);
    let names = super::and_others(lang, first, others);
    match lang {
        Lang::En => Halves::new(
            format!("Only this key opens “{names}”, so its backup cannot be given up."),
            "Recover or give up what it opens first, or fetch the key.",
        ),
        Lang::Ja => Halves::new(
            format!("「{names}」はこの鍵でしか開けないため、鍵の預け入れは破棄できません。"),
            "先に、この鍵で開くものを取り戻すか破棄してください。鍵を取り戻しておくこともできます。",
        ),
    }
}

#[rustfmt::skip] // As above.
fn english_apart(why: &Apart, subject: &str, in_sentence: &str) -> Halves {
    let pieces = |have: &u8, need: &u8, what: &str| format!("{have} of the {need} {what} that {in_sentence} takes came back, so it was not put together.");
    let altered = format!("Everything that came was given back. Recover {in_sentence} again; if it repeats, ask the operators of its safes.");
    match why {
        Apart::TooFewPieces { have, need } => Halves::new(
            pieces(have, need, "pieces"),
            "They were given back, nothing is lost. Recover it again when more of its safes answer.",
        ),
        Apart::TooFewShares { have, need } => Halves::new(
            pieces(have, need, "shares of the key"),
            "They were given back, nothing is lost. Recover it again when more of its safes answer.",
        ),
        Apart::TooFewSafes { have, need } => Halves::new(
            format!("{have} of the {need} safes that have to confirm {in_sentence} answered."),
            "What came was given back, nothing is lost. Recover it again when more of its safes answer.",
        ),
        Apart::KeyMissing => Halves::new(
            format!("{subject} came back sealed, and there is no key for it."),
            "It was given back. Fetch its key under Keys first, wait until the safe that has the key answers, or ask whoever handed it over for its key.",
        ),
        Apart::WrongKey => Halves::new(
            format!("{subject} came back, but the key that came is another one."),
            altered,
        ),
        Apart::UnknownAlgorithm { name, version } => Halves::new(
            format!("The key of {in_sentence} is made of a seed by {name}, version {version}, which this Saifu does not have."),
            "The seed is kept and everything else was given back. Update Saifu under Settings, then recover it again.",
        ),
        Apart::DoesNotOpen => Halves::new(
            format!("The parts of {in_sentence} are genuine, but do not open together."),
            altered,
        ),
        Apart::Malformed => Halves::new(
            format!("What is inside the parts of {in_sentence} does not read."),
            altered,
        ),
        Apart::Forged => Halves::new(
            format!("A part of {in_sentence} was altered, or was never this wallet’s."),
            altered,
        ),
        Apart::OtherSet => Halves::new(
            format!("A part that came for {in_sentence} belongs to something else."),
            altered,
        ),
        Apart::Duplicate => Halves::new(
            format!("The same part of {in_sentence} came twice."),
            altered,
        ),
        Apart::BadShare { number } => Halves::new(
            format!("Share {number} of the key of {in_sentence} was altered, or is of another key."),
            altered,
        ),
        Apart::Unknown => Halves::new(
            format!("A part of {in_sentence} was written by a newer Saifu that this version does not read."),
            "It was given back. Update Saifu under Settings, then recover it again.",
        ),
        Apart::TooLarge => Halves::new(
            format!("A part that came for {in_sentence} is larger than parts are."),
            altered,
        ),
    }
}

#[rustfmt::skip] // As above.
fn japanese(kind: &Kind, subject: &str, safe: &str) -> Halves {
    let stayed = format!("{subject}はこのブラウザにそのまま残っています。");
    match kind {
        Kind::CertificateHashWrong => Halves::new(
            format!("{safe}の登録証のハッシュ値が、送った内容と一致しません。預け入れを止めました。"),
            format!("{stayed}別の金庫に預け、この金庫の運営者に知らせてください。"),
        ),
        Kind::CertificateDigestWrong => Halves::new(
            format!("{safe}の登録証の要約が、預けるものと一致しません。預け入れを止めました。"),
            format!("{stayed}別の金庫に預け、この金庫の運営者に知らせてください。"),
        ),
        Kind::CertificateHolderWrong => Halves::new(
            format!("{safe}の登録証が、別の持ち主あてになっています。預け入れを止めました。"),
            format!("{stayed}別の金庫に預け、運営者の説明があるまでこの金庫は使わないでください。"),
        ),
        Kind::CertificateForged => Halves::new(
            format!("登録証が{safe}の署名ではないか、読み取れません。預け入れを止めました。"),
            format!("{stayed}信頼できる通信環境か確かめて、もう一度試すか別の金庫を選んでください。"),
        ),
        Kind::RegistrationRefused => Halves::new(
            format!("{safe}は{subject}を受け付けませんでした。"),
            format!("{stayed}別の金庫を選ぶか、運営者に理由を尋ねてください。"),
        ),
        Kind::TooLargeForSafe { limit } => Halves::new(
            format!("{subject}は大きすぎて{safe}に預けられません（上限 {}）。", format::bytes(Lang::Ja, *limit)),
            "このブラウザにそのまま残っています。上限の大きい金庫を選ぶか、備考やコードを短くしてください。",
        ),
        Kind::CalledOff => Halves::new(
            format!("{subject}の預け入れを中止しました。"),
            "このブラウザにしかありません。いつでも預け直せます。",
        ),
        Kind::ReleasedElsewhere(Elsewhere { state, since, .. }) => {
            let day = format::time(Lang::Ja, *since);
            match state {
                EntryState::Registered => Halves::new(
                    format!("{safe}は{subject}を保管していますが、引き出しを断りました（{day}から）。"),
                    "時間をおいて、もう一度お試しください。続くときは、登録証の受領書を運営者に見せてください。",
                ),
                EntryState::Withdrawing => Halves::new(
                    format!("{subject}は{day}から別の端末で引き出し中です。{safe}の署名付き受領書があります。"),
                    "その端末で取り戻しを終えるか中止してください。心当たりがなければ、登録証の受領書を運営者に見せてください。",
                ),
                EntryState::Withdrawn => Halves::new(
                    format!("{subject}は{day}に別の端末へ渡されました。{safe}の署名付き受領書があります。"),
                    "心当たりがあれば、その端末を確かめてください。なければ、登録証の受領書を運営者に見せて連絡してください。",
                ),
                EntryState::Retired => Halves::new(
                    format!("{subject}は{day}に、渡されないまま{safe}で終了しました。署名付き受領書があります。"),
                    "自分で破棄したのなら、登録証も破棄してください。心当たりがなければ、受領書を運営者に見せて連絡してください。",
                ),
            }
        }
        Kind::ArrivedCopyDestroyed { since, .. } => Halves::new(
            format!("別の端末が先に確認されたため（{}）、ここに届いた{subject}の写しを消しました。", format::time(Lang::Ja, *since)),
            "向こうの端末に1つだけあります。自分の端末でなければ、登録証の受領書を運営者に見せて連絡してください。",
        ),
        Kind::UnknownToSafe => Halves::new(
            format!("{safe}は、{subject}の登録証に覚えがないと答えました。"),
            "登録証は残してあります。人に渡したのなら、そのためです。ここでは破棄してください。そうでなければ、登録証が証拠になります。運営者に見せ、この金庫には新しく預けないでください。",
        ),
        Kind::DiscardedUnknownToSafe => Halves::new(
            format!("{subject}を破棄しましたが、{safe}は覚えがないと答えました。"),
            "必要なものは失われていません。ただし記録をなくす金庫は頼れません。ほかに預けたものを取り戻し、別の金庫に預けてください。",
        ),
        Kind::DiscardedAfterRollback => Halves::new(
            format!("{subject}を破棄しましたが、{safe}の記録が巻き戻っていて、まだ残っているかもしれません。"),
            "必要なものは失われていません。運営者に連絡し、応答が戻ったら、ほかに預けたものを取り戻してください。",
        ),
        Kind::DamagedAtSafe => Halves::new(
            format!("{safe}で{subject}の保管内容が書き換えられていたため、渡されませんでした。"),
            "登録証は残してあります。運営者に連絡してください。控えに元の内容が残っている場合があります。",
        ),
        Kind::SafeRolledBack => Halves::new(
            format!("{safe}の記録が、以前の時点に巻き戻っています。"),
            "登録証は残してあります。運営者に連絡し、応答が戻ったら、ほかに預けたものも取り戻してください。",
        ),
        Kind::CertificateHashUnknown => Halves::new(
            format!("{safe}にある{subject}の記録は、ハッシュ値が違います。"),
            "登録証は残してあります。これが証拠になります。運営者に見せてください。",
        ),
        Kind::CertificateUnknown => Halves::new(
            format!("{safe}にある{subject}の記録は、登録証が違います。"),
            "登録証は残してあります。これが証拠になります。運営者に見せてください。",
        ),
        Kind::RecoveredBytesWrong => Halves::new(
            format!("{safe}から届いた内容が、{subject}の登録証と一致しないため捨てました。"),
            "登録証は残してあります。もう一度試し、繰り返すときは運営者に連絡してください。",
        ),
        Kind::RecoveredUnreadable => Halves::new(
            format!("{subject}は新しいSaifuで作られていて、このバージョンでは読めません。{safe}に返しました。"),
            "設定でSaifuを更新してから、もう一度取り戻してください。",
        ),
        Kind::RecoveryCalledOff => Halves::new(
            format!("{subject}の取り戻しを中止しました。"),
            format!("まだ{safe}にあります。いつでも取り戻せます。"),
        ),
        Kind::RefusedBySafe => Halves::new(
            format!("{safe}が、この財布からの依頼を断りました。"),
            "何も変わっていません。設定でSaifuを更新してもう一度試し、続くときは運営者に尋ねてください。",
        ),
        Kind::SafeTooOld => Halves::new(
            format!("{safe}のバージョンが古く、{subject}についての依頼に応じられません。"),
            "何も失われていません。ときどき自動でやり直します。運営者に更新を頼んでください。それまで持参人証の写しは有効なままです。",
        ),
        Kind::NoRoom { missing } => Halves::new(
            format!("財布がいっぱいです。{subject}にはあと{}必要です。", format::bytes(Lang::Ja, *missing)),
            "何も失われていません。処理は待機しています。いくつか預けるか、終了したものを片づけるか、設定で上限を上げてください。",
        ),
        Kind::StorageFull => Halves::new(
            "この財布に使えるブラウザの空き容量がありません。何も変更していません。",
            "処理は待機しています。端末の空き容量を増やし、財布で「今すぐ試す」を押してください。",
        ),
        Kind::StorageFailed => Halves::new(
            "ブラウザが記録を保存できませんでした。何も変更していません。",
            "処理は待機し、自動でやり直します。続くときはページを再読み込みしてください。",
        ),
        Kind::SafeKeyChanged => Halves::new(
            format!("{safe}の鍵が、信頼したものと違います。何も送っていません。"),
            "別の手段で運営者に、鍵を変えたか確かめてください。変えていなければ、だれかが間に入っています。",
        ),
        Kind::PaperUnreadable => Halves::new(
            "受け取ろうとしたものは、Saifuの持参人証ではないか、欠けています。",
            "何も変わっていません。最初から最後まで、もう一度読み取るか写してください。",
        ),
        Kind::PaperOfStrangeSafe { address } => Halves::new(
            format!("この証の金庫（{address}）を、この財布はまだ信頼していません。"),
            "何も変わっていません。先にその金庫を追加してから、もう一度受け取ってください。",
        ),
        Kind::PaperAlreadyHere => Halves::new(
            "この証で受け取れるものは、すでにこの財布にあります。",
            "何も変わっていません。財布の中をご覧ください。",
        ),
        Kind::TooLarge { limit } => Halves::new(
            format!("{subject}は大きすぎて、どの金庫にも預けられません（上限 {}）。", format::bytes(Lang::Ja, *limit)),
            "このブラウザにそのまま残っています。備考やコードを短くするか、まとめる数を減らしてください。",
        ),
        Kind::ValueUnreadable => Halves::new(
            format!("{subject}は新しいSaifuで作られていて、このバージョンでは読めないため、預けませんでした。"),
            "このブラウザにそのまま残っています。何も送っていません。設定でSaifuを更新してから預けてください。",
        ),
        Kind::MoveCalledOff => Halves::new(
            format!("{subject}の移し替えを中止しました。元の金庫にあります。"),
            "理由は別のお知らせにあります。ほかの金庫か守り方を選んで、もう一度移してください。",
        ),
        Kind::PaperWorthless => Halves::new(
            format!("金庫はこの証では{subject}を渡しません。使用済みか、だれかに先を越されました。"),
            "渡してくれた人に確かめてください。ほかにも証があれば、それも受け取ってください。",
        ),
        Kind::Busy => Halves::new(
            format!("{subject}はまだ処理の途中のため、お求めのことは行いませんでした。"),
            "何も変わっていません。処理が終わるのを待つか、中止してから、もう一度お試しください。",
        ),
        Kind::PlanDoesNotFit => Halves::new(
            format!("選んだ守り方が、{subject}または預け先の金庫に合いません。"),
            "何も変わっていません。別の守り方を選ぶか、別の運営者の金庫を追加してください。",
        ),
        Kind::KeyUnusable => Halves::new(
            format!("{subject}に選んだ鍵がここにないか、必要な種類と違います。"),
            "何も変わっていません。「鍵」の画面で取り戻すか、新しい鍵を使ってください。",
        ),
        Kind::KeyNeeded => Halves::new(
            format!("{subject}と一緒に預けた鍵でしか開けないものがほかにもあるため、渡しませんでした。"),
            "先にそれらを取り戻すか、別の鍵で預け直してから、もう一度渡してください。",
        ),
        Kind::OwnerNameTaken => owner::name_taken(Lang::Ja, subject, safe),
        Kind::SecretWrong => owner::secret_wrong(Lang::Ja, safe),
        Kind::SecretOther => owner::secret_other(Lang::Ja),
        Kind::OwnerRecordDamaged => owner::record_damaged(Lang::Ja, safe),
        Kind::OwnerSessionEnded => owner::session_ended(Lang::Ja, safe),
        Kind::NotEmpty => owner::not_empty(Lang::Ja),
        Kind::KeyOpensOthers { first, others } => key_opens_others(Lang::Ja, first, *others),
        Kind::Apart { why } => japanese_apart(why, subject),
    }
}

#[rustfmt::skip] // As above.
fn japanese_apart(why: &Apart, subject: &str) -> Halves {
    let altered = "届いたものはすべて返しました。もう一度取り戻し、繰り返すときは金庫の運営者に尋ねてください。";
    let later = "届いたものは返しました。失われていません。金庫の応答が増えたら、もう一度取り戻してください。";
    match why {
        Apart::TooFewPieces { have, need } => Halves::new(
            format!("{subject}に必要な断片{need}個のうち、{have}個しか戻らず、組み立てませんでした。"),
            later,
        ),
        Apart::TooFewShares { have, need } => Halves::new(
            format!("{subject}に必要な鍵のかけら{need}個のうち、{have}個しか戻りませんでした。"),
            later,
        ),
        Apart::TooFewSafes { have, need } => Halves::new(
            format!("{subject}の確認に必要な金庫{need}か所のうち、応答は{have}か所でした。"),
            later,
        ),
        Apart::KeyMissing => Halves::new(
            format!("{subject}は戻りましたが、封を開ける鍵がありません。"),
            "届いたものは返しました。先に「鍵」の画面で鍵を取り戻すか、鍵を持つ金庫の応答を待つか、渡した人に鍵を求めてください。",
        ),
        Apart::WrongKey => Halves::new(
            format!("{subject}は戻りましたが、届いた鍵が別のものでした。"),
            altered,
        ),
        Apart::UnknownAlgorithm { name, version } => Halves::new(
            format!("{subject}の鍵をシードから作る方式（{name}、バージョン{version}）に、このSaifuは対応していません。"),
            "シードは残し、ほかは返しました。設定でSaifuを更新してから、もう一度取り戻してください。",
        ),
        Apart::DoesNotOpen => Halves::new(
            format!("{subject}の部品は本物ですが、合わせても開きません。"),
            altered,
        ),
        Apart::Malformed => Halves::new(
            format!("{subject}の部品の中身が読めません。"),
            altered,
        ),
        Apart::Forged => Halves::new(
            format!("{subject}の部品が書き換えられているか、この財布のものではありません。"),
            altered,
        ),
        Apart::OtherSet => Halves::new(
            format!("{subject}として届いた部品は、別のものの一部でした。"),
            altered,
        ),
        Apart::Duplicate => Halves::new(
            format!("{subject}の同じ部品が2回届きました。"),
            altered,
        ),
        Apart::BadShare { number } => Halves::new(
            format!("{subject}の鍵のかけら{number}番が、書き換えられているか別の鍵のものです。"),
            altered,
        ),
        Apart::Unknown => Halves::new(
            format!("{subject}の部品は新しいSaifuで作られていて、このバージョンでは読めません。"),
            "届いたものは返しました。設定でSaifuを更新してから、もう一度取り戻してください。",
        ),
        Apart::TooLarge => Halves::new(
            format!("{subject}として届いた部品が、決められた大きさを超えています。"),
            altered,
        ),
    }
}

#[cfg(test)]
mod tests;
