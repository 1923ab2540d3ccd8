//! What each choice of a plan put together by hand does: a sentence or two beside it, with the numbers that are chosen.

use super::Lang;
use saifu_wallet_core::plan::GroupA;
use saifu_wallet_core::plan::draft::{Control, Draft, KeyGoes};

/// What a choice does; nothing where its name says all. `values` is how many are chosen.
pub(crate) fn hint(lang: Lang, control: Control, draft: &Draft, values: usize) -> Option<String> {
    let plain = |words: &str| Some(words.into());
    let pieces = draft.pieces.saturating_add(u8::from(draft.piece_here));
    let (quorum, after) = (draft.quorum, draft.after);
    match control {
        Control::Couple => Some(say!(
            lang,
            "All {values} become one, and come back only together.",
            "{values}点が1つになり、戻るときも一緒です。",
            values
        )),
        Control::Seal => plain(say!(
            lang,
            "Encrypted here, before anything leaves.",
            "このブラウザの中で暗号化してから送ります。"
        )),
        Control::Divide => match draft.pieces_needed {
            None => plain(say!(
                lang,
                "Cut into pieces, each of which is needed. What is not sealed can be read piece by piece.",
                "すべてそろわないと戻りません。封をしなければ、断片ごとに読めます。"
            )),
            Some(needed) => Some(say!(
                lang,
                "Any {needed} of {pieces} pieces give it back; fewer show nothing of it.",
                "断片{pieces}個のうち{needed}個で戻ります。それより少ないと、何も読めません。",
                needed,
                pieces
            )),
        },
        Control::Quorum => Some(say!(
            lang,
            "When it comes back, {quorum} must confirm that nobody else gets it. If that is more than half, it comes back only once.",
            "取り戻すとき、{quorum}つがほかに渡さないことを確認します。半数を超えれば、戻るのは1回だけです。",
            quorum
        )),
        Control::After => Some(say!(
            lang,
            "The copy here is deleted as soon as {after} have certified all they get. Until then it stays here, locked.",
            "{after}つの登録証がそろうと、手元の写しを消します。それまでは、ここに残しますが使えません。",
            after
        )),
        Control::KeyGoes => match draft.key {
            KeyGoes::Nowhere => plain(say!(
                lang,
                "No safe can read it. If this browser’s data are lost, so is the key.",
                "金庫には読めません。このブラウザのデータを失うと、鍵も失われます。"
            )),
            KeyGoes::WithData => plain(say!(
                lang,
                "A safe that has both could read it.",
                "両方を持つ金庫は、中身を読めます。"
            )),
            KeyGoes::Elsewhere => plain(say!(
                lang,
                "A safe of the value cannot read it, nor can one of the key.",
                "中身の金庫にも、鍵の金庫にも、1つでは読めません。"
            )),
            KeyGoes::InShares => plain(say!(
                lang,
                "Enough shares make the key; fewer tell nothing of it.",
                "かけらが足りれば鍵になり、足りなければ何も分かりません。"
            )),
        },
        Control::SharesWith => match draft.group_a {
            GroupA::None => plain(say!(
                lang,
                "The value travels without any; they all lie by themselves.",
                "中身には添えず、すべて単独で預けます。"
            )),
            GroupA::WithEvery(_) => plain(say!(
                lang,
                "It counts once, however many parts bring it.",
                "いくつの部品に添えても、1つと数えます。"
            )),
            GroupA::OnePerPart => plain(say!(
                lang,
                "Each part brings another share.",
                "部品ごとに別のかけらが付きます。"
            )),
        },
        Control::Pieces
        | Control::PieceHere
        | Control::DataSafes
        | Control::PiecesNeeded
        | Control::KeySafes
        | Control::SharesNeeded
        | Control::SharesApart
        | Control::Seat(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::words::tests::check_sentences;
    use saifu_wallet_core::plan::preset::Preset;

    #[test]
    fn what_a_choice_does_is_said_in_both_languages_with_its_numbers() {
        for preset in Preset::OFFERED.into_iter().chain(Preset::EMBODIMENTS) {
            let draft = Draft::of(&preset.plan());
            for control in [
                Control::Couple,
                Control::Seal,
                Control::Divide,
                Control::Quorum,
                Control::After,
                Control::KeyGoes,
                Control::SharesWith,
            ] {
                let [en, ja] = Lang::ALL.map(|lang| hint(lang, control, &draft, 3));
                check_sentences(&en.unwrap(), &ja.unwrap());
            }
        }
        let draft = Draft::of(&Preset::AnyTwoOfThree.plan());
        let divide = hint(Lang::En, Control::Divide, &draft, 1);
        assert!(divide.unwrap().starts_with("Any 2 of 3 pieces"));
    }
}
