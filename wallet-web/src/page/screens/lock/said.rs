//! What came of a wish about the lock, and of a ceremony: what happened, and what to do now.

use crate::page::format;
use crate::page::node::Node;
use crate::page::parts::halves;
use crate::page::service::Service;
use crate::page::words::{Halves, Key, NotTouched as Failure, text};
use leptos::prelude::*;
use saifu_protocol::UnixTime;
use saifu_wallet_core::lock::strength::Weak;
use saifu_wallet_core::lock::{Kind, Said};

/// What is said, where it is not seen by itself.
pub(in crate::page::screens) fn said(s: Service, said: Said) -> Option<Node> {
    let (kind, what, now) = match said {
        Said::Added(_) => ("", Key::SaidAdded, Key::SaidAddedNow),
        Said::Removed(_) => ("", Key::SaidRemoved, Key::SaidRemovedNow),
        Said::SwitchedOn => ("", Key::SaidOn, Key::SaidOnNow),
        Said::SwitchedOff => ("warn", Key::SaidOff, Key::SaidOffNow),
        Said::Weak(why) => {
            let (what, now) = weak(why);
            ("danger", what, now)
        }
        Said::Known => ("danger", Key::SaidKnown, Key::SaidKnownNow),
        Said::OtherWords => ("danger", Key::SaidOtherWords, Key::SaidOtherWordsNow),
        Said::Wrong(Kind::Passcode) => ("danger", Key::WrongPasscode, Key::WrongPasscodeNow),
        Said::Wrong(Kind::Kit) => ("danger", Key::WrongKit, Key::WrongKitNow),
        Said::Wrong(Kind::Passkey) => ("danger", Key::WrongPasskey, Key::WrongPasskeyNow),
        Said::NotStored => ("danger", Key::SaidNotStored, Key::SaidNotStoredNow),
    };
    Some(told(s, kind, what, now))
}

/// Why a passcode is refused.
pub(super) const fn weak(why: Weak) -> (Key, Key) {
    match why {
        Weak::Digits => (Key::SaidDigits, Key::SaidDigitsNow),
        Weak::Short { .. } | Weak::OneKind => (Key::SaidWeak, Key::SaidWeakNow),
    }
}

/// Why a ceremony came to nothing.
pub(in crate::page::screens) fn failed(s: Service, why: Failure) -> Node {
    let (what, now) = match why {
        Failure::Cancelled => (Key::KeyCancelled, Key::KeyCancelledNow),
        Failure::TimedOut => (Key::KeyTimedOut, Key::KeyTimedOutNow),
        Failure::Known => (Key::SaidKnown, Key::SaidKnownNow),
        Failure::Another => (Key::WrongPasskey, Key::WrongPasskeyNow),
        Failure::NoPrf => (Key::KeyNoPrf, Key::KeyNoPrfNow),
        Failure::Unfit => (Key::KeyUnfit, Key::KeyUnfitNow),
        Failure::WrongPlace => (Key::KeyWrongPlace, Key::KeyWrongPlaceNow),
        Failure::Unavailable => (Key::KeyUnavailable, Key::KeyUnavailableNow),
    };
    told(s, "danger", what, now)
}

/// That no passcode is tried before a time.
pub(in crate::page::screens) fn paused(s: Service, until_ms: u64) -> Node {
    let lang = s.lang.get();
    // Rounded up: at that time it is tried.
    let at = format::clock(UnixTime(until_ms.div_ceil(1_000)));
    let now = format!("{} {at}", text(lang, Key::PausePasscodeNow));
    let words = Halves::new(text(lang, Key::PausePasscode), now);
    halves("warn", "clock", Some("alert"), words, None, Vec::new())
}

fn told(s: Service, kind: &'static str, what: Key, now: Key) -> Node {
    let lang = s.lang.get();
    let words = Halves::new(text(lang, what), text(lang, now));
    let (picture, role) = match kind {
        "" => ("info", "status"),
        "warn" => ("warn", "status"),
        _ => ("refused", "alert"),
    };
    halves(kind, picture, Some(role), words, None, Vec::new())
}
