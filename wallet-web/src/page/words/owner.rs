//! The words of the recovery secret: the owner as their safes know them.

use super::{Halves, Lang};
use saifu_wallet_core::owner::{Found, NotWords, OwnerStanding, WORDS};

/// Somebody has the name at a safe.
pub(crate) fn name_taken(lang: Lang, name: &str, safe: &str) -> Halves {
    Halves::new(
        say!(
            lang,
            "Somebody is enrolled as {name} at {safe} already, so your secret is not.",
            "{safe}には、{name}という名前で登録した人がすでにいます。合言葉やパスワードは登録していません。",
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
            "Name and secret do not open together at {safe}.",
            "名前と合言葉（かパスワード）の組み合わせでは、{safe}を開けませんでした。",
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
            "This is not the secret you are enrolled with.",
            "入力した合言葉かパスワードは、登録したものと違います。"
        ),
        say!(
            lang,
            "Nothing was changed. Type the words you wrote down, or the password you chose, when you enrolled.",
            "何も変わっていません。登録したときの合言葉かパスワードを入力してください。"
        ),
    )
}

/// A value is money, and the password is too weak for that.
pub(crate) fn too_weak_for(lang: Lang, name: &str) -> Halves {
    Halves::new(
        say!(
            lang,
            "Your recovery password is too weak for money, so {name} was not backed up.",
            "復元パスワードがお金を預けるには弱すぎるため、{name}は預けませんでした。",
            name
        ),
        say!(
            lang,
            "It is still here. Change the password to six words, or to a strong one; then back it up.",
            "まだ手元にあります。パスワードを6つの合言葉か強いものに変えてから、預けてください。"
        ),
    )
}

/// Papers bring money, which this password is too weak for.
pub(crate) fn too_weak_for_papers(lang: Lang) -> Halves {
    Halves::new(
        say!(
            lang,
            "Your recovery password is too weak for money, so these papers were not taken over.",
            "復元パスワードがお金を預けるには弱すぎるため、この用紙は引き継いでいません。"
        ),
        say!(
            lang,
            "Until they are, whoever gave them can use them, too. Change the password to six words, or to a strong one; then take them over.",
            "引き継ぐまでは、渡した人も使えます。パスワードを6つの合言葉か強いものに変えてから、引き継いでください。"
        ),
    )
}

/// Money lies at safes, and the password is too weak for that.
pub(crate) fn money_at_safes(lang: Lang) -> Halves {
    Halves::new(
        say!(
            lang,
            "Money of yours lies at safes, and this password is too weak for it. Nothing was changed.",
            "金庫にお金を預けているのに、このパスワードは弱すぎます。何も変えていません。"
        ),
        say!(
            lang,
            "Take six words or a strong password, or recover the money first.",
            "6つの合言葉か強いパスワードにするか、先にお金を取り戻してください。"
        ),
    )
}

/// What a password is worth that safes have to guard.
pub(crate) fn password_fair(lang: Lang, bits: usize) -> String {
    say!(
        lang,
        "Fair, about {bits} bits: it holds as long as the safes count wrong guesses. A safe that guesses in secret may find it, so no money is backed up behind it.",
        "ふつう（約{bits}ビット）。金庫が間違いを数えている間は持ちこたえます。金庫がひそかに推測すると破られかねないので、お金は預けられません。",
        bits
    )
}

/// What one is worth that holds by itself.
pub(crate) fn password_strong(lang: Lang, bits: usize) -> String {
    say!(
        lang,
        "Strong, about {bits} bits: enough for money, if nobody has read or sung it before.",
        "強い（約{bits}ビット）。どこかで読んだり歌われたりしたものでなければ、お金にも使えます。",
        bits
    )
}

/// What a safe keeps is not what the owner has left there.
pub(crate) fn record_damaged(lang: Lang, safe: &str) -> Halves {
    Halves::new(
        say!(
            lang,
            "Name and secret were right, but what {safe} keeps for you is not what you left there.",
            "名前と合言葉（かパスワード）は正しいのに、{safe}が預かっていた内容が、登録したものではありません。",
            safe
        ),
        say!(
            lang,
            "Restore from your other safes; enough of them do without it. Then tell its operator.",
            "ほかの金庫から復元してください。必要な数がそろえば、ここがなくても足ります。あわせて運営者に知らせてください。"
        ),
    )
}

/// Which safe is to fetch.
pub(crate) fn let_fetch(lang: Lang, safe: &str) -> String {
    say!(
        lang,
        "{safe} keeps the key of this backup, and can fetch the rest for you.",
        "これを開く鍵は{safe}にあります。残りも取り寄せてもらえます。",
        safe
    )
}

/// What another device has open, and has not confirmed.
pub(crate) fn take_back(lang: Lang) -> Halves {
    Halves::new(
        say!(
            lang,
            "Another of your devices has asked for this and has not confirmed that it has it.",
            "別の端末がこれを引き出そうとしたまま、受け取りを確認していません。"
        ),
        say!(
            lang,
            "If you still have that device, finish it there. If it is lost, take this back: what it was given can then never be used.",
            "その端末が手元にあれば、そちらで続けてください。なくしたのなら取り返してください。その端末に渡った分は、二度と使えなくなります。"
        ),
    )
}

/// A safe ended the session twice.
pub(crate) fn session_ended(lang: Lang, safe: &str) -> Halves {
    Halves::new(
        say!(
            lang,
            "The session at {safe} ended before everything was done.",
            "すべてが済む前に、{safe}との接続が切れました。",
            safe
        ),
        say!(
            lang,
            "What was done is kept. Show that safe once more who you are.",
            "済んだ分は残っています。その金庫に、もう一度本人であることを示してください。"
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
            "Saifu asks again by itself. If it was not you who guessed, somebody knows your name; your secret is still one.",
            "自動でやり直します。自分に覚えがなければ、だれかが名前を知っています。合言葉やパスワードまでは知られていません。"
        ),
    )
}

/// What a safe is to an owner. `restoring`: to one who looks for what they had.
pub(crate) fn owner_standing(
    lang: Lang,
    standing: Option<OwnerStanding>,
    restoring: bool,
) -> &'static str {
    match (standing, restoring) {
        (None, _) => say!(lang, "Not included yet", "まだ含まれていません"),
        (Some(OwnerStanding::Asking), _) => say!(lang, "Being asked", "問い合わせ中"),
        (Some(OwnerStanding::Enrolled), false) => say!(lang, "Knows you", "登録済み"),
        (Some(OwnerStanding::Enrolled), true) => say!(lang, "Read", "読み取り済み"),
        (Some(OwnerStanding::Old), _) => say!(lang, "Still the old secret", "変更前のまま"),
        (Some(OwnerStanding::Both), _) => say!(lang, "Both open", "新旧どちらも有効"),
        (Some(OwnerStanding::Taken), _) => say!(lang, "Name is taken", "名前が使用中"),
        (Some(OwnerStanding::Wrong), _) => say!(lang, "Did not open", "開けません"),
        (Some(OwnerStanding::Refused), false) => say!(lang, "Did not take part", "登録できず"),
        (Some(OwnerStanding::Refused), true) => say!(lang, "Not read", "読み取れず"),
    }
}

/// Who the owner is, and how many safes bring everything back.
pub(crate) fn enrolled_as(lang: Lang, name: &str, needed: u8) -> String {
    match needed {
        0 | 1 => say!(
            lang,
            "Your name is “{name}”. With it and your secret, any one of the safes that know you is enough.",
            "名前は「{name}」です。名前と秘密（合言葉かパスワード）があれば、登録済みの金庫のどれか1つで足ります。",
            name
        ),
        _ => say!(
            lang,
            "Your name is “{name}”. With it and your secret, any {needed} of the safes that know you are enough.",
            "名前は「{name}」です。名前と秘密（合言葉かパスワード）があれば、登録済みの金庫のうち、どれか{needed}つで足ります。",
            name,
            needed
        ),
    }
}

/// Fewer safes know the owner than are needed.
pub(crate) fn too_few_know(lang: Lang, have: usize, needed: u8) -> Halves {
    Halves::new(
        say!(
            lang,
            "{have} of the {needed} safes that are needed know you so far. If this device is lost now, the secret does not help.",
            "登録できた金庫は、必要な{needed}つのうち{have}つです。いまこの端末をなくすと、合言葉やパスワードがあっても復元できません。",
            have,
            needed
        ),
        say!(
            lang,
            "Wait until more of them have answered, or include other safes.",
            "ほかの金庫の応答を待つか、別の金庫を加えてください。"
        ),
    )
}

/// What a safe had.
pub(crate) fn found(lang: Lang, found: Found) -> String {
    let (certificates, unread) = (found.certificates, found.unread);
    let came = match certificates {
        0 => say!(lang, "No certificates there.", "登録証はありませんでした。").to_owned(),
        1 => say!(lang, "1 certificate came.", "登録証が1枚届きました。").to_owned(),
        _ => say!(
            lang,
            "{certificates} certificates came.",
            "登録証が{certificates}枚届きました。",
            certificates
        ),
    };
    let left = match unread {
        0 => return came,
        1 => say!(
            lang,
            "1 entry cannot be used: what belongs to it is missing or is not yours.",
            "使えない記録が1件あります。必要なものが欠けているか、自分のものではありません。"
        )
        .to_owned(),
        _ => say!(
            lang,
            "{unread} entries cannot be used: what belongs to them is missing or is not yours.",
            "使えない記録が{unread}件あります。必要なものが欠けているか、自分のものではありません。",
            unread
        ),
    };
    say!(lang, "{came} {left}", "{came}{left}", came, left)
}

/// How far a restore is that still needs shares.
pub(crate) fn opened_so_far(lang: Lang, open: usize, needed: u8) -> String {
    if needed < 2 && open > 0 {
        return say!(
            lang,
            "It opened, but by this passkey it cannot say where the others are. Ask another of your safes below.",
            "開きましたが、このパスキーでは、ほかの金庫の場所が分かりません。下で別の金庫に問い合わせてください。"
        )
        .into();
    }
    if needed < 2 {
        return say!(
            lang,
            "Asking the first safe. It says where the others are.",
            "最初の金庫に問い合わせています。ほかの金庫の場所もそこで分かります。"
        )
        .into();
    }
    say!(
        lang,
        "{open} of the {needed} safes that are needed have opened.",
        "必要な{needed}つの金庫のうち、{open}つが開きました。",
        open,
        needed
    )
}

/// Where a job with the owner's record is.
pub(crate) fn stage_at(lang: Lang, safe: &str, stage: &str) -> String {
    say!(lang, "{safe}: {stage}", "{safe}：{stage}", safe, stage)
}

/// Why what was typed is no recovery secret, and what to do now.
pub(crate) fn not_words(lang: Lang, why: NotWords) -> Halves {
    match why {
        NotWords::Count { have } if have < WORDS => Halves::new(
            say!(
                lang,
                "There are {have} words, not six.",
                "合言葉が{have}個しかありません。",
                have
            ),
            say!(
                lang,
                "Type all six, in their order.",
                "6つすべてを、順番どおりに入力してください。"
            ),
        ),
        NotWords::Count { have } => Halves::new(
            say!(
                lang,
                "There are {have} words, not six.",
                "合言葉が{have}個あり、多すぎます。",
                have
            ),
            say!(
                lang,
                "Leave out what does not belong to them.",
                "余分なものを消してください。"
            ),
        ),
        NotWords::Unknown { number } => Halves::new(
            say!(
                lang,
                "Word {number} is none that Saifu makes.",
                "{number}番目は、Saifuの合言葉にはない綴りです。",
                number
            ),
            say!(
                lang,
                "Compare it with the paper, letter by letter.",
                "紙と1文字ずつ見比べてください。"
            ),
        ),
        NotWords::DoNotBelong => Halves::new(
            say!(
                lang,
                "These six do not belong together.",
                "6つの組み合わせが合いません。"
            ),
            say!(
                lang,
                "One is misread, or two have changed places. Compare them with the paper; no safe was asked.",
                "読み違いか、順番の入れ違いがあります。紙と見比べてください。金庫には問い合わせていません。"
            ),
        ),
    }
}

/// How many words are typed.
pub(crate) fn typed_so_far(lang: Lang, have: usize) -> String {
    say!(lang, "{have} of 6 words", "6つのうち{have}つ", have)
}

/// What would be lost with this device although it lies at safes.
pub(crate) fn nobody_fetches(lang: Lang, count: usize) -> String {
    match count {
        1 => say!(
            lang,
            "If this device is lost, nobody can fetch the value at your safes.",
            "この端末をなくすと、金庫にある1点をだれも引き出せません。"
        )
        .into(),
        _ => say!(
            lang,
            "If this device is lost, nobody can fetch the {count} values at your safes.",
            "この端末をなくすと、金庫にある{count}点をだれも引き出せません。",
            count
        ),
    }
}

/// The same of one safe that the recovery secret does not open.
pub(crate) fn nobody_fetches_from(lang: Lang, safe: &str) -> String {
    say!(
        lang,
        "If this device is lost, nobody can fetch what is at {safe}: your recovery secret is not known there.",
        "この端末をなくすと、{safe}にあるものはだれも引き出せません。合言葉やパスワードがそこに登録されていません。",
        safe
    )
}

/// What recovers what is chosen.
pub(crate) fn recover_chosen(lang: Lang, count: usize) -> String {
    match count {
        1 => say!(lang, "Recover 1", "1点を取り戻す").into(),
        _ => say!(lang, "Recover {count}", "{count}点を取り戻す", count),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::words::tests::{check, check_sentences};

    fn halves(of: impl Fn(Lang) -> Halves) {
        let [en, ja] = Lang::ALL.map(of);
        check_sentences(&en.what, &ja.what);
        check_sentences(&en.now, &ja.now);
    }

    #[test]
    fn what_was_typed_and_what_was_found_is_said_in_both_languages() {
        for why in [
            NotWords::Count { have: 1 },
            NotWords::Count { have: 7 },
            NotWords::Unknown { number: 3 },
            NotWords::DoNotBelong,
        ] {
            halves(|lang| not_words(lang, why));
        }
        halves(|lang| too_few_know(lang, 1, 2));
        halves(|lang| too_weak_for(lang, "it"));
        halves(too_weak_for_papers);
        halves(money_at_safes);
        for of in [password_fair, password_strong] {
            let [en, ja] = Lang::ALL.map(|lang| of(lang, 40));
            check_sentences(&en, &ja);
        }
        for certificates in [0, 1, 2] {
            for unread in [0, 1, 2] {
                let it = Found {
                    certificates,
                    unread,
                    handed_out: 0,
                };
                let [en, ja] = Lang::ALL.map(|lang| found(lang, it));
                check_sentences(&en, &ja);
                assert_eq!(unread > 0, en.contains("cannot be used"), "{en}");
            }
        }
        for count in [1, 2, 3] {
            let needed = u8::try_from(count).unwrap();
            let of = |lang| {
                [
                    enrolled_as(lang, "hana", needed),
                    opened_so_far(lang, 0, needed),
                    opened_so_far(lang, 1, needed),
                    nobody_fetches(lang, count),
                    nobody_fetches_from(lang, "Akagi"),
                ]
            };
            let [en, ja] = Lang::ALL.map(of);
            en.iter()
                .zip(&ja)
                .for_each(|(en, ja)| check_sentences(en, ja));
            let [en, ja] = Lang::ALL.map(|lang| recover_chosen(lang, count));
            check(&en, &ja);
            let [en, ja] = Lang::ALL.map(|lang| typed_so_far(lang, count));
            check(&en, &ja);
        }
    }

    #[test]
    fn what_a_safe_is_to_an_owner_has_words() {
        for restoring in [false, true] {
            for it in [
                None,
                Some(OwnerStanding::Asking),
                Some(OwnerStanding::Enrolled),
                Some(OwnerStanding::Taken),
                Some(OwnerStanding::Wrong),
                Some(OwnerStanding::Refused),
            ] {
                let [en, ja] = Lang::ALL.map(|lang| owner_standing(lang, it, restoring));
                check(en, ja);
            }
        }
    }
}
