//! Words for plans: what each is called, what it promises, how it is weak, why it is refused, and how far its parts are.

use super::{Halves, Key, Lang, text};
use saifu_protocol::certificate::ObjectClass;
use saifu_wallet_core::books::KeyHere;
use saifu_wallet_core::plan::policy::Rule;
use saifu_wallet_core::plan::preset::Preset;
use saifu_wallet_core::plan::{KeyForm, Promise, Weakness};
use saifu_wallet_core::view::{BackupStanding, PartState, Waiting};

mod refused;

pub(crate) use refused::plan_error;

/// What a plan with a name is called.
#[rustfmt::skip] // Read as a table.
pub(crate) fn preset(lang: Lang, preset: Preset) -> &'static str {
    match preset {
        Preset::OneSafeSealed => say!(lang, "One safe, sealed", "封をして1つの金庫に"),
        Preset::KeyKeptElsewhere => say!(lang, "Key kept elsewhere", "鍵は別の金庫に"),
        Preset::AnyTwoOfThree => say!(lang, "Any 2 of 3 safes", "3つの金庫のうち2つで"),
        Preset::MoneyThreeOfFour => say!(lang, "Money: 3 of 4, released once", "お金向け：4つのうち3つ、1回だけ"),
        Preset::PlainCopy => say!(lang, "As it is, at one safe", "そのまま1つの金庫に"),
        Preset::PlainCopies => say!(lang, "As it is, whole at three safes", "そのまま3つの金庫に1部ずつ"),
        Preset::SealedByCommonKey => say!(lang, "Sealed by a common key", "共通鍵で封をする"),
        Preset::SealedByPublicKey => say!(lang, "Sealed by a public key", "公開鍵で封をする"),
        Preset::KeyRegistered => say!(lang, "Sealed, with the key beside it", "封をし、鍵も同じ金庫に"),
        Preset::KeyElsewhere => say!(lang, "The key only at another safe", "鍵は別の金庫だけに"),
        Preset::Divided => say!(lang, "Divided as it is", "そのまま分ける"),
        Preset::DividedThenSealed => say!(lang, "Divided, then sealed", "分けてから封をする"),
        Preset::SealedThenDivided => say!(lang, "Sealed, then divided", "封をしてから分ける"),
        Preset::PieceStaysHome => say!(lang, "Divided, one piece stays here", "分けて、1つは手元に残す"),
        Preset::CoupledThenSealed => say!(lang, "Coupled, then sealed", "まとめてから封をする"),
        Preset::SealedThenCoupled => say!(lang, "Sealed, then coupled", "封をしてからまとめる"),
        Preset::KeySplit => say!(lang, "Key split in two", "鍵を2つに割る"),
        Preset::KeySplitInThree => say!(lang, "Key split in three, any two open", "鍵を3つに割り、2つで開く"),
        Preset::PieceWithShare => say!(lang, "Piece by piece, each with its share", "断片ごとに鍵のかけらを添える"),
        Preset::SourceOfPairSplit => say!(lang, "Source of a pair split", "鍵の組のシードを割る"),
        Preset::KeySplitAtOneSafe => say!(lang, "Key split, all at one safe", "鍵を割り、すべて同じ金庫に"),
        Preset::SeedElsewhere => say!(lang, "Seed of the key at another safe", "鍵のシードを別の金庫に"),
        Preset::SeedOfPairElsewhere => say!(lang, "Seed of a pair at another safe", "鍵の組のシードを別の金庫に"),
        Preset::SeedWithData => say!(lang, "Seed beside it", "シードも同じ金庫に"),
        Preset::SeedSplit => say!(lang, "Seed split in two", "シードを2つに割る"),
    }
}

/// What a plan is called; one that the owner made has no name.
pub(crate) fn plan(lang: Lang, named: Option<Preset>) -> &'static str {
    named.map_or_else(
        || say!(lang, "A plan of your own", "自分で組んだ守り方"),
        |named| preset(lang, named),
    )
}

/// What a plan promises, at a glance.
pub(crate) fn glance(lang: Lang, promise: &Promise) -> String {
    let n = promise.may_cheat;
    let cheats = match n {
        0 => say!(lang, "it trusts its safes not to cheat", "不正には耐えない").into(),
        1 => say!(lang, "once only even if 1 cheats", "1つの不正にも耐える").into(),
        _ => say!(
            lang,
            "once only even if {n} cheat",
            "{n}つの不正にも耐える",
            n
        ),
    };
    [may_read(lang, promise), may_be_gone(lang, promise), cheats].join(say!(lang, " · ", "・"))
}

/// The same on a card, where there is little room.
pub(crate) fn on_card(lang: Lang, named: Option<Preset>, promise: &Promise) -> String {
    let (name, gone) = (plan(lang, named), may_be_gone(lang, promise));
    [name, &gone, &may_read(lang, promise)].join(say!(lang, " · ", "・"))
}

fn may_read(lang: Lang, promise: &Promise) -> String {
    let words = match promise.readers {
        None => say!(lang, "no safe can read it", "金庫には読めない"),
        Some(1) => say!(lang, "a safe alone could read it", "金庫1つで読める"),
        Some(_) => say!(lang, "no safe alone can read it", "金庫1つでは読めない"),
    };
    words.into()
}

fn may_be_gone(lang: Lang, promise: &Promise) -> String {
    let (needed, others) = (promise.indispensable, promise.others_may_be_dead);
    match (promise.may_be_dead, promise.safes) {
        (0, _) if others > 0 && needed == 1 => say!(
            lang,
            "1 safe always needed, {others} of the others may be gone",
            "1つは必須、ほかは{others}つ失われてもよい",
            others
        ),
        (0, _) if others > 0 => say!(
            lang,
            "{needed} safes always needed, {others} of the others may be gone",
            "{needed}つは必須、ほかは{others}つ失われてもよい",
            needed,
            others
        ),
        (0, 1) => say!(lang, "the safe is needed", "その金庫が必要").into(),
        (0, 2) => say!(lang, "both safes are needed", "2つとも必要").into(),
        (0, all) => say!(lang, "all {all} safes are needed", "{all}つとも必要", all),
        (gone, all) => {
            let left = all - gone;
            say!(
                lang,
                "comes back from {left} of {all}",
                "{all}つのうち{left}つあれば戻る",
                left,
                all
            )
        }
    }
}

/// What a plan promises, a sentence each: who could read it, how many safes may be gone, how many may cheat.
pub(crate) fn promises(lang: Lang, promise: &Promise) -> [String; 3] {
    let all = promise.safes;
    let (needed, others) = (promise.indispensable, promise.others_may_be_dead);
    let read = match promise.readers {
        None => say!(
            lang,
            "No safe can read it, not even all of them together.",
            "どの金庫にも読めません。全部そろっても読めません。"
        )
        .into(),
        Some(1) => say!(
            lang,
            "A single safe could read it.",
            "金庫1つだけで読めてしまいます。"
        )
        .into(),
        Some(n) => say!(
            lang,
            "No safe can read it alone: it takes {n} together.",
            "金庫1つでは読めません。{n}つが手を組むと読めます。",
            n
        ),
    };
    let gone = match promise.may_be_dead {
        0 if all == 1 => say!(
            lang,
            "If the safe is gone, so is what lies there.",
            "金庫が失われると、預けたものも失われます。"
        )
        .into(),
        0 if others > 0 && needed == 1 => say!(
            lang,
            "1 of its {all} safes is needed in any case; of the others, {others} may be gone.",
            "金庫{all}つのうち1つは必ず必要です。ほかは{others}つ失われても取り戻せます。",
            all,
            others
        ),
        0 if others > 0 => say!(
            lang,
            "{needed} of its {all} safes are needed in any case; of the others, {others} may be gone.",
            "金庫{all}つのうち{needed}つは必ず必要です。ほかは{others}つ失われても取り戻せます。",
            needed,
            all,
            others
        ),
        0 if all == 2 => say!(
            lang,
            "Both safes are needed to get it back.",
            "取り戻すには金庫2つがすべて必要です。"
        )
        .into(),
        0 => say!(
            lang,
            "All {all} safes are needed to get it back.",
            "取り戻すには金庫{all}つがすべて必要です。",
            all
        ),
        1 => say!(
            lang,
            "It still comes back if 1 of the {all} safes is gone.",
            "金庫{all}つのうち1つが失われても取り戻せます。",
            all
        ),
        n => say!(
            lang,
            "It still comes back if {n} of the {all} safes are gone.",
            "金庫{all}つのうち{n}つが失われても取り戻せます。",
            n,
            all
        ),
    };
    let cheats = match promise.may_cheat {
        0 => say!(
            lang,
            "A safe that cheats could hand it out twice.",
            "不正をする金庫は、二重に渡すことができます。"
        )
        .into(),
        1 => say!(
            lang,
            "It comes back only once, even if 1 safe cheats.",
            "金庫1つが不正をしても、戻るのは1回だけです。"
        )
        .into(),
        n => say!(
            lang,
            "It comes back only once, even if {n} safes cheat.",
            "金庫{n}つが不正をしても、戻るのは1回だけです。",
            n
        ),
    };
    [read, gone, cheats]
}

/// When the copy here goes.
pub(crate) fn leaves_after(lang: Lang, after: u8, all: u8) -> String {
    match (after >= all, all) {
        (true, 1) => say!(
            lang,
            "It leaves this browser when the safe has certified it.",
            "金庫の登録証を確かめてから、このブラウザから消えます。"
        )
        .into(),
        (true, 2) => say!(
            lang,
            "It leaves this browser when both safes have certified their part.",
            "金庫2つすべての登録証を確かめてから、このブラウザから消えます。"
        )
        .into(),
        (true, _) => say!(
            lang,
            "It leaves this browser when all {all} safes have certified their part.",
            "金庫{all}つすべての登録証を確かめてから、このブラウザから消えます。",
            all
        ),
        (false, _) => say!(
            lang,
            "It leaves this browser when {after} of {all} safes have certified their part.",
            "金庫{all}つのうち{after}つの登録証を確かめると、このブラウザから消えます。",
            after,
            all
        ),
    }
}

/// How a plan is weak; `safe` is who has the slot it names.
pub(crate) fn weakness(lang: Lang, weakness: Weakness, safe: &str) -> String {
    match weakness {
        Weakness::SafeCouldRead(_) => say!(
            lang,
            "{safe} could read it.",
            "{safe}は中身を読めます。",
            safe
        ),
        Weakness::SafeCouldReadPiece(_) => say!(
            lang,
            "{safe} could read the piece it gets.",
            "{safe}は、受け取る断片を読めます。",
            safe
        ),
        Weakness::AllAtOneSafe(_) => say!(
            lang,
            "It is divided, but all of it lies at {safe}.",
            "分けても、すべて{safe}にあります。",
            safe
        ),
        Weakness::OnlyThisWalletOpens => String::from(say!(
            lang,
            "Only this wallet opens it: if the data of this browser is lost, nothing brings it back.",
            "開けるのはこの財布だけです。このブラウザのデータをなくすと、戻せません。"
        )),
        Weakness::MayComeBackTwice => String::from(say!(
            lang,
            "Two devices could both have it confirmed, so it could come back twice.",
            "2台の端末が同時に確認を受け、二重に戻るおそれがあります。"
        )),
        Weakness::DigestsAgree => String::from(say!(
            lang,
            "Its safes see the same summary and can tell that they have parts of one value.",
            "どの金庫にも同じ要約が見えるため、同じものの一部だと分かります。"
        )),
        Weakness::DeletedBeforeComplete => String::from(say!(
            lang,
            "It leaves this browser before all safes have answered; until they have, fewer of them may be gone.",
            "すべての金庫が応答する前に、このブラウザから消えます。それまでは、失われてよい金庫の数が減ります。"
        )),
    }
}

/// What a part is; `count` is how many of its role there are.
pub(crate) fn part(lang: Lang, class: ObjectClass, index: u8, count: usize) -> String {
    let name = match class {
        ObjectClass::Value => say!(lang, "The value", "中身"),
        ObjectClass::Key => say!(lang, "The key", "鍵"),
        ObjectClass::Seed => say!(lang, "The seed of the key", "鍵のシード"),
        ObjectClass::Piece => say!(lang, "Piece", "断片"),
        ObjectClass::Share => say!(lang, "Share of the key", "鍵のかけら"),
        ObjectClass::Coupled => say!(lang, "Part", "まとめた部品"),
    };
    let is_numbered = match class {
        ObjectClass::Piece | ObjectClass::Share => true,
        ObjectClass::Value | ObjectClass::Key | ObjectClass::Seed | ObjectClass::Coupled => {
            count > 1
        }
    };
    let number = u16::from(index) + 1;
    if !is_numbered {
        name.into()
    } else {
        say!(lang, "{name} {number}", "{name}{number}", name, number)
    }
}

/// How a part stands.
pub(crate) fn part_state(lang: Lang, state: PartState) -> &'static str {
    match state {
        PartState::Sending => say!(lang, "Being sent", "送っています"),
        PartState::Refused => say!(lang, "Refused", "受け付けられず"),
        PartState::AtSafe => say!(lang, "Has it", "保管中"),
        PartState::Home => say!(lang, "Stays here", "手元に残す分"),
        PartState::Fetching => say!(lang, "Being fetched", "取り寄せ中"),
        PartState::Here => say!(lang, "Arrived", "届きました"),
        PartState::Confirming => say!(lang, "Asked to confirm", "確認待ち"),
        PartState::Returning => say!(lang, "Being given back", "返却中"),
        PartState::Ending => say!(lang, "Being ended", "破棄を依頼中"),
        PartState::TakingOver => say!(lang, "Being taken over", "受け取り中"),
        PartState::NotHandedOut => say!(lang, "Not handed out", "引き出せず"),
        PartState::Elsewhere(_) => say!(lang, "On another device", "別の端末"),
        PartState::Gone => say!(lang, "Gone", "終了"),
    }
}

/// Why the work on a part waits, behind how it stands.
pub(crate) fn part_waits(lang: Lang, waiting: Waiting) -> &'static str {
    match waiting {
        Waiting::Unreachable => say!(
            lang,
            "No answer; tried again by itself.",
            "応答がありません。自動でやり直します。"
        ),
        Waiting::Garbled => say!(
            lang,
            "Something else answers in its place; tried again by itself.",
            "金庫ではないものが応答しています。自動でやり直します。"
        ),
        Waiting::SafeFailed => say!(
            lang,
            "It is busy or has a failure of its own; tried again by itself.",
            "混雑または故障しています。自動でやり直します。"
        ),
        Waiting::TooOld => say!(
            lang,
            "It is of an older version; asked again now and then. Ask its operator to update it.",
            "バージョンが古く応じられません。ときどきやり直します。運営者に更新を頼んでください。"
        ),
        Waiting::TooManyGuesses => say!(
            lang,
            "Too many wrong guesses were made at this name; asked again by itself.",
            "この名前での間違いが続きました。自動でやり直します。"
        ),
        Waiting::OtherSafeSilent => say!(
            lang,
            "The safe that fetches it does not reach this one; tried again by itself.",
            "取り寄せ役の金庫から、ここに届きません。自動でやり直します。"
        ),
        Waiting::EndingFirst => say!(
            lang,
            "It is still to end what was called off; then it is asked.",
            "取り消した分の破棄が済みしだい、依頼します。"
        ),
        Waiting::LogIn => say!(
            lang,
            "Show who you are under “Ways in”; then it is asked.",
            "「開け方」で本人であることを示すと、依頼します。"
        ),
        Waiting::Clock => say!(
            lang,
            "Its clock and this device’s differ too much. Set this one right.",
            "時計が大きくずれています。端末の時計を合わせてください。"
        ),
        Waiting::RolledBack => say!(
            lang,
            "Its memory was set back. Contact its operator.",
            "記録が巻き戻っています。運営者に連絡してください。"
        ),
        Waiting::OpenElsewhere => say!(
            lang,
            "Another device has it open; asked again by itself. If it is yours, finish or call off there.",
            "別の端末が引き出し中です。自動でやり直します。自分の端末なら、そこで終えるか中止してください。"
        ),
        Waiting::NotYet { .. } => say!(
            lang,
            "It waits before this device may have it, as was wanted when this was registered; asked again by itself.",
            "登録時の指定により、この端末への引き渡しを待っています。自動でやり直します。"
        ),
        Waiting::Frozen { .. } => say!(
            lang,
            "You have frozen everything there. It goes on by itself when two ways in have lifted that.",
            "凍結中です。2つの開け方で解除すると、自動で進みます。"
        ),
        Waiting::KeyChanged => say!(
            lang,
            "It shows another key than the one you trusted. Nothing is sent there. Ask its operator by another way.",
            "信頼したものと違う鍵を示しています。何も送りません。別の手段で運営者に確かめてください。"
        ),
        Waiting::SecondMethod => say!(
            lang,
            "Only one method unlocks this device. Add a second one under Settings, Lock.",
            "ロックを解除する方法が1つだけです。「設定」の「ロック」でもう1つ追加してください。"
        ),
        Waiting::StorageFull => say!(
            lang,
            "The browser has no space left. Free some on this device.",
            "ブラウザの空きがありません。端末の空きを増やしてください。"
        ),
        Waiting::StorageFailed => say!(
            lang,
            "The browser could not store the next step; tried again by itself.",
            "ブラウザが次の記録を保存できません。自動でやり直します。"
        ),
    }
}

/// How many of a backup's parts are where they belong, as long as it is being made or lies at the safes.
pub(crate) fn have_it(lang: Lang, have: usize, all: usize, rest_waits: bool) -> String {
    if have >= all {
        return match all {
            1 => say!(lang, "The safe has it.", "金庫に保管されています。").into(),
            2 => say!(
                lang,
                "Both safes have it.",
                "金庫2つすべてに保管されています。"
            )
            .into(),
            _ => say!(
                lang,
                "All {all} safes have it.",
                "金庫{all}つすべてに保管されています。",
                all
            ),
        };
    }
    let rest = match (rest_waits, all - have) {
        (true, 1) => say!(
            lang,
            " The last one is tried again by itself.",
            "残りは自動でやり直します。"
        ),
        (true, _) => say!(
            lang,
            " The others are tried again by themselves.",
            "残りは自動でやり直します。"
        ),
        (false, _) => say!(lang, " The rest is on its way.", "残りを送っています。"),
    };
    match (have, all) {
        (_, 1) => say!(
            lang,
            "The safe does not have it yet.{rest}",
            "金庫にはまだ届いていません。{rest}",
            rest
        ),
        (1, _) => say!(
            lang,
            "1 of {all} safes has it.{rest}",
            "金庫{all}つのうち1つに届きました。{rest}",
            all,
            rest
        ),
        _ => say!(
            lang,
            "{have} of {all} safes have it.{rest}",
            "金庫{all}つのうち{have}つに届きました。{rest}",
            have,
            all,
            rest
        ),
    }
}

/// How many of a backup's parts have come back, as long as it is being recovered.
pub(crate) fn came(lang: Lang, have: usize, all: usize) -> String {
    match have {
        1 => say!(
            lang,
            "1 of {all} safes has answered.",
            "金庫{all}つのうち1つが応答しました。",
            all
        ),
        _ => say!(
            lang,
            "{have} of {all} safes have answered.",
            "金庫{all}つのうち{have}つが応答しました。",
            have,
            all
        ),
    }
}

/// How many of a backup's parts are still to be ended.
pub(crate) fn to_end(lang: Lang, left: usize) -> String {
    if left == 0 {
        say!(
            lang,
            "All its safes have ended their parts.",
            "どの金庫も、預けた分を破棄しました。"
        )
        .into()
    } else if left == 1 {
        say!(
            lang,
            "1 safe is still to end its part; it is asked until it does.",
            "金庫{left}つに、預けた分の破棄を頼んでいます。",
            left
        )
    } else {
        say!(
            lang,
            "{left} safes are still to end their parts; they are asked until they do.",
            "金庫{left}つに、預けた分の破棄を頼んでいます。",
            left
        )
    }
}

/// What became of a backup, for a screen that has nothing else to say of it.
pub(crate) fn backup_standing(lang: Lang, standing: BackupStanding) -> &'static str {
    match standing {
        BackupStanding::Registering { .. } => say!(lang, "Backing up…", "預け入れ中…"),
        BackupStanding::AtSafes => say!(lang, "In safekeeping", "金庫に保管中"),
        BackupStanding::Recovering { .. } => say!(lang, "Recovering…", "取り戻し中…"),
        BackupStanding::Ending => say!(lang, "Being ended", "破棄を依頼中"),
        BackupStanding::Elsewhere => say!(lang, "Elsewhere", "別の端末"),
    }
}

/// What was backed up.
pub(crate) fn is_in_safekeeping(lang: Lang, name: &str) -> String {
    say!(
        lang,
        "“{name}” is in safekeeping.",
        "「{name}」を預けました。",
        name
    )
}

/// What it means that a backup was handed out elsewhere, and what to do now.
pub(crate) fn backup_elsewhere(lang: Lang) -> Halves {
    Halves::new(
        say!(
            lang,
            "Its safes have handed so much of it to another device that it cannot come back here.",
            "金庫がすでに別の端末に渡しているため、ここには戻せません。"
        ),
        say!(
            lang,
            "If that was you, look on that device. If it was not, contact the operators and show them the certificates of its parts.",
            "心当たりがあれば、その端末を確かめてください。なければ、部品の登録証を運営者に見せて連絡してください。"
        ),
    )
}

/// What it means that a safe proved that another device has its part, and what to do now.
pub(crate) fn part_elsewhere(lang: Lang) -> Halves {
    Halves::new(
        say!(
            lang,
            "A safe proved that another device has its part.",
            "ある金庫の分は、すでに別の端末にあると証明されました。"
        ),
        say!(
            lang,
            "If that is your device, finish or call off the recovery there. If it is not, recover it here at once and tell the operators.",
            "自分の端末なら、そちらで取り戻しを終えるか中止してください。心当たりがなければ、すぐにここで取り戻し、運営者に連絡してください。"
        ),
    )
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
            let classes = classes.join(say!(lang, ", ", "、"));
            format!("{much} {classes}").trim().into()
        }
    }
}

/// What a key is.
pub(crate) fn key_form(lang: Lang, form: KeyForm) -> &'static str {
    match form {
        KeyForm::Key => say!(lang, "Common key", "共通鍵"),
        KeyForm::Pair => say!(lang, "Pair of keys", "鍵の組"),
        KeyForm::SeedOfKey => say!(lang, "Seed of a common key", "共通鍵のシード"),
        KeyForm::SeedOfPair => say!(lang, "Seed of a pair", "鍵の組のシード"),
    }
}

/// What of a key is here.
pub(crate) fn key_here(lang: Lang, here: KeyHere) -> &'static str {
    match here {
        KeyHere::Opens => say!(lang, "Here", "手元にあり"),
        KeyHere::Seals => say!(lang, "Only seals", "封をするだけ"),
        KeyHere::Erased => say!(lang, "Erased here", "手元から消去"),
    }
}

/// What a key opens: the first of it by name, and how much more.
pub(crate) fn opens(lang: Lang, first: Option<&str>, count: usize) -> String {
    let Some(first) = first else {
        return say!(lang, "Opens nothing", "開くものなし").into();
    };
    let all = and_others(lang, first, count.saturating_sub(1));
    say!(lang, "Opens {all}", "開くもの：{all}", all)
}

/// At how many safes a backup lies.
pub(crate) fn at_safes(lang: Lang, count: usize) -> String {
    if count == 1 {
        say!(lang, "at 1 safe", "金庫{count}つ", count)
    } else {
        say!(lang, "at {count} safes", "金庫{count}つ", count)
    }
}

/// At how many safes a key lies that is backed up by itself.
pub(crate) fn copies_at(lang: Lang, count: usize) -> String {
    if count == 1 {
        say!(
            lang,
            "A copy at 1 safe",
            "金庫{count}つに写しを1つずつ",
            count
        )
    } else {
        say!(
            lang,
            "A copy at each of {count} safes",
            "金庫{count}つに写しを1つずつ",
            count
        )
    }
}

/// What a value and the others it is coupled with are called.
pub(crate) fn and_others(lang: Lang, name: &str, others: usize) -> String {
    if others == 0 {
        name.into()
    } else {
        say!(
            lang,
            "{name} and {others} more",
            "{name} ほか{others}点",
            name,
            others
        )
    }
}

/// The button that backs up.
pub(crate) fn back_up(lang: Lang, count: usize) -> String {
    if count <= 1 {
        say!(lang, "Back up", "預ける").into()
    } else {
        say!(lang, "Back up {count}", "{count}点を預ける", count)
    }
}

/// What a safe gets in a plan.
pub(crate) fn seat(lang: Lang, number: usize, gets: &str) -> String {
    say!(
        lang,
        "Safe {number} gets {gets}",
        "金庫{number}（{gets}）",
        number,
        gets
    )
}

/// Which safes were picked.
pub(crate) fn picked(lang: Lang, names: &[String]) -> String {
    let names = names.join(say!(lang, ", ", "、"));
    say!(lang, "Safes: {names}", "金庫：{names}", names)
}

/// The question before keys are deleted.
pub(crate) fn delete_key_question(lang: Lang, opens: usize) -> String {
    if opens == 0 {
        say!(
            lang,
            "Delete this key? It opens nothing.",
            "この鍵を削除しますか？開くものはありません。"
        )
        .into()
    } else if opens == 1 {
        say!(
            lang,
            "Delete this key, which opens 1 backup?",
            "{opens}件を開くこの鍵を削除しますか？",
            opens
        )
    } else {
        say!(
            lang,
            "Delete this key, which opens {opens} backups?",
            "{opens}件を開くこの鍵を削除しますか？",
            opens
        )
    }
}

/// The question before all keys are deleted that open nothing.
pub(crate) fn delete_keys(lang: Lang, count: usize) -> String {
    if count == 1 {
        say!(
            lang,
            "Delete 1 key that opens nothing",
            "何も開かない鍵{count}個を削除",
            count
        )
    } else {
        say!(
            lang,
            "Delete {count} keys that open nothing",
            "何も開かない鍵{count}個を削除",
            count
        )
    }
}

/// What was meant for something worth so much, and what it takes.
pub(crate) fn meant(lang: Lang, meant: Preset, lacks: usize) -> Halves {
    let name = preset(lang, meant);
    Halves::new(
        say!(
            lang,
            "For what this is worth, “{name}” is meant.",
            "この価値のものには「{name}」が向いています。",
            name
        ),
        match lacks {
            1 => say!(
                lang,
                "It takes one more safe of another operator.",
                "そのためには、運営者の異なる金庫があと1つ必要です。"
            )
            .into(),
            _ => say!(
                lang,
                "It takes {lacks} more safes of other operators.",
                "そのためには、運営者の異なる金庫があと{lacks}つ必要です。",
                lacks
            ),
        },
    )
}

#[cfg(test)]
mod tests;
