//! The words of rehearsals, and of how a backup is.

use super::{Halves, Lang};
use crate::page::format;
use saifu_wallet_core::check::{Broken, Found, Health, Weak};
use saifu_wallet_core::rules::{Entry, Rehearsals};

/// How often, as it is chosen.
pub(crate) fn often(lang: Lang, often: Rehearsals) -> &'static str {
    match often {
        Rehearsals::Off => say!(lang, "Never", "しない"),
        Rehearsals::Weekly => say!(lang, "Once a week", "毎週"),
        Rehearsals::Monthly => say!(lang, "Once a month", "毎月"),
    }
}

/// How a rehearsal went, or many of them.
pub(super) fn rehearsed(lang: Lang, entry: &Entry) -> String {
    let all = entry.moved.saturating_add(entry.stayed);
    let (came, parts) = (entry.moved, entry.parts.unwrap_or_default());
    let (good, asked) = (parts.good, parts.asked);
    say!(
        lang,
        "Came back and given back again: {came} of {all}. Whole parts: {good} of {asked}.",
        "戻して確かめ、金庫に返したもの：{all}点のうち{came}点。無事な部分：{asked}個のうち{good}個。",
        came,
        all,
        good,
        asked
    )
}

/// How a backup is.
pub(crate) fn health(lang: Lang, health: Health) -> String {
    match health {
        Health::Good { at } => {
            let time = format::time(lang, at);
            say!(
                lang,
                "It came back whole when it was tried on {time}.",
                "{time}に試し、すべて無事に戻りました。",
                time
            )
        }
        Health::Unchecked => say!(
            lang,
            "Whether it comes back was not tried yet, or could not be tried by this wallet alone.",
            "戻るかどうかはまだ試していないか、この財布だけでは試せません。"
        )
        .into(),
        Health::Theirs => say!(
            lang,
            "Another device registered it, and this one would have to wait: asking would call its owner. Try it on that device, or have this one move it to other safes.",
            "ほかの端末が預けたもので、この端末は待つことになります。問い合わせると持ち主に知らせが届くため、試していません。その端末で試すか、この端末で別の金庫に移してください。"
        )
        .into(),
        Health::Elsewhere => say!(
            lang,
            "It does not come back here: signed receipts prove that it was handed out elsewhere, or ended. Look on your other devices; if you handed it over or ended it, discard it here.",
            "ここには戻りません。ほかに渡されたか、終了したことを、署名付き受領書が示しています。ほかの端末を確かめてください。人に渡したか、自分で終わらせたのなら、ここでは破棄してください。"
        )
        .into(),
        Health::Weak { why } => weak(lang, why),
        Health::Broken { why } => match why {
            Broken::TooFewLeft { bad } => say!(
                lang,
                "It would not come back. Damaged or gone: {bad} of its parts.",
                "戻りません。壊れたか、なくなった部分が{bad}個あります。",
                bad
            ),
            Broken::DoesNotOpen => say!(
                lang,
                "It would not come back: its parts are there, and do not open.",
                "戻りません。部分はそろっていますが、開けません。"
            )
            .into(),
        },
    }
}

fn weak(lang: Lang, why: Weak) -> String {
    match why {
        Weak::Parts { bad } => say!(
            lang,
            "It comes back. Damaged or gone: {bad} of its parts. Move it to other safes.",
            "戻りますが、壊れたか、なくなった部分が{bad}個あります。別の金庫に移してください。",
            bad
        ),
        Weak::NotShown { open } => say!(
            lang,
            "It could not be shown that it comes back. Not looked at: {open} of its parts.",
            "戻ることを確かめられませんでした。見られなかった部分が{open}個あります。",
            open
        ),
        Weak::Silent { safes } => say!(
            lang,
            "It comes back. Safes that did not answer: {safes}.",
            "戻りますが、応答しない金庫が{safes}か所あります。",
            safes
        ),
        Weak::NotEverywhere => say!(
            lang,
            "Fewer safes have it than was planned.",
            "予定より少ない金庫にしかありません。"
        )
        .into(),
        Weak::EndsSoon { at } => {
            let time = format::time(lang, at);
            say!(
                lang,
                "A safe promises to keep it until {time} only. Move it before.",
                "{time}までしか預からない金庫があります。それまでに移してください。",
                time
            )
        }
    }
}

/// What was found of a part.
pub(crate) fn found(lang: Lang, found: Found) -> &'static str {
    match found {
        Found::Good => say!(lang, "whole", "無事"),
        Found::Wrong => say!(lang, "other bytes than were registered", "預けたものと違う"),
        Found::Damaged => say!(lang, "damaged", "壊れている"),
        Found::Gone => say!(lang, "gone", "なくなった"),
        Found::Elsewhere => say!(lang, "handed out elsewhere", "ほかに渡された"),
        Found::Refused => say!(lang, "refused", "断られた"),
        Found::Silent => say!(lang, "no answer", "応答なし"),
        Found::Frozen => say!(lang, "not tried: frozen", "試していない（凍結中）"),
        Found::Theirs => say!(
            lang,
            "not tried: registered by another device",
            "試していない（ほかの端末が登録）"
        ),
        Found::Busy => say!(lang, "not tried: in use", "試していない（処理中）"),
    }
}

/// So many parts were not there as they should be.
pub(super) fn found_bad(lang: Lang, name: &str, safe: &str, bad: u8, of: u8) -> Halves {
    Halves::new(
        say!(
            lang,
            "Of the {of} parts of {name} some are damaged or gone ({bad}), one of them at {safe}. It still comes back: that was tried.",
            "{name}の{of}個の部分のうち{bad}個が壊れたか、なくなっています（{safe}など）。試したところ、まだ戻ります。",
            bad,
            of,
            name,
            safe
        ),
        say!(
            lang,
            "Open it under “Backups” and move it to other safes, so that it can bear another loss.",
            "「登録証」で開き、別の金庫に移してください。そうすれば、次に何かあっても戻ります。"
        ),
    )
}

/// What is left does not come back.
pub(super) fn failed(lang: Lang, name: &str, safe: &str) -> Halves {
    Halves::new(
        say!(
            lang,
            "{name} would not come back: that was tried at {safe}. Trying has changed nothing.",
            "{name}は、{safe}で試したところ戻りませんでした。試したことで変わったものはありません。",
            name,
            safe
        ),
        say!(
            lang,
            "Ask whoever runs the safe, and keep the certificate. If you have it elsewhere, too, back it up anew.",
            "登録証を残したまま、金庫の運営者に問い合わせてください。ほかにもお持ちなら、預け直してください。"
        ),
    )
}
