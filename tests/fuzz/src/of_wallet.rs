//! What a wallet reads: what it made itself and gets back from safes, and what other wallets hand over.

use crate::corpus;
use saifu_protocol::json;
use saifu_protocol::value::{Class, Currency};
use saifu_wallet_core::bearer;
use saifu_wallet_core::form;
use saifu_wallet_core::plan::cover::uncover;
use saifu_wallet_core::plan::key::{OpeningKey, SealingKey};
use saifu_wallet_core::plan::part::Part;
use saifu_wallet_core::plan::policy::Policy;
use saifu_wallet_core::plan::{CheckedPlan, Keys, Plan, recover_keys, reunite};

pub(crate) fn bearer(bytes: &[u8]) {
    if let Ok(text) = core::str::from_utf8(bytes) {
        let _ = bearer::look(text);
    }
}

pub(crate) fn cover(bytes: &[u8]) {
    let (holder, safe) = (corpus::cover_holder(), corpus::cover_safe());
    if uncover(bytes, &holder, safe).is_ok() {
        assert!(corpus::covers().iter().any(|genuine| genuine == bytes));
    }
}

pub(crate) fn form(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else {
        return;
    };
    for currency in Currency::ALL {
        if let Some(money) = form::parse_amount(text, currency) {
            let written = form::format_amount(money);
            assert_eq!(form::parse_amount(&written, currency), Some(money));
        }
    }
    let _ = form::parse_whole(text);
}

pub(crate) fn key(bytes: &[u8]) {
    if let Ok(key) = OpeningKey::read(bytes) {
        assert_eq!(*key.write(), bytes, "a key has one form");
        let _ = key.sealing();
    }
    if let Ok(key) = SealingKey::read_public(bytes) {
        assert_eq!(key.write_public().as_deref(), Some(bytes));
    }
}

/// Nothing opens that this wallet did not sign.
pub(crate) fn part(bytes: &[u8]) {
    let author = corpus::author();
    let Ok(part) = Part::read(bytes) else { return };
    let _ = corpus::catalogue().read(&part);
    let is_genuine = corpus::parts().iter().any(|genuine| genuine == bytes);
    assert_eq!(part.verify(&author), is_genuine);
    let keys = Keys {
        author: &author,
        opening: &[],
    };
    if reunite(&[bytes], &keys).is_ok() || !recover_keys(&[bytes], &author).keys.is_empty() {
        assert!(is_genuine);
    }
}

/// The first byte says which part gets another body. It is signed again, as only this wallet can, and must not bring it down
/// all the same: what is signed was made by some version of this software, not by this one.
pub(crate) fn body_of_part(bytes: &[u8]) {
    let Some((which, body)) = bytes.split_first() else {
        return;
    };
    let Some(set) = corpus::with_body(usize::from(*which), body) else {
        return;
    };
    let author = corpus::author();
    let parts: Vec<&[u8]> = set.parts.iter().map(Vec::as_slice).collect();
    let keys = Keys {
        author: &author,
        opening: &set.opening,
    };
    let _ = reunite(&parts, &keys);
    let _ = recover_keys(&parts, &author);
}

pub(crate) fn plan(bytes: &[u8]) {
    if let Ok(policy) = json::read::<Policy>(bytes) {
        let _ = policy.choose(Class::GiftCard, None);
    }
    let Ok(plan) = json::read::<Plan>(bytes) else {
        return;
    };
    let written = json::write(&plan);
    assert_eq!(json::read(&written).as_ref(), Ok(&plan));
    for class in [Class::Coupon, Class::MovieTicket] {
        let checked = CheckedPlan::check(plan.clone(), corpus::seats(), class, None);
        let Ok(checked) = checked else { continue };
        let it = checked.promise();
        assert!(it.may_be_dead < it.safes && (1..=it.voters).contains(&it.quorum));
        assert!(
            it.readers
                .is_none_or(|readers| (1..=it.safes).contains(&readers))
        );
    }
}
