//! The words of what was handed out, and of the copies that are got of it all the same.

use super::{Halves, Lang};

/// When and where something was handed out, and to whom.
pub(crate) fn handed_out_at(lang: Lang, safe: &str, since: &str, mark: &str) -> String {
    say!(
        lang,
        "{safe}, {since}, to the device with the mark {mark}",
        "{safe}から{since}に、印が{mark}の端末へ",
        safe,
        since,
        mark
    )
}

/// Until when a safe keeps what it has handed out.
pub(crate) fn kept_until(lang: Lang, until: &str) -> String {
    say!(
        lang,
        "The safe keeps it until {until}; then it is deleted.",
        "金庫には{until}まで残り、その後は削除されます。",
        until
    )
}

/// How many entries were handed out and are kept.
pub(crate) fn were_handed_out(lang: Lang, count: u64) -> String {
    match count {
        1 => say!(
            lang,
            "1 entry was handed out to a device before, and is still kept.",
            "以前に端末へ渡した記録が1件、まだ残っています。"
        )
        .into(),
        _ => say!(
            lang,
            "{count} entries were handed out to a device before, and are still kept.",
            "以前に端末へ渡した記録が{count}件、まだ残っています。",
            count
        ),
    }
}

/// What a copy is, before one is asked for.
pub(crate) fn last_copy_question(lang: Lang) -> Halves {
    Halves::new(
        say!(
            lang,
            "Whoever has the device that got it can use it, and may have done so. Your copy says so wherever it goes, for ever.",
            "受け取った端末を持つ人は、これを使えます。もう使ったかもしれません。控えにはその印が付き、どこへ移しても消えません。"
        ),
        say!(
            lang,
            "Get a copy only if that device is lost. If it turns up again, use what is on it, and put the copy away.",
            "その端末をなくしたときだけ、控えを受け取ってください。見つかったら端末のほうを使い、控えは片づけてください。"
        ),
    )
}

/// Asked once more before the code of a copy is shown.
pub(crate) fn may_be_used_question(lang: Lang) -> Halves {
    Halves::new(
        say!(
            lang,
            "This is a copy. What it is a copy of may already have been used on the device you lost.",
            "これは控えです。なくした端末で、本物がもう使われたかもしれません。"
        ),
        say!(
            lang,
            "Show it to whoever takes it, and say so. They may refuse it.",
            "見せる相手に、そのことを伝えてください。断られることがあります。"
        ),
    )
}

pub(super) fn here(lang: Lang, subject: &str) -> Halves {
    Halves::new(
        say!(
            lang,
            "A copy of {subject} is here. It may already have been used.",
            "{subject}の控えが届きました。もう使われたかもしれません。",
            subject
        ),
        say!(
            lang,
            "Ask whoever issued it before you rely on it. If the lost device turns up, use what is on that.",
            "頼る前に、発行元に確かめてください。なくした端末が見つかったら、そちらを使ってください。"
        ),
    )
}

pub(super) fn over(lang: Lang, subject: &str, safe: &str) -> Halves {
    Halves::new(
        say!(
            lang,
            "What {safe} had of {subject} is deleted: the time for which it keeps what it has handed out is over.",
            "{safe}は{subject}を削除しました。渡した後に残しておく期間が過ぎたためです。",
            safe,
            subject
        ),
        say!(
            lang,
            "Look for the device that got it, or ask whoever issued it.",
            "受け取った端末を探すか、発行元に相談してください。"
        ),
    )
}

pub(super) fn wrong(lang: Lang, subject: &str, safe: &str) -> Halves {
    Halves::new(
        say!(
            lang,
            "What {safe} sent as a copy of {subject} is something else. It was thrown away.",
            "{safe}から{subject}の控えとして届いたのは、別の内容でした。捨てました。",
            safe,
            subject
        ),
        say!(
            lang,
            "With enough other safes the copy comes all the same. If not, show this to the operator.",
            "ほかの金庫で足りれば、控えは届きます。届かないときは、運営者に見せてください。"
        ),
    )
}

pub(super) fn stays(lang: Lang, subject: &str) -> Halves {
    Halves::new(
        say!(
            lang,
            "{subject} was not handed over: it may already have been used.",
            "{subject}は渡せません。もう使われたかもしれないためです。",
            subject
        ),
        say!(
            lang,
            "Keep it, or recover it and show it yourself.",
            "手元に残すか、取り戻して自分で見せてください。"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::words::tests::check_sentences;

    #[test]
    fn what_a_copy_is_is_said_in_both_languages() {
        for of in [last_copy_question, may_be_used_question] {
            let [en, ja] = Lang::ALL.map(of);
            check_sentences(&en.what, &ja.what);
            check_sentences(&en.now, &ja.now);
        }
        for count in [1, 3] {
            let [en, ja] = Lang::ALL.map(|lang| were_handed_out(lang, count));
            check_sentences(&en, &ja);
        }
        let [en, ja] = Lang::ALL.map(|lang| kept_until(lang, "1 May"));
        check_sentences(&en, &ja);
    }
}
