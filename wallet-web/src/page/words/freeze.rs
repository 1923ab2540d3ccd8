//! The words of what is frozen.

use super::{Halves, Lang};
use saifu_protocol::owner::WayKind;

/// A kind of way in.
pub(crate) fn way_kind(lang: Lang, kind: WayKind) -> &'static str {
    match kind {
        WayKind::Words => say!(lang, "the words or the password", "合言葉またはパスワード"),
        WayKind::Kit => say!(lang, "the recovery kit", "復旧キット"),
        WayKind::Passkey => say!(lang, "a passkey", "パスキー"),
        WayKind::Terminal => say!(lang, "a device", "端末"),
    }
}

/// So many of the owner's safes hand out nothing, the first of them since then.
pub(crate) fn frozen(lang: Lang, since: &str, count: usize, all: usize) -> Halves {
    Halves::new(
        say!(
            lang,
            "Frozen since {since} at {count} of {all} safes. Nothing leaves them.",
            "{since}から凍結中です（金庫{all}個のうち{count}個）。そこからは何も渡されません。",
            since,
            count,
            all
        ),
        say!(
            lang,
            "To lift it, show two different ways in under “Ways in”, one after the other within a quarter of an hour. What waits goes on by itself then.",
            "解除するには、「開け方」で、種類の違う2つの開け方を15分以内に続けて示してください。待っているものは、そのあと自動で進みます。"
        ),
    )
}

/// The same in a few words, where it was pressed.
pub(crate) fn frozen_at(lang: Lang, count: usize, all: usize) -> String {
    say!(
        lang,
        "Frozen at {count} of {all} safes",
        "凍結中（金庫{all}個のうち{count}個）",
        count,
        all
    )
}

/// One of two ways was shown to a safe.
pub(crate) fn half_thawed(lang: Lang, safe: &str, kind: &str, until: &str) -> Halves {
    Halves::new(
        say!(
            lang,
            "{safe} has been shown {kind}. It is still frozen.",
            "{safe}に{kind}を示しました。まだ凍結中です。",
            safe,
            kind
        ),
        say!(
            lang,
            "Show another kind of way in there until {until}.",
            "{until}までに、別の種類の開け方を示してください。",
            until
        ),
    )
}

/// Somebody wants it lifted with one kind of way only.
pub(crate) fn alone(lang: Lang, safe: &str, kind: &str, from: &str) -> Halves {
    Halves::new(
        say!(
            lang,
            "Somebody asks {safe} to lift the freeze with {kind} alone. From {from} on that is enough.",
            "{safe}に、{kind}だけで凍結を解くよう求めている人がいます。{from}からは、それだけで解けます。",
            safe,
            kind,
            from
        ),
        say!(
            lang,
            "If it was not you, keep it frozen: then they wait anew. Change that way in when you have lifted it yourself.",
            "自分でなければ、凍結を続けてください。相手は初めから待つことになります。自分で解除したら、その開け方を取り替えてください。"
        ),
    )
}

/// A safe is still to be told. `why` says why that waits, if it does.
pub(crate) fn freezing(lang: Lang, safe: &str, why: Option<Halves>) -> Halves {
    let what = say!(
        lang,
        "{safe} is being told to hand out nothing. It does not hold yet.",
        "何も渡さないよう、{safe}に伝えています。まだ有効ではありません。",
        safe
    );
    let now = match why {
        Some(Halves { what, now }) => say!(lang, "{what} {now}", "{what}{now}", what, now),
        None => say!(
            lang,
            "It holds as soon as the safe has confirmed it.",
            "金庫が確認すると有効になります。"
        )
        .into(),
    };
    Halves::new(what, now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::words::tests::{check, check_sentences};

    fn check_halves(words: impl Fn(Lang) -> Halves) {
        let (en, ja) = (words(Lang::En), words(Lang::Ja));
        check_sentences(&en.what, &ja.what);
        check_sentences(&en.now, &ja.now);
    }

    #[test]
    fn everything_about_freezing_is_said_in_both_languages() {
        for kind in [
            WayKind::Words,
            WayKind::Kit,
            WayKind::Passkey,
            WayKind::Terminal,
        ] {
            check(way_kind(Lang::En, kind), way_kind(Lang::Ja, kind));
        }
        check_halves(|lang| frozen(lang, "1:00", 2, 3));
        check(&frozen_at(Lang::En, 2, 3), &frozen_at(Lang::Ja, 2, 3));
        check_halves(|lang| half_thawed(lang, "A", "B", "1:00"));
        check_halves(|lang| alone(lang, "A", "B", "1:00"));
        check_halves(|lang| freezing(lang, "A", None));
        check_halves(|lang| freezing(lang, "A", Some(alone(lang, "A", "B", "1:00"))));
    }
}
