//! The words of audits.

use super::Lang;
use crate::page::format;
use saifu_protocol::UnixTime;
use saifu_wallet_core::books::{Audited, Found};
use saifu_wallet_core::rules::Entry;
use saifu_wallet_core::view::AuditView;

/// What is known of audits of a certificate.
pub(crate) fn audited(lang: Lang, view: &AuditView) -> String {
    match view.under_way {
        Some(None) => {
            return say!(lang, "The safe is asked now.", "金庫に問い合わせています。").into();
        }
        Some(Some(_)) => {
            return say!(
                lang,
                "The safe has not answered. It is asked again by itself.",
                "金庫から答えがありません。自動でもう一度問い合わせます。"
            )
            .into();
        }
        None => {}
    }
    let audit = match view.audited {
        Audited::NotOffered => {
            return say!(
                lang,
                "This certificate has nothing that an audit could be held against.",
                "この登録証には、検査の照合に使う値がありません。"
            )
            .into();
        }
        Audited::NotYet => return say!(lang, "Not audited yet.", "まだ検査していません。").into(),
        Audited::Last(audit) => audit,
    };
    let when = format::time(lang, audit.at);
    let found = match audit.found {
        Found::Held => say!(
            lang,
            "Audited {when}: the safe has it.",
            "{when}の検査：金庫にあります。",
            when
        ),
        Found::NotHeld => say!(
            lang,
            "Audited {when}: the safe does not have it as it was registered.",
            "{when}の検査：登録したとおりには残っていません。",
            when
        ),
        Found::Elsewhere => say!(
            lang,
            "Audited {when}: the safe has proved that it was handed out elsewhere, or ended.",
            "{when}の検査：ほかに渡されたか、終了したことを金庫が証明しました。",
            when
        ),
        Found::Gone => say!(
            lang,
            "Audited {when}: the safe says that it is not there any more.",
            "{when}の検査：もうないと金庫は答えました。",
            when
        ),
        Found::NotShown => say!(
            lang,
            "Audited {when}: the safe shows nothing at the moment, because it is frozen, others wait, or it is open elsewhere.",
            "{when}の検査：凍結中か、待ち時間の間か、ほかで開いているため、今は確かめられません。",
            when
        ),
    };
    match audit.found {
        Found::Held => found,
        Found::NotHeld | Found::Gone | Found::Elsewhere | Found::NotShown => {
            found + &last_held(lang, audit.held_at)
        }
    }
}

/// What audits have found, as the activity says it.
pub(super) fn done(lang: Lang, entry: &Entry) -> String {
    let parts = entry.parts.unwrap_or_default();
    let (good, asked, lost) = (parts.good, parts.asked, entry.stayed);
    if lost == 0 {
        return say!(
            lang,
            "Safes showed {good} of {asked} parts. None was found lost.",
            "金庫が示した部分：{asked}個のうち{good}個。なくなったものは見つかりませんでした。",
            good,
            asked
        );
    }
    say!(
        lang,
        "Safes showed {good} of {asked} parts. Not there any more, or not as they were registered: {lost}.",
        "金庫が示した部分：{asked}個のうち{good}個。なくなったか、登録したとおりでないもの：{lost}個。",
        good,
        asked,
        lost
    )
}

/// When it was last seen to be there, behind something else that is said.
pub(super) fn last_held(lang: Lang, at: Option<UnixTime>) -> String {
    let Some(at) = at else {
        return String::new();
    };
    let when = format::time(lang, at);
    say!(
        lang,
        " It still had it on {when}.",
        "{when}には、まだありました。",
        when
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::words::tests::check_sentences;
    use saifu_wallet_core::books::Audit;
    use saifu_wallet_core::view::Waiting;

    #[test]
    fn every_audit_has_words_in_both_languages() {
        let at = UnixTime(953_078_400);
        let all = [
            Found::Held,
            Found::NotHeld,
            Found::Gone,
            Found::Elsewhere,
            Found::NotShown,
        ];
        let last = all.map(|found| {
            Audited::Last(Audit {
                at,
                found,
                held_at: Some(at),
                refused_since: None,
            })
        });
        let done = last
            .into_iter()
            .chain([Audited::NotOffered, Audited::NotYet]);
        let done = done.map(|audited| (audited, None));
        let under_way = [None, Some(Waiting::Unreachable)];
        let under_way = under_way.map(|waiting| (Audited::NotYet, Some(waiting)));
        for (audited, under_way) in done.chain(under_way) {
            let view = AuditView { audited, under_way };
            check_sentences(
                &super::audited(Lang::En, &view),
                &super::audited(Lang::Ja, &view),
            );
        }
    }
}
