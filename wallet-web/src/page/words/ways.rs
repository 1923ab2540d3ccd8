//! The words of the ways in: passkeys, what goes wrong with them, and what happened.

use super::{Halves, Lang, way_kind};
use saifu_protocol::owner::{By, Event};

/// Why a ceremony with an authenticator came to nothing, whether a safe wanted it or the lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotTouched {
    /// The owner called it off, or the authenticator did not know the owner again, or has no such passkey: browsers do not say
    /// which, so that no site can find out who is there.
    Cancelled,
    /// It took longer than there is time for.
    TimedOut,
    /// This authenticator is known already.
    Known,
    /// The owner has chosen a passkey that is for something else.
    Another,
    /// This authenticator cannot derive keys (PRF): it could sign, but nothing could be wrapped for it.
    NoPrf,
    /// This authenticator cannot do what is asked of it: keep the passkey, or know its owner again.
    Unfit,
    /// This page may not ask in the name of that place, or its connection is not secure.
    WrongPlace,
    /// This browser has none of it, or forbids it.
    Unavailable,
}

/// Why a ceremony came to nothing, and what to do now.
pub(crate) fn not_touched(lang: Lang, why: NotTouched) -> Halves {
    let (what, now) = match why {
        NotTouched::Cancelled => (
            say!(
                lang,
                "The passkey was not shown: it was called off, did not know you again, or is not here.",
                "パスキーを確かめられませんでした。中止したか、本人と認識されなかったか、ここにありません。"
            ),
            say!(
                lang,
                "Press the button again, or use your recovery secret.",
                "もう一度ボタンを押すか、合言葉かパスワードを使ってください。"
            ),
        ),
        NotTouched::TimedOut => (
            say!(
                lang,
                "It took longer than there is time for.",
                "時間切れになりました。"
            ),
            say!(
                lang,
                "Press the button again.",
                "もう一度ボタンを押してください。"
            ),
        ),
        NotTouched::Known => (
            say!(
                lang,
                "This authenticator has a passkey for this safe already.",
                "この認証器には、この金庫のパスキーがすでにあります。"
            ),
            say!(
                lang,
                "Nothing is to be done; or take another authenticator.",
                "このままで使えます。別の認証器を追加することもできます。"
            ),
        ),
        NotTouched::Another => (
            say!(
                lang,
                "This passkey is not the one that is asked for: it is another safe's, or for something else.",
                "求めたものとは別のパスキーです。ほかの金庫のものか、用途の違うものです。"
            ),
            say!(
                lang,
                "Press the button again and choose the one whose name ends with the safe that asks; Saifu's own ends with “all safes”.",
                "もう一度ボタンを押し、名前の最後がその金庫のもの（Saifuのパスキーなら「すべての金庫」）を選んでください。"
            ),
        ),
        NotTouched::NoPrf => (
            say!(
                lang,
                "This authenticator cannot keep a secret for this wallet.",
                "この認証器は、この財布のための秘密を守れません。"
            ),
            say!(
                lang,
                "Take another one, such as your phone or a newer security key.",
                "スマートフォンや新しいセキュリティキーなど、別の認証器を使ってください。"
            ),
        ),
        NotTouched::Unfit => (
            say!(
                lang,
                "This authenticator cannot do what is asked of it.",
                "この認証器では、必要なことができません。"
            ),
            say!(
                lang,
                "Take one that knows you again by finger, face or PIN.",
                "指紋や顔、暗証番号で本人を確かめられるものを使ってください。"
            ),
        ),
        NotTouched::WrongPlace => (
            say!(
                lang,
                "The safe takes passkeys of another site only.",
                "この金庫は、別のサイトのパスキーだけを受け付けます。"
            ),
            say!(
                lang,
                "Open Saifu at the address that the safe's operator names, or use your recovery secret.",
                "運営者が案内しているアドレスでSaifuを開くか、合言葉かパスワードを使ってください。"
            ),
        ),
        NotTouched::Unavailable => (
            say!(
                lang,
                "This browser has no passkeys, or forbids them here.",
                "このブラウザではパスキーを使えません。"
            ),
            say!(
                lang,
                "Use another browser, or your recovery secret.",
                "別のブラウザか、合言葉かパスワードを使ってください。"
            ),
        ),
    };
    Halves::new(what, now)
}

/// A device that the safe does not know.
pub(crate) fn device_unknown(lang: Lang, safe: &str) -> Halves {
    Halves::new(
        say!(
            lang,
            "This passkey does not open at {safe}: it is another safe's, or was removed there.",
            "このパスキーでは{safe}を開けません。別の金庫のものか、そこで削除されたものです。",
            safe
        ),
        say!(
            lang,
            "Choose the passkey with that safe's name, or use your recovery secret there.",
            "その金庫の名前が付いたパスキーを選ぶか、合言葉かパスワードを使ってください。"
        ),
    )
}

/// An authenticator that derives nothing, where one safe is enough for everything.
pub(crate) fn device_keeps_no_secret(lang: Lang, safe: &str) -> Halves {
    Halves::new(
        say!(
            lang,
            "This authenticator cannot keep a secret, so {safe} alone would have had everything. It was not added.",
            "この認証器は秘密を守れないため、{safe}だけで中身を読めてしまいます。追加しませんでした。",
            safe
        ),
        say!(
            lang,
            "Take another one, such as your phone or a newer security key; or use at least three safes.",
            "スマートフォンや新しいセキュリティキーなど、別の認証器を使うか、金庫を3つ以上にしてください。"
        ),
    )
}

/// An authenticator that derives nothing, where several safes are needed.
pub(crate) fn device_share_open(lang: Lang, safe: &str, needed: u8) -> Halves {
    Halves::new(
        say!(
            lang,
            "This passkey cannot keep a secret, so its share of your recovery lies unsealed at {safe}. Any {needed} safes where you have such a passkey can together read what you backed up.",
            "このパスキーは秘密を守れないため、復元用の情報の一部を封をせずに{safe}に置きました。このようなパスキーのある金庫が{needed}つ手を組むと、預けたものを読めます。",
            safe,
            needed
        ),
        say!(
            lang,
            "Better remove it and take a phone or a newer security key; or keep it, if you trust that these safes do not work together.",
            "削除して、スマートフォンや新しいセキュリティキーを使うのが安全です。金庫どうしが手を組まないと信じられるなら、このままでも使えます。"
        ),
    )
}

/// No more devices are taken.
pub(crate) fn device_too_many(lang: Lang, safe: &str) -> Halves {
    Halves::new(
        say!(
            lang,
            "No more devices of yours are taken at {safe}. This one was not added.",
            "{safe}に登録できる端末の数に達しています。追加しませんでした。",
            safe
        ),
        say!(
            lang,
            "Remove one that you do not use any more, and add this one then.",
            "使っていない端末を削除してから、もう一度追加してください。"
        ),
    )
}

/// The safe does not believe what the authenticator said.
pub(crate) fn device_not_proved(lang: Lang, safe: &str) -> Halves {
    Halves::new(
        say!(
            lang,
            "This passkey is not taken at {safe}: it was made for another site, or did not know you again.",
            "{safe}はこのパスキーを受け付けませんでした。別のサイト用か、本人確認ができていません。",
            safe
        ),
        say!(
            lang,
            "Open Saifu at its usual address and add the passkey once more.",
            "いつものアドレスでSaifuを開き、もう一度追加してください。"
        ),
    )
}

/// Since when a device opens, and when it last did.
pub(crate) fn since_and_used(lang: Lang, since: &str, used: Option<&str>) -> String {
    match used {
        Some(used) => say!(
            lang,
            "Since {since}, last used {used}",
            "{since}に追加、{used}に最後に使用",
            since,
            used
        ),
        None => say!(
            lang,
            "Since {since}, not used yet",
            "{since}に追加、まだ使っていません",
            since
        ),
    }
}

/// Since when a kit opens.
pub(crate) fn kit_since(lang: Lang, since: &str) -> String {
    say!(lang, "Since {since}", "{since}に作成", since)
}

/// What happened. `device` is what the owner calls the device that it is about.
pub(crate) fn happened(lang: Lang, what: Event, device: Option<&str>) -> String {
    let device = device.unwrap_or(say!(lang, "a removed device", "削除した端末"));
    match what {
        Event::LoggedIn { by, guesses } => logged_in(lang, by, guesses, device),
        Event::Cloned(_) => say!(
            lang,
            "{device} was refused: somebody has a copy of it",
            "{device}を拒みました。複製が使われています",
            device
        ),
        Event::DeviceAdded(_) => say!(lang, "Added: {device}", "追加：{device}", device),
        Event::DeviceRemoved(_) => say!(lang, "A device was removed", "端末を削除").into(),
        Event::SecretChanged => say!(
            lang,
            "The recovery secret was changed",
            "合言葉かパスワードを変更"
        )
        .into(),
        Event::KitMade => say!(lang, "A recovery kit was made", "復旧キットを作成").into(),
        Event::KitRevoked => say!(lang, "The recovery kit was ended", "復旧キットを無効化").into(),
        Event::Joined => say!(lang, "Another device restored from here", "別の端末に復元").into(),
        Event::Frozen => say!(lang, "Everything was frozen", "すべて凍結").into(),
        Event::ThawAsked(by) => {
            let by = way_kind(lang, by);
            say!(
                lang,
                "To lift the freeze was asked with {by}",
                "{by}で凍結の解除を要求",
                by
            )
        }
        Event::ThawRefused(by) => {
            let by = way_kind(lang, by);
            say!(
                lang,
                "It stays frozen, against {by} alone",
                "{by}だけでの解除を拒否",
                by
            )
        }
        Event::Thawed => say!(lang, "The freeze was lifted", "凍結を解除").into(),
    }
}

fn logged_in(lang: Lang, by: By, guesses: u64, device: &str) -> String {
    let by = match by {
        By::Newest => say!(lang, "the recovery secret", "合言葉かパスワード"),
        By::Previous => say!(lang, "the recovery secret before", "前の合言葉かパスワード"),
        By::Kit => say!(lang, "the recovery kit", "復旧キット"),
        By::Device(_) => device,
    };
    match guesses {
        0 => say!(lang, "Logged in by {by}", "{by}でログイン", by),
        1 => say!(
            lang,
            "Logged in by {by} after 1 wrong guess",
            "{by}でログイン（その前に間違い1回）",
            by
        ),
        _ => say!(
            lang,
            "Logged in by {by} after {guesses} wrong guesses",
            "{by}でログイン（その前に間違い{guesses}回）",
            by,
            guesses
        ),
    }
}

/// What a kit opens. `here`: this browser.
pub(crate) fn kit_reaches(lang: Lang, here: bool, opens: usize, of: usize) -> String {
    match (here, opens) {
        (true, 0) => say!(
            lang,
            "The kit unlocks this browser. Your safes do not know it.",
            "キットはこのブラウザのロックだけを解除します。金庫には登録していません。"
        )
        .into(),
        (true, _) => say!(
            lang,
            "The kit unlocks this browser and opens {opens} of the {of} safes that know you.",
            "キットはこのブラウザのロックを解除し、登録済みの金庫{of}つのうち{opens}つを開けます。",
            opens,
            of
        ),
        (false, _) => say!(
            lang,
            "The kit opens {opens} of the {of} safes that know you. It does not unlock this browser.",
            "キットは登録済みの金庫{of}つのうち{opens}つを開けます。このブラウザのロックは解除しません。",
            opens,
            of
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::words::tests::{check, check_sentences};
    use saifu_protocol::owner::{DeviceId, WayKind};

    #[test]
    fn what_goes_wrong_with_a_passkey_is_said_in_both_languages() {
        for why in [
            NotTouched::Cancelled,
            NotTouched::TimedOut,
            NotTouched::Known,
            NotTouched::Another,
            NotTouched::NoPrf,
            NotTouched::Unfit,
            NotTouched::WrongPlace,
            NotTouched::Unavailable,
        ] {
            let [en, ja] = Lang::ALL.map(|lang| not_touched(lang, why));
            check_sentences(&en.what, &ja.what);
            check_sentences(&en.now, &ja.now);
        }
    }

    #[test]
    fn what_happened_is_said_in_both_languages() {
        let id = DeviceId::new([1; 32]);
        let by = [By::Newest, By::Previous, By::Kit, By::Device(id)];
        let logged_in = by.into_iter().flat_map(|by| {
            let with = move |guesses| Event::LoggedIn { by, guesses };
            [0, 1, 3].map(with)
        });
        let others = [
            Event::Cloned(id),
            Event::DeviceAdded(id),
            Event::DeviceRemoved(id),
            Event::SecretChanged,
            Event::KitMade,
            Event::KitRevoked,
            Event::Joined,
            Event::Frozen,
            Event::ThawAsked(WayKind::Words),
            Event::ThawRefused(WayKind::Kit),
            Event::Thawed,
        ];
        for what in logged_in.chain(others) {
            for device in [None, Some("Phone")] {
                let [en, ja] = Lang::ALL.map(|lang| happened(lang, what, device));
                check(&en, &ja);
            }
        }
        let three = Event::LoggedIn {
            by: By::Newest,
            guesses: 3,
        };
        let said = happened(Lang::En, three, None);
        assert_eq!(
            said,
            "Logged in by the recovery secret after 3 wrong guesses"
        );
        for used in [None, Some("today")] {
            let [en, ja] = Lang::ALL.map(|lang| since_and_used(lang, "1 May", used));
            check(&en, &ja);
        }
        let [en, ja] = Lang::ALL.map(|lang| kit_since(lang, "1 May"));
        check(&en, &ja);
    }
}
