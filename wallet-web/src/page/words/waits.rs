//! The words of those who wait, and of the owner who decides about them.

use super::{Halves, Lang};
use saifu_protocol::hold::Said;

/// How long others wait.
pub(crate) fn wait(lang: Lang, seconds: u64) -> String {
    const HOUR: u64 = 3_600;
    const DAY: u64 = 24 * HOUR;
    if seconds == 0 {
        return say!(lang, "Nobody waits", "待たせない").into();
    }
    let (unit, count) = match seconds {
        _ if seconds.is_multiple_of(DAY) => (DAY, seconds / DAY),
        _ if seconds.is_multiple_of(HOUR) => (HOUR, seconds / HOUR),
        _ => (1, seconds),
    };
    match (unit, count) {
        (DAY, 1) => say!(lang, "1 day", "1日").into(),
        (DAY, _) => say!(lang, "{count} days", "{count}日", count),
        (HOUR, 1) => say!(lang, "1 hour", "1時間").into(),
        (HOUR, _) => say!(lang, "{count} hours", "{count}時間", count),
        (_, 1) => say!(lang, "1 second", "1秒").into(),
        _ => say!(lang, "{count} seconds", "{count}秒", count),
    }
}

/// Somebody asks, and nothing was said to them. `time` is when they get the first of it.
pub(crate) fn somebody_waits(lang: Lang, safe: &str, time: &str, mark: &str) -> Halves {
    Halves::new(
        say!(
            lang,
            "Somebody asks for your values at {safe}. They get them from {time} on, unless you refuse.",
            "{safe}にあるものを、だれかが引き出そうとしています。断らなければ、{time}から渡されます。",
            safe,
            time
        ),
        say!(
            lang,
            "It may be you on another device, which then shows the mark {mark} under “Having others wait”, or somebody you gave a paper. If you know of nothing, refuse: nothing is lost by that.",
            "自分の別の端末かもしれません。その場合は、その端末の「ほかの端末を待たせる」に{mark}と表示されます。紙を渡した相手かもしれません。心当たりがなければ断ってください。断っても何も失われません。",
            mark
        ),
    )
}

/// Likewise, when the time is over.
pub(crate) fn somebody_waited(lang: Lang, safe: &str, time: &str, mark: &str) -> Halves {
    Halves::new(
        say!(
            lang,
            "Somebody asked for your values at {safe}, and has been able to get them since {time}.",
            "{safe}にあるものを、だれかが引き出そうとしました。{time}からは受け取れる状態です。",
            safe,
            time
        ),
        say!(
            lang,
            "Their mark is {mark}. If it was neither you on another device nor somebody you gave a paper, refuse: they get nothing more. Then move what is left.",
            "相手の印は{mark}です。自分の別の端末でも、紙を渡した相手でもなければ、断ってください。それ以上は渡りません。そのうえで、残りを別の金庫へ移してください。",
            mark
        ),
    )
}

/// What the safe says was said to somebody.
pub(crate) fn decided(lang: Lang, said: Said, safe: &str, mark: &str) -> Halves {
    match said {
        Said::No => Halves::new(
            say!(
                lang,
                "{safe} has confirmed it: whoever has the mark {mark} is refused.",
                "{safe}が確認しました。印が{mark}の相手には渡しません。",
                safe,
                mark
            ),
            say!(
                lang,
                "They get nothing of what this device has there. If it was you after all, allow it.",
                "この端末がそこに預けたものは、何も渡りません。実は自分だったのなら、許可してください。"
            ),
        ),
        Said::Yes => Halves::new(
            say!(
                lang,
                "{safe} has confirmed it: whoever has the mark {mark} need not wait.",
                "{safe}が確認しました。印が{mark}の相手は待たずに受け取れます。",
                safe,
                mark
            ),
            say!(
                lang,
                "What they have not fetched yet you can still refuse.",
                "まだ引き出されていない分は、今からでも断れます。"
            ),
        ),
    }
}

/// A decision is on its way. `why` says why it waits, if it does.
pub(crate) fn deciding(lang: Lang, may: bool, safe: &str, why: Option<Halves>) -> Halves {
    let what = if may {
        say!(
            lang,
            "Your permission is on its way to {safe}. It does not hold yet.",
            "許可を{safe}に送っています。まだ有効ではありません。",
            safe
        )
    } else {
        say!(
            lang,
            "Your refusal is on its way to {safe}. It does not hold yet.",
            "拒否を{safe}に送っています。まだ有効ではありません。",
            safe
        )
    };
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

/// This device waits itself.
pub(crate) fn waits_here(lang: Lang, safe: &str, time: &str, mark: &str) -> Halves {
    Halves::new(
        say!(
            lang,
            "This device waits at {safe} until {time}.",
            "この端末は、{safe}で{time}まで待っています。",
            safe,
            time
        ),
        say!(
            lang,
            "Its mark there is {mark}. On the device that registered it you can allow it sooner, or refuse.",
            "そこでの印は{mark}です。登録した端末で、すぐに許すことも断ることもできます。",
            mark
        ),
    )
}

/// A safe did not say who waits.
pub(crate) fn unheard(lang: Lang, safe: &str) -> Halves {
    Halves::new(
        say!(
            lang,
            "{safe} did not say who waits there.",
            "待っている相手がいるか、{safe}に確かめられませんでした。",
            safe
        ),
        say!(
            lang,
            "So somebody may wait without being shown here. Saifu asks again by itself, at the latest in an hour.",
            "ここに表示されていない相手がいるかもしれません。遅くとも1時間後に、自動でもう一度確かめます。"
        ),
    )
}

/// A safe wakes the wallet, or is still to be told so.
pub(crate) fn woken(lang: Lang, safe: &str, is_told: bool) -> Halves {
    if is_told {
        Halves::new(
            say!(
                lang,
                "{safe} tells this device when somebody asks there.",
                "{safe}で引き出そうとする人がいれば、この端末に知らせが届きます。",
                safe
            ),
            say!(
                lang,
                "The message says only that there is something to look at. Then open the wallet: who it is, it asks its safes.",
                "知らせには、確認することがあるとだけ書かれています。財布を開くと、相手を金庫に確かめます。"
            ),
        )
    } else {
        Halves::new(
            say!(
                lang,
                "{safe} is still to be told. Until then it tells this device nothing.",
                "{safe}にまだ伝わっていません。それまで知らせは届きません。",
                safe
            ),
            say!(
                lang,
                "Saifu goes on trying while it is open.",
                "開いている間、伝わるまで試します。"
            ),
        )
    }
}

/// This browser cannot be reached while the wallet is closed.
pub(crate) fn not_reached(lang: Lang, is_forbidden: bool) -> Halves {
    let now = say!(
        lang,
        "Until then open the wallet more often than others wait: it asks its safes by itself.",
        "それまでは、待ち時間より短い間隔で財布を開いてください。開けば自動で金庫に確かめます。"
    );
    if is_forbidden {
        Halves::new(
            say!(
                lang,
                "This browser does not let Saifu show messages, so nothing reaches you while the wallet is closed.",
                "このブラウザでSaifuの通知が許可されていないため、財布を閉じている間は知らせが届きません。"
            ),
            say!(
                lang,
                "Allow them for this site in the settings of the browser, and choose the safe again. {now}",
                "ブラウザの設定でこのサイトの通知を許可し、金庫を選び直してください。{now}",
                now
            ),
        )
    } else {
        Halves::new(
            say!(
                lang,
                "This browser cannot be reached while the wallet is closed: it has no push service, or that did not answer.",
                "このブラウザにはプッシュサービスがないか、応答がないため、財布を閉じている間は知らせが届きません。"
            ),
            say!(
                lang,
                "Try again later; on a telephone, put Saifu on the home screen first. {now}",
                "時間をおいて試してください。電話機では、先にSaifuをホーム画面に追加してください。{now}",
                now
            ),
        )
    }
}

/// How many certificates a safe is still to be told of.
pub(crate) fn still_to_tell(lang: Lang, left: usize) -> String {
    match left {
        1 => say!(
            lang,
            "1 certificate is still as it was.",
            "登録証1枚は、まだ前の設定のままです。"
        )
        .into(),
        _ => say!(
            lang,
            "{left} certificates are still as they were.",
            "登録証{left}枚は、まだ前の設定のままです。",
            left
        ),
    }
}

/// Whoever takes a paper over waits, too.
pub(crate) fn taker_waits(lang: Lang, wait: &str) -> String {
    say!(
        lang,
        "Whoever takes it over waits, too: {wait} at most. You see them here, and can allow it at once.",
        "受け取る相手も待つことになります（最長で{wait}）。相手はこの財布に表示され、すぐに許可できます。",
        wait
    )
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
    fn everything_about_waits_is_said_in_both_languages() {
        for seconds in [0, 1, 2, 3_600, 7_200, 86_400, 259_200] {
            check(&wait(Lang::En, seconds), &wait(Lang::Ja, seconds));
        }
        assert_eq!(wait(Lang::En, 259_200), "3 days");
        check_halves(|lang| somebody_waits(lang, "A", "1:00", "0707"));
        check_halves(|lang| somebody_waited(lang, "A", "1:00", "0707"));
        check_halves(|lang| waits_here(lang, "A", "1:00", "0707"));
        check_halves(|lang| unheard(lang, "A"));
        for so in [true, false] {
            check_halves(|lang| woken(lang, "A", so));
            check_halves(|lang| not_reached(lang, so));
        }
        for said in [Said::Yes, Said::No] {
            check_halves(|lang| decided(lang, said, "A", "0707"));
        }
        for may in [true, false] {
            check_halves(|lang| deciding(lang, may, "A", None));
            check_halves(|lang| deciding(lang, may, "A", Some(unheard(lang, "A"))));
        }
        for left in [1, 2] {
            check_sentences(
                &still_to_tell(Lang::En, left),
                &still_to_tell(Lang::Ja, left),
            );
        }
        check_sentences(
            &taker_waits(Lang::En, "1 day"),
            &taker_waits(Lang::Ja, "1日"),
        );
    }
}
