//! Words for plans: what each is called, what it promises, how it is weak, why it is refused, and how far its parts are.

use super::{Halves, Key, Lang, text};
use saifu_protocol::certificate::ObjectClass;
use saifu_wallet_core::books::KeyHere;
use saifu_wallet_core::plan::check::Divided;
use saifu_wallet_core::plan::limits::{MAX_PARTS, MAX_SAFES};
use saifu_wallet_core::plan::policy::Rule;
use saifu_wallet_core::plan::preset::Preset;
use saifu_wallet_core::plan::{KeyForm, PlanError, Promise, Weakness};
use saifu_wallet_core::view::{BackupStanding, PartState, Waiting};

/// What a plan with a name is called.
#[rustfmt::skip] // Read as a table.
pub(crate) fn preset(lang: Lang, preset: Preset) -> &'static str {
    let (en, ja) = match preset {
        Preset::OneSafeSealed => ("One safe, sealed", "封をして1つの金庫に"),
        Preset::KeyKeptElsewhere => ("Key kept elsewhere", "鍵は別の金庫に"),
        Preset::AnyTwoOfThree => ("Any 2 of 3 safes", "3つの金庫のうち2つで"),
        Preset::MoneyThreeOfFour => ("Money: 3 of 4, released once", "お金向け：4つのうち3つ、1回だけ"),
        Preset::PlainCopy => ("As it is, at one safe", "そのまま1つの金庫に"),
        Preset::PlainCopies => ("As it is, whole at three safes", "そのまま3つの金庫に1部ずつ"),
        Preset::SealedByCommonKey => ("Sealed by a common key", "共通鍵で封をする"),
        Preset::SealedByPublicKey => ("Sealed by a public key", "公開鍵で封をする"),
        Preset::KeyRegistered => ("Sealed, with the key beside it", "封をし、鍵も同じ金庫に"),
        Preset::KeyElsewhere => ("The key only at another safe", "鍵は別の金庫だけに"),
        Preset::Divided => ("Divided as it is", "そのまま分ける"),
        Preset::DividedThenSealed => ("Divided, then sealed", "分けてから封をする"),
        Preset::SealedThenDivided => ("Sealed, then divided", "封をしてから分ける"),
        Preset::PieceStaysHome => ("Divided, one piece stays here", "分けて、1つは手元に残す"),
        Preset::CoupledThenSealed => ("Coupled, then sealed", "まとめてから封をする"),
        Preset::SealedThenCoupled => ("Sealed, then coupled", "封をしてからまとめる"),
        Preset::KeySplit => ("Key split in two", "鍵を2つに割る"),
        Preset::KeySplitInThree => ("Key split in three, any two open", "鍵を3つに割り、2つで開く"),
        Preset::PieceWithShare => ("Piece by piece, each with its share", "断片ごとに鍵のかけらを添える"),
        Preset::SourceOfPairSplit => ("Source of a pair split", "鍵の組のシードを割る"),
        Preset::KeySplitAtOneSafe => ("Key split, all at one safe", "鍵を割り、すべて同じ金庫に"),
        Preset::SeedElsewhere => ("Seed of the key at another safe", "鍵のシードを別の金庫に"),
        Preset::SeedOfPairElsewhere => ("Seed of a pair at another safe", "鍵の組のシードを別の金庫に"),
        Preset::SeedWithData => ("Seed beside it", "シードも同じ金庫に"),
        Preset::SeedSplit => ("Seed split in two", "シードを2つに割る"),
    };
    lang.of(en, ja)
}

/// What a plan is called; one that the owner made has no name.
pub(crate) fn plan(lang: Lang, named: Option<Preset>) -> &'static str {
    named.map_or_else(
        || lang.of("A plan of your own", "自分で組んだ守り方"),
        |named| preset(lang, named),
    )
}

/// So many safes.
pub(crate) fn safes(lang: Lang, count: u8) -> String {
    match lang {
        Lang::En if count == 1 => "1 safe".into(),
        Lang::En => format!("{count} safes"),
        Lang::Ja => format!("金庫{count}つ"),
    }
}

/// What a plan promises, at a glance.
pub(crate) fn glance(lang: Lang, promise: &Promise) -> String {
    let cheats = match (lang, promise.may_cheat) {
        (Lang::En, 0) => "it trusts its safes not to cheat".into(),
        (Lang::Ja, 0) => "不正には耐えない".into(),
        (Lang::En, n) => format!("once only even if {n} {}", cheat(n)),
        (Lang::Ja, n) => format!("{n}つの不正にも耐える"),
    };
    [may_read(lang, promise), may_be_gone(lang, promise), cheats].join(lang.of(" · ", "・"))
}

/// The same on a card, where there is little room.
pub(crate) fn on_card(lang: Lang, named: Option<Preset>, promise: &Promise) -> String {
    let (name, gone) = (plan(lang, named), may_be_gone(lang, promise));
    [name, &gone, &may_read(lang, promise)].join(lang.of(" · ", "・"))
}

fn may_read(lang: Lang, promise: &Promise) -> String {
    let (en, ja) = match promise.readers {
        None => ("no safe can read it", "金庫には読めない"),
        Some(1) => ("a safe alone could read it", "金庫1つで読める"),
        Some(_) => ("no safe alone can read it", "金庫1つでは読めない"),
    };
    lang.of(en, ja).into()
}

fn may_be_gone(lang: Lang, promise: &Promise) -> String {
    let (needed, others) = (promise.indispensable, promise.others_may_be_dead);
    match (lang, promise.may_be_dead, promise.safes) {
        (Lang::En, 0, _) if others > 0 => {
            let needed = safes(lang, needed);
            format!("{needed} always needed, {others} of the others may be gone")
        }
        (Lang::Ja, 0, _) if others > 0 => {
            format!("{needed}つは必須、ほかは{others}つ失われてもよい")
        }
        (Lang::En, 0, 1) => "the safe is needed".into(),
        (Lang::Ja, 0, 1) => "その金庫が必要".into(),
        (Lang::En, 0, 2) => "both safes are needed".into(),
        (Lang::En, 0, all) => format!("all {all} safes are needed"),
        (Lang::Ja, 0, all) => format!("{all}つとも必要"),
        (Lang::En, gone, all) => format!("comes back from {} of {all}", all - gone),
        (Lang::Ja, gone, all) => format!("{all}つのうち{}つあれば戻る", all - gone),
    }
}

/// What a plan promises, a sentence each: who could read it, how many safes may be gone, how many may cheat.
pub(crate) fn promises(lang: Lang, promise: &Promise) -> [String; 3] {
    let all = promise.safes;
    let (needed, others) = (promise.indispensable, promise.others_may_be_dead);
    let read = match (lang, promise.readers) {
        (Lang::En, None) => "No safe can read it, not even all of them together.".into(),
        (Lang::Ja, None) => "どの金庫にも読めません。全部そろっても読めません。".into(),
        (Lang::En, Some(1)) => "A single safe could read it.".into(),
        (Lang::Ja, Some(1)) => "金庫1つだけで読めてしまいます。".into(),
        (Lang::En, Some(n)) => format!("No safe can read it alone: it takes {n} together."),
        (Lang::Ja, Some(n)) => format!("金庫1つでは読めません。{n}つが手を組むと読めます。"),
    };
    let gone = match (lang, promise.may_be_dead) {
        (Lang::En, 0) if all == 1 => "If the safe is gone, so is what lies there.".into(),
        (Lang::Ja, 0) if all == 1 => "金庫が失われると、預けたものも失われます。".into(),
        (Lang::En, 0) if others > 0 => format!(
            "{needed} of its {all} safes {} needed in any case; of the others, {others} may be gone.",
            is(needed)
        ),
        (Lang::Ja, 0) if others > 0 => format!(
            "金庫{all}つのうち{needed}つは必ず必要です。ほかは{others}つ失われても取り戻せます。"
        ),
        (Lang::En, 0) => format!("{} are needed to get it back.", every(all)),
        (Lang::Ja, 0) => format!("取り戻すには金庫{all}つがすべて必要です。"),
        (Lang::En, n) => format!(
            "It still comes back if {n} of the {all} safes {} gone.",
            is(n)
        ),
        (Lang::Ja, n) => format!("金庫{all}つのうち{n}つが失われても取り戻せます。"),
    };
    let cheats = match (lang, promise.may_cheat) {
        (Lang::En, 0) => "A safe that cheats could hand it out twice.".into(),
        (Lang::Ja, 0) => "不正をする金庫は、二重に渡すことができます。".into(),
        (Lang::En, n) => format!(
            "It comes back only once, even if {} {}.",
            safes(lang, n),
            cheat(n)
        ),
        (Lang::Ja, n) => format!("金庫{n}つが不正をしても、戻るのは1回だけです。"),
    };
    [read, gone, cheats]
}

fn every(safes: u8) -> String {
    if safes == 2 {
        "Both safes".into()
    } else {
        format!("All {safes} safes")
    }
}

fn cheat(count: u8) -> &'static str {
    if count == 1 { "cheats" } else { "cheat" }
}

fn is(count: u8) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

/// When the copy here goes.
pub(crate) fn leaves_after(lang: Lang, after: u8, all: u8) -> String {
    match (lang, after >= all) {
        (Lang::En, true) if all == 1 => {
            "It leaves this browser when the safe has certified it.".into()
        }
        (Lang::Ja, true) if all == 1 => {
            "金庫の登録証を確かめてから、このブラウザから消えます。".into()
        }
        (Lang::En, true) => {
            let every = every(all).to_lowercase();
            format!("It leaves this browser when {every} have certified their part.")
        }
        (Lang::Ja, true) => {
            format!("金庫{all}つすべての登録証を確かめてから、このブラウザから消えます。")
        }
        (Lang::En, false) => {
            format!("It leaves this browser when {after} of {all} safes have certified their part.")
        }
        (Lang::Ja, false) => {
            format!("金庫{all}つのうち{after}つの登録証を確かめると、このブラウザから消えます。")
        }
    }
}

/// How a plan is weak; `safe` is who has the slot it names.
pub(crate) fn weakness(lang: Lang, weakness: Weakness, safe: &str) -> String {
    match (lang, weakness) {
        (Lang::En, Weakness::SafeCouldRead(_)) => format!("{safe} could read it."),
        (Lang::Ja, Weakness::SafeCouldRead(_)) => format!("{safe}は中身を読めます。"),
        (Lang::En, Weakness::SafeCouldReadPiece(_)) => {
            format!("{safe} could read the piece it gets.")
        }
        (Lang::Ja, Weakness::SafeCouldReadPiece(_)) => {
            format!("{safe}は、受け取る断片を読めます。")
        }
        (Lang::En, Weakness::AllAtOneSafe(_)) => {
            format!("It is divided, but all of it lies at {safe}.")
        }
        (Lang::Ja, Weakness::AllAtOneSafe(_)) => {
            format!("分けても、すべて{safe}にあります。")
        }
        (Lang::En, Weakness::OnlyThisWalletOpens) => {
            "Only this wallet opens it: if the data of this browser is lost, nothing brings it back."
                .into()
        }
        (Lang::Ja, Weakness::OnlyThisWalletOpens) => {
            "開けるのはこの財布だけです。このブラウザのデータをなくすと、戻せません。".into()
        }
        (Lang::En, Weakness::MayComeBackTwice) => {
            "Two devices could both have it confirmed, so it could come back twice.".into()
        }
        (Lang::Ja, Weakness::MayComeBackTwice) => {
            "2台の端末が同時に確認を受け、二重に戻るおそれがあります。".into()
        }
        (Lang::En, Weakness::DigestsAgree) => {
            "Its safes see the same summary and can tell that they have parts of one value.".into()
        }
        (Lang::Ja, Weakness::DigestsAgree) => {
            "どの金庫にも同じ要約が見えるため、同じものの一部だと分かります。".into()
        }
        (Lang::En, Weakness::DeletedBeforeComplete) => {
            "It leaves this browser before all safes have answered; until they have, fewer of them may be gone."
                .into()
        }
        (Lang::Ja, Weakness::DeletedBeforeComplete) => {
            "すべての金庫が応答する前に、このブラウザから消えます。それまでは、失われてよい金庫の数が減ります。"
                .into()
        }
    }
}

/// Why a plan is refused, and what to change.
pub(crate) fn plan_error(lang: Lang, error: PlanError) -> Halves {
    match lang {
        Lang::En => error_in_english(error),
        Lang::Ja => error_in_japanese(error),
    }
}

#[rustfmt::skip] // One rule, one line a half: read as a table.
fn error_in_english(error: PlanError) -> Halves {
    let of = |divided| match divided {
        Divided::Data => "pieces",
        Divided::Key => "shares of the key",
    };
    match error {
        PlanError::StepTwice => Halves::new("A step stands in the plan twice.", "Take one of the two out."),
        PlanError::CopyStaysUsable => Halves::new("A usable copy would stay here while it lies at safes, so it could be used twice.", "Let the copy here be deleted after some answers."),
        PlanError::LegacyHashAsked => Halves::new("Safes cannot be asked for the weak hash MD5: each is set up by its operator.", "Leave it out; SHA-256 is always checked."),
        PlanError::NothingLeaves => Halves::new("Nothing would go to any safe.", "Choose at least one safe for it."),
        PlanError::WholeCopyAtHome => Halves::new("A whole copy would stay here as a part.", "Divide it, or let nothing stay here."),
        PlanError::TooManyParts => Halves::new(format!("There are more than {MAX_PARTS} pieces or shares."), "Make fewer."),
        PlanError::TooManySafes => Halves::new(format!("A plan has at most {MAX_SAFES} safes."), "Use fewer."),
        PlanError::ThresholdZero(what) => Halves::new(format!("Not one of the {} would be needed.", of(what)), "Let at least two be needed."),
        PlanError::ThresholdOne(what) => Halves::new(format!("A single one of the {} would be enough, so nothing is divided.", of(what)), "Let at least two be needed."),
        PlanError::ThresholdAboveCount { of: what, threshold, count } => Halves::new(format!("{threshold} {} are to be needed, but there are {count}.", of(what)), "Make more, or let fewer be needed."),
        PlanError::OnePiece => Halves::new("It is divided into a single piece.", "Make at least two pieces."),
        PlanError::CopiesAtOneSafe { slot } => Halves::new(format!("Safe {} would get the same twice, which adds nothing.", slot.0 + 1), "Use as many safes as there are copies."),
        PlanError::KeyNowhere => Halves::new("The key is to lie elsewhere, but at no safe.", "Let at least one safe have it."),
        PlanError::ElsewhereHasData { slot } => Halves::new(format!("Safe {} would have the value and its key.", slot.0 + 1), "Let another safe have the key."),
        PlanError::TooFewSafes { needed, given } => Halves::new(format!("It takes {needed} safes of different operators; you have {given}."), "Add a safe of another operator."),
        PlanError::SlotNotSeated { slot } => Halves::new(format!("No safe was chosen as safe {}.", slot.0 + 1), "Choose one."),
        PlanError::SafeTwice { slot } => Halves::new(format!("Safe {} was chosen for another place already.", slot.0 + 1), "Choose another one there."),
        PlanError::OperatorTwice { slot } => Halves::new(format!("Safe {} has the same operator as another one, so the two are one.", slot.0 + 1), "Choose a safe of another operator there."),
        PlanError::QuorumZero => Halves::new("Nobody would have to confirm that it came back.", "Let at least one safe confirm."),
        PlanError::QuorumAboveVoters { quorum, voters } => Halves::new(format!("{quorum} safes would have to confirm, but only {voters} can."), "Let fewer confirm."),
        PlanError::QuorumAllowsTwo { quorum, voters } => Halves::new(format!("With {quorum} of {voters} safes confirming, it could come back twice."), "Let more than half of them confirm."),
        PlanError::DeletesTooEarly { after, needed } => Halves::new(format!("It would leave this browser after {after} answers, though it takes {needed} to get it back."), "Let it stay for more answers."),
        PlanError::DeletesNever { after, safes } => Halves::new(format!("It would leave this browser after {after} answers, but there are only {safes} safes."), "Let it leave after fewer answers."),
    }
}

#[rustfmt::skip] // As above.
fn error_in_japanese(error: PlanError) -> Halves {
    let of = |divided| match divided {
        Divided::Data => "断片",
        Divided::Key => "鍵のかけら",
    };
    match error {
        PlanError::StepTwice => Halves::new("同じ手順が2回あります。", "どちらかを外してください。"),
        PlanError::CopyStaysUsable => Halves::new("預けたまま使える写しが手元に残り、二重に使えてしまいます。", "応答を受けたら、手元の写しを消すようにしてください。"),
        PlanError::LegacyHashAsked => Halves::new("弱いハッシュのMD5を使うかどうかは金庫の設定で、こちらからは頼めません。", "外してください。SHA-256は必ず照合します。"),
        PlanError::NothingLeaves => Halves::new("どの金庫にも預けられません。", "金庫を1つ以上使ってください。"),
        PlanError::WholeCopyAtHome => Halves::new("丸ごとの写しが手元に残ります。", "分けるか、手元に残さないようにしてください。"),
        PlanError::TooManyParts => Halves::new(format!("断片やかけらが{MAX_PARTS}個を超えています。"), "数を減らしてください。"),
        PlanError::TooManySafes => Halves::new(format!("使える金庫は{MAX_SAFES}つまでです。"), "数を減らしてください。"),
        PlanError::ThresholdZero(what) => Halves::new(format!("{}が1つも要らないことになります。", of(what)), "2つ以上必要にしてください。"),
        PlanError::ThresholdOne(what) => Halves::new(format!("{}が1つで足りるなら、分けたことになりません。", of(what)), "2つ以上必要にしてください。"),
        PlanError::ThresholdAboveCount { of: what, threshold, count } => Halves::new(format!("必要な{}は{threshold}個ですが、{count}個しかありません。", of(what)), "数を増やすか、必要な数を減らしてください。"),
        PlanError::OnePiece => Halves::new("断片が1つしかありません。", "2つ以上に分けてください。"),
        PlanError::CopiesAtOneSafe { slot } => Halves::new(format!("金庫{}に同じものが2つ届き、意味がありません。", slot.0 + 1), "写しの数だけ金庫を使ってください。"),
        PlanError::KeyNowhere => Halves::new("鍵を預ける別の金庫がありません。", "1つ以上の金庫に預けてください。"),
        PlanError::ElsewhereHasData { slot } => Halves::new(format!("金庫{}に中身と鍵の両方が届きます。", slot.0 + 1), "鍵は別の金庫に預けてください。"),
        PlanError::TooFewSafes { needed, given } => Halves::new(format!("運営者の異なる金庫が{needed}つ必要ですが、{given}つしかありません。"), "別の運営者の金庫を追加してください。"),
        PlanError::SlotNotSeated { slot } => Halves::new(format!("金庫{}が選ばれていません。", slot.0 + 1), "選んでください。"),
        PlanError::SafeTwice { slot } => Halves::new(format!("金庫{}は、ほかの場所でも選ばれています。", slot.0 + 1), "そこには別の金庫を選んでください。"),
        PlanError::OperatorTwice { slot } => Halves::new(format!("金庫{}の運営者がほかと同じで、1つの金庫と変わりません。", slot.0 + 1), "そこには別の運営者の金庫を選んでください。"),
        PlanError::QuorumZero => Halves::new("戻ったことをだれも確認しません。", "1つ以上の金庫に確認させてください。"),
        PlanError::QuorumAboveVoters { quorum, voters } => Halves::new(format!("{quorum}つの金庫の確認が必要ですが、確認できるのは{voters}つです。"), "確認する数を減らしてください。"),
        PlanError::QuorumAllowsTwo { quorum, voters } => Halves::new(format!("{voters}つのうち{quorum}つの確認では、二重に戻るおそれがあります。"), "半数より多くに確認させてください。"),
        PlanError::DeletesTooEarly { after, needed } => Halves::new(format!("応答{after}件でこのブラウザから消えますが、取り戻すには{needed}件要ります。"), "もっと応答を待つようにしてください。"),
        PlanError::DeletesNever { after, safes } => Halves::new(format!("応答{after}件を待ちますが、金庫は{safes}つしかありません。"), "待つ応答を減らしてください。"),
    }
}

/// What a part is; `count` is how many of its role there are.
pub(crate) fn part(lang: Lang, class: ObjectClass, index: u8, count: usize) -> String {
    let (en, ja) = match class {
        ObjectClass::Value => ("The value", "中身"),
        ObjectClass::Key => ("The key", "鍵"),
        ObjectClass::Seed => ("The seed of the key", "鍵のシード"),
        ObjectClass::Piece => ("Piece", "断片"),
        ObjectClass::Share => ("Share of the key", "鍵のかけら"),
        ObjectClass::Coupled => ("Part", "まとめた部品"),
    };
    let name = lang.of(en, ja);
    let is_numbered = match class {
        ObjectClass::Piece | ObjectClass::Share => true,
        ObjectClass::Value | ObjectClass::Key | ObjectClass::Seed | ObjectClass::Coupled => {
            count > 1
        }
    };
    let number = u16::from(index) + 1;
    match lang {
        _ if !is_numbered => name.into(),
        Lang::En => format!("{name} {number}"),
        Lang::Ja => format!("{name}{number}"),
    }
}

/// How a part stands.
pub(crate) fn part_state(lang: Lang, state: PartState) -> &'static str {
    match state {
        PartState::Sending => lang.of("Being sent", "送っています"),
        PartState::Refused => lang.of("Refused", "受け付けられず"),
        PartState::AtSafe => lang.of("Has it", "保管中"),
        PartState::Home => lang.of("Stays here", "手元に残す分"),
        PartState::Fetching => lang.of("Being fetched", "取り寄せ中"),
        PartState::Here => lang.of("Arrived", "届きました"),
        PartState::Confirming => lang.of("Asked to confirm", "確認待ち"),
        PartState::Returning => lang.of("Being given back", "返却中"),
        PartState::Ending => lang.of("Being ended", "破棄を依頼中"),
        PartState::TakingOver => lang.of("Being taken over", "受け取り中"),
        PartState::NotHandedOut => lang.of("Not handed out", "引き出せず"),
        PartState::Elsewhere(_) => lang.of("On another device", "別の端末"),
        PartState::Gone => lang.of("Gone", "終了"),
    }
}

/// Why the work on a part waits, behind how it stands.
pub(crate) fn part_waits(lang: Lang, waiting: Waiting) -> &'static str {
    match waiting {
        Waiting::Unreachable => lang.of(
            "No answer; tried again by itself.",
            "応答がありません。自動でやり直します。",
        ),
        Waiting::Garbled => lang.of(
            "Something else answers in its place; tried again by itself.",
            "金庫ではないものが応答しています。自動でやり直します。",
        ),
        Waiting::SafeFailed => lang.of(
            "It is busy or has a failure of its own; tried again by itself.",
            "混雑または故障しています。自動でやり直します。",
        ),
        Waiting::TooOld => lang.of(
            "It is of an older version; asked again now and then. Ask its operator to update it.",
            "バージョンが古く応じられません。ときどきやり直します。運営者に更新を頼んでください。",
        ),
        Waiting::TooManyGuesses => lang.of(
            "Too many wrong guesses were made at this name; asked again by itself.",
            "この名前での間違いが続きました。自動でやり直します。",
        ),
        Waiting::Clock => lang.of(
            "Its clock and this device’s differ too much. Set this one right.",
            "時計が大きくずれています。端末の時計を合わせてください。",
        ),
        Waiting::RolledBack => lang.of(
            "Its memory was set back. Contact its operator.",
            "記録が巻き戻っています。運営者に連絡してください。",
        ),
        Waiting::OpenElsewhere => lang.of(
            "Another device has it open; asked again by itself. If it is yours, finish or call off there.",
            "別の端末が引き出し中です。自動でやり直します。自分の端末なら、そこで終えるか中止してください。",
        ),
        Waiting::KeyChanged => lang.of(
            "It shows another key than the one you trusted. Nothing is sent there. Ask its operator by another way.",
            "信頼したものと違う鍵を示しています。何も送りません。別の手段で運営者に確かめてください。",
        ),
        Waiting::StorageFull => lang.of(
            "The browser has no space left. Free some on this device.",
            "ブラウザの空きがありません。端末の空きを増やしてください。",
        ),
        Waiting::StorageFailed => lang.of(
            "The browser could not store the next step; tried again by itself.",
            "ブラウザが次の記録を保存できません。自動でやり直します。",
        ),
    }
}

/// How many of a backup's parts are where they belong, as long as it is being made or lies at the safes.
pub(crate) fn have_it(lang: Lang, have: usize, all: usize, rest_waits: bool) -> String {
    let rest = match (lang, have >= all, rest_waits) {
        (_, true, _) => "",
        (Lang::En, _, true) if all - have == 1 => " The last one is tried again by itself.",
        (Lang::En, _, true) => " The others are tried again by themselves.",
        (Lang::En, _, false) => " The rest is on its way.",
        (Lang::Ja, _, true) => "残りは自動でやり直します。",
        (Lang::Ja, _, false) => "残りを送っています。",
    };
    match lang {
        Lang::En if all == 1 && have == 1 => "The safe has it.".into(),
        Lang::En if all == 1 => format!("The safe does not have it yet.{rest}"),
        Lang::En if have == all && all == 2 => "Both safes have it.".into(),
        Lang::En if have == all => format!("All {all} safes have it."),
        Lang::En => format!("{have} of {all} safes {} it.{rest}", has(have)),
        Lang::Ja if have == all => format!("{}に保管されています。", all_of(all)),
        Lang::Ja => format!("金庫{all}つのうち{have}つに届きました。{rest}"),
    }
}

/// How many of a backup's parts have come back, as long as it is being recovered.
pub(crate) fn came(lang: Lang, have: usize, all: usize) -> String {
    match lang {
        Lang::En => format!("{have} of {all} safes {} answered.", has(have)),
        Lang::Ja => format!("金庫{all}つのうち{have}つが応答しました。"),
    }
}

/// How many of a backup's parts are still to be ended.
pub(crate) fn to_end(lang: Lang, left: usize) -> String {
    match lang {
        Lang::En if left == 0 => "All its safes have ended their parts.".into(),
        Lang::En if left == 1 => {
            "1 safe is still to end its part; it is asked until it does.".into()
        }
        Lang::En => {
            format!("{left} safes are still to end their parts; they are asked until they do.")
        }
        Lang::Ja if left == 0 => "どの金庫も、預けた分を破棄しました。".into(),
        Lang::Ja => format!("金庫{left}つに、預けた分の破棄を頼んでいます。"),
    }
}

fn has(count: usize) -> &'static str {
    if count == 1 { "has" } else { "have" }
}

fn all_of(count: usize) -> String {
    if count == 1 {
        "金庫".into()
    } else {
        format!("金庫{count}つすべて")
    }
}

/// What became of a backup, for a screen that has nothing else to say of it.
pub(crate) fn backup_standing(lang: Lang, standing: BackupStanding) -> &'static str {
    match standing {
        BackupStanding::Registering { .. } => lang.of("Backing up…", "預け入れ中…"),
        BackupStanding::AtSafes => lang.of("In safekeeping", "金庫に保管中"),
        BackupStanding::Recovering { .. } => lang.of("Recovering…", "取り戻し中…"),
        BackupStanding::Ending => lang.of("Being ended", "破棄を依頼中"),
        BackupStanding::Elsewhere => lang.of("Elsewhere", "別の端末"),
    }
}

/// What was backed up.
pub(crate) fn is_in_safekeeping(lang: Lang, name: &str) -> String {
    match lang {
        Lang::En => format!("“{name}” is in safekeeping."),
        Lang::Ja => format!("「{name}」を預けました。"),
    }
}

/// What it means that a backup was handed out elsewhere, and what to do now.
pub(crate) fn backup_elsewhere(lang: Lang) -> Halves {
    match lang {
        Lang::En => Halves::new(
            "Its safes have handed so much of it to another device that it cannot come back here.",
            "If that was you, look on that device. If it was not, contact the operators and show them the certificates of its parts.",
        ),
        Lang::Ja => Halves::new(
            "金庫がすでに別の端末に渡しているため、ここには戻せません。",
            "心当たりがあれば、その端末を確かめてください。なければ、部品の登録証を運営者に見せて連絡してください。",
        ),
    }
}

/// What it means that a safe proved that another device has its part, and what to do now.
pub(crate) fn part_elsewhere(lang: Lang) -> Halves {
    match lang {
        Lang::En => Halves::new(
            "A safe proved that another device has its part.",
            "If that is your device, finish or call off the recovery there. If it is not, recover it here at once and tell the operators.",
        ),
        Lang::Ja => Halves::new(
            "ある金庫の分は、すでに別の端末にあると証明されました。",
            "自分の端末なら、そちらで取り戻しを終えるか中止してください。心当たりがなければ、すぐにここで取り戻し、運営者に連絡してください。",
        ),
    }
}

/// What a rule of the suggested protection is for.
pub(crate) fn rule(lang: Lang, rule: &Rule) -> String {
    let classes: Vec<String> = rule
        .classes
        .iter()
        .map(|code| super::class(lang, code))
        .collect();
    match (rule.worth.is_empty(), classes.is_empty()) {
        (false, true) => text(lang, Key::PolicyMuch).into(),
        (true, true) => text(lang, Key::PolicyOthers).into(),
        (is_any, false) => {
            let much = if is_any {
                ""
            } else {
                text(lang, Key::PolicyMuch)
            };
            let classes = classes.join(lang.of(", ", "、"));
            format!("{much} {classes}").trim().into()
        }
    }
}

/// What a key is.
pub(crate) fn key_form(lang: Lang, form: KeyForm) -> &'static str {
    match form {
        KeyForm::Key => lang.of("Common key", "共通鍵"),
        KeyForm::Pair => lang.of("Pair of keys", "鍵の組"),
        KeyForm::SeedOfKey => lang.of("Seed of a common key", "共通鍵のシード"),
        KeyForm::SeedOfPair => lang.of("Seed of a pair", "鍵の組のシード"),
    }
}

/// What of a key is here.
pub(crate) fn key_here(lang: Lang, here: KeyHere) -> &'static str {
    match here {
        KeyHere::Opens => lang.of("Here", "手元にあり"),
        KeyHere::Seals => lang.of("Only seals", "封をするだけ"),
        KeyHere::Erased => lang.of("Erased here", "手元から消去"),
    }
}

/// What a key opens: the first of it by name, and how much more.
pub(crate) fn opens(lang: Lang, first: Option<&str>, count: usize) -> String {
    let Some(first) = first else {
        return lang.of("Opens nothing", "開くものなし").into();
    };
    let all = and_others(lang, first, count.saturating_sub(1));
    match lang {
        Lang::En => format!("Opens {all}"),
        Lang::Ja => format!("開くもの：{all}"),
    }
}

/// At how many safes a backup lies.
pub(crate) fn at_safes(lang: Lang, count: usize) -> String {
    match lang {
        Lang::En if count == 1 => "at 1 safe".into(),
        Lang::En => format!("at {count} safes"),
        Lang::Ja => format!("金庫{count}つ"),
    }
}

/// At how many safes a key lies that is backed up by itself.
pub(crate) fn copies_at(lang: Lang, count: usize) -> String {
    match lang {
        Lang::En if count == 1 => "A copy at 1 safe".into(),
        Lang::En => format!("A copy at each of {count} safes"),
        Lang::Ja => format!("金庫{count}つに写しを1つずつ"),
    }
}

/// What a value and the others it is coupled with are called.
pub(crate) fn and_others(lang: Lang, name: &str, others: usize) -> String {
    match lang {
        _ if others == 0 => name.into(),
        Lang::En => format!("{name} and {others} more"),
        Lang::Ja => format!("{name} ほか{others}点"),
    }
}

/// The button that backs up.
pub(crate) fn back_up(lang: Lang, count: usize) -> String {
    match lang {
        Lang::En if count <= 1 => "Back up".into(),
        Lang::En => format!("Back up {count}"),
        Lang::Ja if count <= 1 => "預ける".into(),
        Lang::Ja => format!("{count}点を預ける"),
    }
}

/// What a safe gets in a plan.
pub(crate) fn seat(lang: Lang, number: usize, gets: &str) -> String {
    match lang {
        Lang::En => format!("Safe {number} gets {gets}"),
        Lang::Ja => format!("金庫{number}（{gets}）"),
    }
}

/// Which safes were picked.
pub(crate) fn picked(lang: Lang, names: &[String]) -> String {
    let names = names.join(lang.of(", ", "、"));
    match lang {
        Lang::En => format!("Safes: {names}"),
        Lang::Ja => format!("金庫：{names}"),
    }
}

/// The question before keys are deleted.
pub(crate) fn delete_key_question(lang: Lang, opens: usize) -> String {
    match lang {
        Lang::En if opens == 0 => "Delete this key? It opens nothing.".into(),
        Lang::En if opens == 1 => "Delete this key, which opens 1 backup?".into(),
        Lang::En => format!("Delete this key, which opens {opens} backups?"),
        Lang::Ja if opens == 0 => "この鍵を削除しますか？開くものはありません。".into(),
        Lang::Ja => format!("{opens}件を開くこの鍵を削除しますか？"),
    }
}

/// The question before all keys are deleted that open nothing.
pub(crate) fn delete_keys(lang: Lang, count: usize) -> String {
    match lang {
        Lang::En if count == 1 => "Delete 1 key that opens nothing".into(),
        Lang::En => format!("Delete {count} keys that open nothing"),
        Lang::Ja => format!("何も開かない鍵{count}個を削除"),
    }
}

/// What was meant for something worth so much, and what it takes.
pub(crate) fn meant(lang: Lang, meant: Preset, lacks: usize) -> Halves {
    let name = preset(lang, meant);
    match lang {
        Lang::En => Halves::new(
            format!("For what this is worth, “{name}” is meant."),
            match lacks {
                1 => String::from("It takes one more safe of another operator."),
                _ => format!("It takes {lacks} more safes of other operators."),
            },
        ),
        Lang::Ja => Halves::new(
            format!("この価値のものには「{name}」が向いています。"),
            format!("そのためには、運営者の異なる金庫があと{lacks}つ必要です。"),
        ),
    }
}

#[cfg(test)]
mod tests;
