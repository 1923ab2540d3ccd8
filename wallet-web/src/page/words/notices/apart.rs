//! Why what came back was not put together.

use super::{Halves, capital};
use crate::page::words::Lang;
use saifu_wallet_core::notice::Apart;

/// What a notice says of a backup that was not put together.
pub(super) fn apart(lang: Lang, why: &Apart, in_sentence: &str) -> Halves {
    let subject = capital(in_sentence);
    let altered = say!(
        lang,
        "Everything that came was given back. Recover {in_sentence} again; if it repeats, ask the operators of its safes.",
        "届いたものはすべて返しました。もう一度取り戻し、繰り返すときは金庫の運営者に尋ねてください。",
        in_sentence
    );
    match why {
        Apart::TooFewPieces { have, need } => Halves::new(
            say!(
                lang,
                "{have} of the {need} pieces that {in_sentence} takes came back, so it was not put together.",
                "{in_sentence}に必要な断片{need}個のうち、{have}個しか戻らず、組み立てませんでした。",
                have,
                need,
                in_sentence
            ),
            say!(
                lang,
                "They were given back, nothing is lost. Recover it again when more of its safes answer.",
                "届いたものは返しました。失われていません。金庫の応答が増えたら、もう一度取り戻してください。"
            ),
        ),
        Apart::TooFewShares { have, need } => Halves::new(
            say!(
                lang,
                "{have} of the {need} shares of the key that {in_sentence} takes came back, so it was not put together.",
                "{in_sentence}に必要な鍵のかけら{need}個のうち、{have}個しか戻りませんでした。",
                have,
                need,
                in_sentence
            ),
            say!(
                lang,
                "They were given back, nothing is lost. Recover it again when more of its safes answer.",
                "届いたものは返しました。失われていません。金庫の応答が増えたら、もう一度取り戻してください。"
            ),
        ),
        Apart::TooFewSafes { have, need } => Halves::new(
            say!(
                lang,
                "{have} of the {need} safes that have to confirm {in_sentence} answered.",
                "{in_sentence}の確認に必要な金庫{need}か所のうち、応答は{have}か所でした。",
                have,
                need,
                in_sentence
            ),
            say!(
                lang,
                "What came was given back, nothing is lost. Recover it again when more of its safes answer.",
                "届いたものは返しました。失われていません。金庫の応答が増えたら、もう一度取り戻してください。"
            ),
        ),
        Apart::KeyMissing => Halves::new(
            say!(
                lang,
                "{subject} came back sealed, and there is no key for it.",
                "{subject}は戻りましたが、封を開ける鍵がありません。",
                subject
            ),
            say!(
                lang,
                "It was given back. Fetch its key under Keys first, wait until the safe that has the key answers, or ask whoever handed it over for its key.",
                "届いたものは返しました。先に「鍵」の画面で鍵を取り戻すか、鍵を持つ金庫の応答を待つか、渡した人に鍵を求めてください。"
            ),
        ),
        Apart::WrongKey => Halves::new(
            say!(
                lang,
                "{subject} came back, but the key that came is another one.",
                "{subject}は戻りましたが、届いた鍵が別のものでした。",
                subject
            ),
            altered,
        ),
        Apart::UnknownAlgorithm { name, version } => Halves::new(
            say!(
                lang,
                "The key of {in_sentence} is made of a seed by {name}, version {version}, which this Saifu does not have.",
                "{in_sentence}の鍵をシードから作る方式（{name}、バージョン{version}）に、このSaifuは対応していません。",
                in_sentence,
                name,
                version
            ),
            say!(
                lang,
                "The seed is kept and everything else was given back. Update Saifu under Settings, then recover it again.",
                "シードは残し、ほかは返しました。設定でSaifuを更新してから、もう一度取り戻してください。"
            ),
        ),
        Apart::DoesNotOpen => Halves::new(
            say!(
                lang,
                "The parts of {in_sentence} are genuine, but do not open together.",
                "{in_sentence}の部品は本物ですが、合わせても開きません。",
                in_sentence
            ),
            altered,
        ),
        Apart::Malformed => Halves::new(
            say!(
                lang,
                "What is inside the parts of {in_sentence} does not read.",
                "{in_sentence}の部品の中身が読めません。",
                in_sentence
            ),
            altered,
        ),
        Apart::Forged => Halves::new(
            say!(
                lang,
                "A part of {in_sentence} was altered, or was never this wallet’s.",
                "{in_sentence}の部品が書き換えられているか、この財布のものではありません。",
                in_sentence
            ),
            altered,
        ),
        Apart::OtherSet => Halves::new(
            say!(
                lang,
                "A part that came for {in_sentence} belongs to something else.",
                "{in_sentence}として届いた部品は、別のものの一部でした。",
                in_sentence
            ),
            altered,
        ),
        Apart::Duplicate => Halves::new(
            say!(
                lang,
                "The same part of {in_sentence} came twice.",
                "{in_sentence}の同じ部品が2回届きました。",
                in_sentence
            ),
            altered,
        ),
        Apart::BadShare { number } => Halves::new(
            say!(
                lang,
                "Share {number} of the key of {in_sentence} was altered, or is of another key.",
                "{in_sentence}の鍵のかけら{number}番が、書き換えられているか別の鍵のものです。",
                number,
                in_sentence
            ),
            altered,
        ),
        Apart::Unknown => Halves::new(
            say!(
                lang,
                "A part of {in_sentence} was written by a newer Saifu that this version does not read.",
                "{in_sentence}の部品は新しいSaifuで作られていて、このバージョンでは読めません。",
                in_sentence
            ),
            say!(
                lang,
                "It was given back. Update Saifu under Settings, then recover it again.",
                "届いたものは返しました。設定でSaifuを更新してから、もう一度取り戻してください。"
            ),
        ),
        Apart::TooLarge => Halves::new(
            say!(
                lang,
                "A part that came for {in_sentence} is larger than parts are.",
                "{in_sentence}として届いた部品が、決められた大きさを超えています。",
                in_sentence
            ),
            altered,
        ),
    }
}
