//! Why a plan is refused.

use super::Halves;
use crate::page::words::Lang;
use saifu_wallet_core::plan::check::Divided;
use saifu_wallet_core::plan::limits::{MAX_PARTS, MAX_SAFES};
use saifu_wallet_core::plan::{PlanError, Slot};

/// Why a plan is refused, and what to change.
pub(crate) fn plan_error(lang: Lang, error: PlanError) -> Halves {
    let of = |divided| match divided {
        Divided::Data => say!(lang, "pieces", "断片"),
        Divided::Key => say!(lang, "shares of the key", "鍵のかけら"),
    };
    let number = |slot: Slot| slot.0 + 1;
    match error {
        PlanError::StepTwice => Halves::new(
            say!(
                lang,
                "A step stands in the plan twice.",
                "同じ手順が2回あります。"
            ),
            say!(
                lang,
                "Take one of the two out.",
                "どちらかを外してください。"
            ),
        ),
        PlanError::CopyStaysUsable => Halves::new(
            say!(
                lang,
                "A usable copy would stay here while it lies at safes, so it could be used twice.",
                "預けたまま使える写しが手元に残り、二重に使えてしまいます。"
            ),
            say!(
                lang,
                "Let the copy here be deleted after some answers.",
                "応答を受けたら、手元の写しを消すようにしてください。"
            ),
        ),
        PlanError::LegacyHashAsked => Halves::new(
            say!(
                lang,
                "Safes cannot be asked for the weak hash MD5: each is set up by its operator.",
                "弱いハッシュのMD5を使うかどうかは金庫の設定で、こちらからは頼めません。"
            ),
            say!(
                lang,
                "Leave it out; SHA-256 is always checked.",
                "外してください。SHA-256は必ず照合します。"
            ),
        ),
        PlanError::NothingLeaves => Halves::new(
            say!(
                lang,
                "Nothing would go to any safe.",
                "どの金庫にも預けられません。"
            ),
            say!(
                lang,
                "Choose at least one safe for it.",
                "金庫を1つ以上使ってください。"
            ),
        ),
        PlanError::WholeCopyAtHome => Halves::new(
            say!(
                lang,
                "A whole copy would stay here as a part.",
                "丸ごとの写しが手元に残ります。"
            ),
            say!(
                lang,
                "Divide it, or let nothing stay here.",
                "分けるか、手元に残さないようにしてください。"
            ),
        ),
        PlanError::TooManyParts => Halves::new(
            say!(
                lang,
                "There are more than {MAX_PARTS} pieces or shares.",
                "断片やかけらが{MAX_PARTS}個を超えています。",
                MAX_PARTS
            ),
            say!(lang, "Make fewer.", "数を減らしてください。"),
        ),
        PlanError::TooManySafes => Halves::new(
            say!(
                lang,
                "A plan has at most {MAX_SAFES} safes.",
                "使える金庫は{MAX_SAFES}つまでです。",
                MAX_SAFES
            ),
            say!(lang, "Use fewer.", "数を減らしてください。"),
        ),
        PlanError::ThresholdZero(what) => {
            let what = of(what);
            Halves::new(
                say!(
                    lang,
                    "Not one of the {what} would be needed.",
                    "{what}が1つも要らないことになります。",
                    what
                ),
                say!(
                    lang,
                    "Let at least two be needed.",
                    "2つ以上必要にしてください。"
                ),
            )
        }
        PlanError::ThresholdOne(what) => {
            let what = of(what);
            Halves::new(
                say!(
                    lang,
                    "A single one of the {what} would be enough, so nothing is divided.",
                    "{what}が1つで足りるなら、分けたことになりません。",
                    what
                ),
                say!(
                    lang,
                    "Let at least two be needed.",
                    "2つ以上必要にしてください。"
                ),
            )
        }
        PlanError::ThresholdAboveCount {
            of: what,
            threshold,
            count,
        } => {
            let what = of(what);
            Halves::new(
                say!(
                    lang,
                    "{threshold} {what} are to be needed, but there are {count}.",
                    "必要な{what}は{threshold}個ですが、{count}個しかありません。",
                    threshold,
                    what,
                    count
                ),
                say!(
                    lang,
                    "Make more, or let fewer be needed.",
                    "数を増やすか、必要な数を減らしてください。"
                ),
            )
        }
        PlanError::OnePiece => Halves::new(
            say!(
                lang,
                "It is divided into a single piece.",
                "断片が1つしかありません。"
            ),
            say!(
                lang,
                "Make at least two pieces.",
                "2つ以上に分けてください。"
            ),
        ),
        PlanError::CopiesAtOneSafe { slot } => {
            let slot = number(slot);
            Halves::new(
                say!(
                    lang,
                    "Safe {slot} would get the same twice, which adds nothing.",
                    "金庫{slot}に同じものが2つ届き、意味がありません。",
                    slot
                ),
                say!(
                    lang,
                    "Use as many safes as there are copies.",
                    "写しの数だけ金庫を使ってください。"
                ),
            )
        }
        PlanError::KeyNowhere => Halves::new(
            say!(
                lang,
                "The key is to lie elsewhere, but at no safe.",
                "鍵を預ける別の金庫がありません。"
            ),
            say!(
                lang,
                "Let at least one safe have it.",
                "1つ以上の金庫に預けてください。"
            ),
        ),
        PlanError::ElsewhereHasData { slot } => {
            let slot = number(slot);
            Halves::new(
                say!(
                    lang,
                    "Safe {slot} would have the value and its key.",
                    "金庫{slot}に中身と鍵の両方が届きます。",
                    slot
                ),
                say!(
                    lang,
                    "Let another safe have the key.",
                    "鍵は別の金庫に預けてください。"
                ),
            )
        }
        PlanError::TooFewSafes { needed, given } => Halves::new(
            say!(
                lang,
                "It takes {needed} safes of different operators; you have {given}.",
                "運営者の異なる金庫が{needed}つ必要ですが、{given}つしかありません。",
                needed,
                given
            ),
            say!(
                lang,
                "Add a safe of another operator.",
                "別の運営者の金庫を追加してください。"
            ),
        ),
        PlanError::SlotNotSeated { slot } => {
            let slot = number(slot);
            Halves::new(
                say!(
                    lang,
                    "No safe was chosen as safe {slot}.",
                    "金庫{slot}が選ばれていません。",
                    slot
                ),
                say!(lang, "Choose one.", "選んでください。"),
            )
        }
        PlanError::SafeTwice { slot } => {
            let slot = number(slot);
            Halves::new(
                say!(
                    lang,
                    "Safe {slot} was chosen for another place already.",
                    "金庫{slot}は、ほかの場所でも選ばれています。",
                    slot
                ),
                say!(
                    lang,
                    "Choose another one there.",
                    "そこには別の金庫を選んでください。"
                ),
            )
        }
        PlanError::OperatorTwice { slot } => {
            let slot = number(slot);
            Halves::new(
                say!(
                    lang,
                    "Safe {slot} has the same operator as another one, so the two are one.",
                    "金庫{slot}の運営者がほかと同じで、1つの金庫と変わりません。",
                    slot
                ),
                say!(
                    lang,
                    "Choose a safe of another operator there.",
                    "そこには別の運営者の金庫を選んでください。"
                ),
            )
        }
        PlanError::QuorumZero => Halves::new(
            say!(
                lang,
                "Nobody would have to confirm that it came back.",
                "戻ったことをだれも確認しません。"
            ),
            say!(
                lang,
                "Let at least one safe confirm.",
                "1つ以上の金庫に確認させてください。"
            ),
        ),
        PlanError::QuorumAboveVoters { quorum, voters } => Halves::new(
            say!(
                lang,
                "{quorum} safes would have to confirm, but only {voters} can.",
                "{quorum}つの金庫の確認が必要ですが、確認できるのは{voters}つです。",
                quorum,
                voters
            ),
            say!(lang, "Let fewer confirm.", "確認する数を減らしてください。"),
        ),
        PlanError::QuorumAllowsTwo { quorum, voters } => Halves::new(
            say!(
                lang,
                "With {quorum} of {voters} safes confirming, it could come back twice.",
                "{voters}つのうち{quorum}つの確認では、二重に戻るおそれがあります。",
                quorum,
                voters
            ),
            say!(
                lang,
                "Let more than half of them confirm.",
                "半数より多くに確認させてください。"
            ),
        ),
        PlanError::DeletesTooEarly { after, needed } => Halves::new(
            say!(
                lang,
                "It would leave this browser after {after} answers, though it takes {needed} to get it back.",
                "応答{after}件でこのブラウザから消えますが、取り戻すには{needed}件要ります。",
                after,
                needed
            ),
            say!(
                lang,
                "Let it stay for more answers.",
                "もっと応答を待つようにしてください。"
            ),
        ),
        PlanError::SecretTooWeak => Halves::new(
            say!(
                lang,
                "Your recovery password is too weak for money.",
                "復元パスワードが、お金を預けるには弱すぎます。"
            ),
            say!(
                lang,
                "Change it to six words, or to a strong password; then back this up.",
                "6つの合言葉か強いパスワードに変えてから、預けてください。"
            ),
        ),
        PlanError::DeletesNever { after, safes } => Halves::new(
            say!(
                lang,
                "It would leave this browser after {after} answers, but there are only {safes} safes.",
                "応答{after}件を待ちますが、金庫は{safes}つしかありません。",
                after,
                safes
            ),
            say!(
                lang,
                "Let it leave after fewer answers.",
                "待つ応答を減らしてください。"
            ),
        ),
    }
}
