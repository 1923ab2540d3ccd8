//! The words of the recovery secret: the owner as their safes know them.

use super::Halves;
use super::Lang;

/// Somebody has the name at a safe.
pub(crate) fn name_taken(lang: Lang, name: &str, safe: &str) -> Halves {
    Halves::new(
        say!(
            lang,
            "Somebody is enrolled as {name} at {safe} already, so your six words are not.",
            "{safe}には、{name}という名前で登録した人がすでにいます。6つの合言葉は登録していません。",
            name,
            safe
        ),
        say!(
            lang,
            "Nothing was changed there. If your other safes took them, they are enough; if that somebody is you, with another wallet, restore from it first.",
            "そこでは何も変わっていません。ほかの金庫に登録できていれば足ります。以前の財布で自分が登録したのなら、先にそこから復元してください。"
        ),
    )
}

/// Name and secret do not open at a safe. Which of them is wrong, nobody can tell.
pub(crate) fn secret_wrong(lang: Lang, safe: &str) -> Halves {
    Halves::new(
        say!(
            lang,
            "Name and words do not open together at {safe}.",
            "名前と合言葉の組み合わせでは、{safe}を開けませんでした。",
            safe
        ),
        say!(
            lang,
            "One of the two is another, or you were never enrolled there; the safe cannot say which. It counts wrong guesses: check both before you try again.",
            "どちらかが違うか、そこには登録していません。どれなのかは金庫にも分かりません。間違いは数えられているので、両方を確かめてからやり直してください。"
        ),
    )
}

/// What was typed to enrol once more is not what is enrolled.
pub(crate) fn secret_other(lang: Lang) -> Halves {
    Halves::new(
        say!(
            lang,
            "These are six words, but not those you are enrolled with.",
            "入力した6つの合言葉は、登録したものと違います。"
        ),
        say!(
            lang,
            "Nothing was changed. Type the words you wrote down when you enrolled.",
            "何も変わっていません。登録したときに書き留めた合言葉を入力してください。"
        ),
    )
}

/// What a safe keeps is not what the owner has left there.
pub(crate) fn record_damaged(lang: Lang, safe: &str) -> Halves {
    Halves::new(
        say!(
            lang,
            "Name and words were right, but what {safe} keeps for you is not what you left there.",
            "名前と合言葉は正しいのに、{safe}が預かっていた内容が、登録したものではありません。",
            safe
        ),
        say!(
            lang,
            "Restore from your other safes; enough of them do without it. Then tell its operator.",
            "ほかの金庫から復元してください。必要な数がそろえば、ここがなくても足ります。あわせて運営者に知らせてください。"
        ),
    )
}

/// A safe ended the session twice.
pub(crate) fn session_ended(lang: Lang, safe: &str) -> Halves {
    Halves::new(
        say!(
            lang,
            "The session at {safe} ended twice before everything was fetched.",
            "すべてを受け取る前に、{safe}との接続が2回切れました。",
            safe
        ),
        say!(
            lang,
            "What came is kept. Ask that safe again with name and words.",
            "届いた分は残してあります。名前と合言葉で、その金庫にもう一度頼んでください。"
        ),
    )
}

/// This wallet has something of its own, so nothing is restored into it.
pub(crate) fn not_empty(lang: Lang) -> Halves {
    Halves::new(
        say!(
            lang,
            "This wallet has backups or words of its own, so another one is not restored into it.",
            "この財布には自分の預けものか合言葉があるため、別の財布を復元しませんでした。"
        ),
        say!(
            lang,
            "Nothing was changed. Restore in another browser, or in another profile of this one.",
            "何も変わっていません。別のブラウザか、別のプロファイルで復元してください。"
        ),
    )
}

/// Too many wrong guesses were made: everybody waits, the owner too.
pub(crate) fn too_many_guesses(lang: Lang, safes: &str) -> Halves {
    Halves::new(
        say!(
            lang,
            "Too many wrong guesses were made at this name, so nobody gets in at {safes} for a while.",
            "この名前での間違いが続いたため、しばらくの間、{safes}はだれにも応じません。",
            safes
        ),
        say!(
            lang,
            "Saifu asks again by itself. If it was not you who guessed, somebody knows your name; your words are still a secret.",
            "自動でやり直します。自分に覚えがなければ、だれかが名前を知っています。合言葉までは知られていません。"
        ),
    )
}
