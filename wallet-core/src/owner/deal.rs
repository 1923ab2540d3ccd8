//! The shares of the root: one for each of the owner's safes, some of which are enough.
//!
//! ```text
//! 1 │ root 32                 where one safe is enough
//! 2 │ a share with its checks
//! ```
//! The shares are drawn from the root itself, all of them each time, so that a wallet that has the root can give another
//! safe a share that fits those which lie at safes already, also on a device that has dealt none.

use crate::plan::bytes::Reader;
use crate::plan::share::{self, CheckedShare};
use alloc::vec::Vec;
use saifu_crypto::Secret;
use saifu_crypto::derive::Drawn;
use saifu_protocol::labels;
use zeroize::Zeroizing;

/// How many safes can have a share, of which each share carries a check.
pub(crate) const MAX_SHARES: u8 = 10;

const WHOLE: u8 = 1;
const SHARE: u8 = 2;

/// What a safe keeps of the root: `number` from 1.
pub(crate) fn deal(root: &Secret, needed: u8, number: u8) -> Option<Zeroizing<Vec<u8>>> {
    let mut out = Zeroizing::new(Vec::new());
    if needed <= 1 {
        out.push(WHOLE);
        out.extend_from_slice(root.expose_secret());
        return Some(out);
    }
    let mut drawn = Drawn::from(root, labels::OWNER_SHARES);
    let shares = share::split(root, needed, MAX_SHARES, &mut drawn)?;
    let share = shares.get(usize::from(number.checked_sub(1)?))?;
    out.push(SHARE);
    share.write(&mut out);
    Some(out)
}

/// The root, if what came from the safes is enough for it. What does not read, or is of another root, is left aside.
pub(crate) fn gather(dealt: &[Zeroizing<Vec<u8>>]) -> Option<Secret> {
    let mut shares: Vec<CheckedShare> = Vec::new();
    for bytes in dealt {
        match bytes.split_first() {
            Some((&WHOLE, root)) => return root.try_into().ok().map(Secret::new),
            Some((&SHARE, rest)) => shares.extend(read_share(rest)),
            _ => {}
        }
    }
    let of_set = |first: &CheckedShare| {
        let mut set: Vec<&CheckedShare> = Vec::new();
        for share in &shares {
            let is_new = set.iter().all(|other| other.number() != share.number());
            if share.is_sound() && share.is_of_set(first) && is_new {
                set.push(share);
            }
        }
        share::combine(&set).ok()
    };
    shares.iter().find_map(of_set)
}

/// Whether this is a share of which one alone is worth nothing: only that is taken, or left, without a seal.
pub(crate) fn is_partial(dealt: &[u8]) -> bool {
    match dealt.split_first() {
        Some((&SHARE, rest)) => read_share(rest).is_some_and(|it| it.threshold() > 1),
        _ => false,
    }
}

fn read_share(bytes: &[u8]) -> Option<CheckedShare> {
    let mut reader = Reader::new(bytes);
    let share = CheckedShare::read(&mut reader).ok()?;
    reader.end().ok()?;
    Some(share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use saifu_protocol::limits::MAX_OWNER_SHARE_BYTES;

    const ROOT: [u8; 32] = [7; 32];

    fn dealt(needed: u8, numbers: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
        let root = Secret::new(ROOT);
        let each = numbers
            .iter()
            .map(|number| deal(&root, needed, *number).unwrap());
        each.collect()
    }

    #[test]
    fn as_many_as_are_needed_give_the_root_and_fewer_do_not() {
        let root = Some(Secret::new(ROOT));
        assert_eq!(gather(&dealt(1, &[4])), root);
        assert_eq!(gather(&dealt(2, &[1, 3])), root);
        assert_eq!(gather(&dealt(3, &[10, 1, 5])), root);
        assert_eq!(gather(&dealt(2, &[3])), None);
        assert_eq!(gather(&dealt(3, &[1, 2])), None);
        assert_eq!(gather(&dealt(2, &[2, 2])), None, "one share twice");
        assert_eq!(gather(&[]), None);
        assert_eq!(deal(&Secret::new(ROOT), 2, 0), None);
        assert_eq!(deal(&Secret::new(ROOT), 2, 11), None);
    }

    #[test]
    fn only_what_is_worth_nothing_alone_may_lie_open() {
        assert!(is_partial(&dealt(2, &[1])[0]));
        assert!(!is_partial(&dealt(1, &[1])[0]), "that is the root itself");
        let mut alone = dealt(2, &[1])[0].clone();
        alone[2] = 1;
        assert!(!is_partial(&alone), "one would be enough of these");
        assert!(!is_partial(&[]));
    }

    #[test]
    fn shares_dealt_at_different_times_fit_each_other() {
        let mut early = dealt(2, &[1]);
        early.extend(dealt(2, &[9]));
        assert_eq!(gather(&early), Some(Secret::new(ROOT)));
        // Were they drawn in another way one day, a safe that joins would get a share of nothing.
        let digest = saifu_crypto::hash::sha256(&deal(&Secret::new(ROOT), 2, 1).unwrap());
        assert_eq!(
            saifu_protocol::b64::encode(&digest),
            "1zUJe6v8luE_yEB4q5ul-G6lGIxWBXi-pf7gzuFVCOA"
        );
    }

    #[test]
    fn what_is_altered_or_of_another_root_is_left_aside() {
        let mut shares = dealt(2, &[1, 2]);
        let mut altered = shares[0].clone();
        altered[10] ^= 1;
        let other = deal(&Secret::new([8; 32]), 2, 3).unwrap();
        shares.insert(0, altered);
        shares.insert(0, other);
        shares.insert(0, Zeroizing::new(b"garbage".to_vec()));
        assert_eq!(gather(&shares), Some(Secret::new(ROOT)));
        shares.pop();
        assert_eq!(gather(&shares), None);
    }

    #[test]
    fn the_largest_share_fits_at_a_safe_when_sealed() {
        let largest = deal(&Secret::new(ROOT), 10, 10).unwrap();
        let sealed = largest.len() + saifu_crypto::committed::OVERHEAD;
        assert!(sealed <= MAX_OWNER_SHARE_BYTES);
    }
}
