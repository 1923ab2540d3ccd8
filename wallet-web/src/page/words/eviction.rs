//! How likely a browser clears what is here, and what helps.

use super::{Key, Lang, text};
use saifu_wallet_core::eviction::{Reason, Remedy, Risk};

/// What makes it likely.
pub(crate) fn clears(lang: Lang, reason: Reason) -> String {
    match reason {
        Reason::SevenDays => say!(
            lang,
            "This browser deletes what sites keep here after seven days of use without a visit.",
            "このブラウザは、7日間訪問のないサイトのデータを消します。"
        )
        .into(),
        Reason::LittleRoom => say!(
            lang,
            "There is little space left, and the browser may clear the wallet to get some.",
            "空き容量が少なく、ブラウザがこの財布を消すことがあります。"
        )
        .into(),
        Reason::LongAway(days) => say!(
            lang,
            "You were away for {days} days: what is used least is cleared first when space runs short.",
            "前回から{days}日たっていました。空き容量が不足すると、使われないものから消されます。",
            days
        ),
        Reason::NotPromised => say!(
            lang,
            "The browser may clear the wallet when space runs short.",
            "空き容量が不足すると、ブラウザがこの財布を消すことがあります。"
        )
        .into(),
        Reason::NotSaid => say!(
            lang,
            "The browser does not say whether it keeps the wallet when space runs short.",
            "空き容量が不足したときにこの財布を残すかどうか、ブラウザは示していません。"
        )
        .into(),
    }
}

/// What weighs most of what makes it likely, if anything does.
pub(crate) fn why_at_risk(lang: Lang, risk: Option<&Risk>) -> Option<String> {
    let reason = risk?.reasons.first()?;
    Some(clears(lang, *reason))
}

/// What to do about values that are only here.
pub(crate) fn at_risk_now(lang: Lang, risk: Option<&Risk>) -> &'static str {
    let helps = |remedy| risk.is_some_and(|risk| risk.remedies.contains(&remedy));
    if helps(Remedy::BackUpAndInstall) {
        say!(
            lang,
            "Back up what you would miss, then put Saifu on the home screen and bring it back there: the app begins empty.",
            "なくして困るものを預けてから、Saifuをホーム画面に追加し、そこで取り戻してください。追加したアプリは空の状態から始まります。"
        )
    } else {
        text(lang, Key::OnlyHereNow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::words::tests::check_sentences;
    use saifu_wallet_core::eviction::Level;

    const REASONS: [Reason; 5] = [
        Reason::SevenDays,
        Reason::LittleRoom,
        Reason::LongAway(40),
        Reason::NotPromised,
        Reason::NotSaid,
    ];

    #[test]
    fn every_reason_has_words() {
        for reason in REASONS {
            check_sentences(&clears(Lang::En, reason), &clears(Lang::Ja, reason));
        }
    }

    #[test]
    fn what_weighs_most_is_said_and_what_helps_fits_the_browser() {
        let risk = |reasons: &[Reason], remedies: &[Remedy]| Risk {
            level: Level::High,
            reasons: reasons.to_vec(),
            remedies: remedies.to_vec(),
        };
        let said = |risk: &Risk| why_at_risk(Lang::En, Some(risk));
        let tab = risk(&[Reason::SevenDays], &[Remedy::BackUpAndInstall]);
        assert_eq!(said(&tab), Some(clears(Lang::En, Reason::SevenDays)));
        let both = risk(&[Reason::LittleRoom, Reason::NotPromised], &[]);
        assert_eq!(said(&both), Some(clears(Lang::En, Reason::LittleRoom)));
        assert_eq!(said(&risk(&[], &[])), None);
        assert_eq!(why_at_risk(Lang::Ja, None), None);
        for lang in Lang::ALL {
            let now = at_risk_now(lang, Some(&tab));
            assert_ne!(now, at_risk_now(lang, Some(&both)));
            assert_eq!(at_risk_now(lang, None), text(lang, Key::OnlyHereNow));
        }
        check_sentences(
            at_risk_now(Lang::En, Some(&tab)),
            at_risk_now(Lang::Ja, Some(&tab)),
        );
    }
}
