//! What foreign bytes, wrong keys and missing parts come to: each by its name, nothing lost, and never a panic.

use super::super::key::{KeyKind, OpeningKey};
use super::super::part::{Part, PartError, write};
use super::super::preset::Preset;
use super::super::{Failure, KeyForm, ProtectError, Why, WhyRefused, limits, protect_with};
use super::super::{Given, protect_key, recover_keys, reunite};
use super::*;
use crate::notice::Apart;
use alloc::format;
use saifu_protocol::certificate::ObjectClass;

const VALUE: &[u8] = b"the marked value";

/// A part with another body, signed again: what a wallet with a mistake, and nobody else, could make.
fn signed_again(wallet: &Wallet, part: &[u8], spoil: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let part = Part::read(part).unwrap();
    let mut body = part.body().to_vec();
    spoil(&mut body);
    write(part.header(), part.digest(), &body, &wallet.signing)
}

fn whys(refused: &[super::super::Refused]) -> Vec<(usize, WhyRefused)> {
    refused.iter().map(|it| (it.position, it.why)).collect()
}

fn why(result: Result<Reunited, Failure>) -> Why {
    result.unwrap_err().why
}

#[test]
fn no_parts_are_said_to_be_none() {
    let wallet = Wallet::new(1);
    assert_eq!(why(wallet.reunite(&[], &[])), Why::NoParts);
    assert_eq!(why(wallet.reunite(&[b"", b"Saifu"], &[])), Why::NoParts);
}

#[test]
fn a_wrong_key_is_told_from_a_missing_one() {
    let wallet = Wallet::new(1);
    for name in [Preset::SealedByCommonKey, Preset::SealedByPublicKey] {
        let protected = wallet.protect(&preset(name), &[VALUE], 0);
        let (parts, right) = (bytes(&protected.parts), kept(&protected));
        let needed = right[0].name().id;
        assert_eq!(why(wallet.reunite(&parts, &[])), Why::KeyMissing { needed });
        let wrong = [OpeningKey::make(KeyForm::Key, &mut Counting(500))];
        assert_eq!(
            why(wallet.reunite(&parts, &wrong)),
            Why::WrongKey { needed }
        );
        let form = match right[0].name().kind {
            KeyKind::Key => KeyKind::Pair,
            _ => KeyKind::Key,
        };
        let other_use = [OpeningKey::of(form, right[0].expose_secret().clone())];
        assert_eq!(
            why(wallet.reunite(&parts, &other_use)),
            Why::WrongKey { needed }
        );
    }
}

#[test]
fn parts_of_another_wallet_are_forged() {
    let (wallet, other) = (Wallet::new(1), Wallet::new(7));
    let protected = other.protect(&preset(Preset::PlainCopy), &[VALUE], 0);
    let failure = wallet.reunite(&bytes(&protected.parts), &[]).unwrap_err();
    assert_eq!(failure.why, Why::NoParts);
    assert_eq!(whys(&failure.refused), [(0, WhyRefused::Forged)]);
}

/// A tampered piece is named; two others of three are enough.
#[test]
fn a_tampered_piece_is_set_aside_by_name() {
    let wallet = Wallet::new(1);
    let protected = wallet.protect(&preset(Preset::AnyTwoOfThree), &[VALUE], 0);
    let parts = bytes(&protected.parts);
    let mut altered = parts[1].to_vec();
    let last = altered.len() - 80;
    altered[last] ^= 1;
    let reunited = wallet.reunite(&[parts[0], &altered, parts[2]], &[]);
    let reunited = reunited.unwrap();
    assert_eq!(objects(&reunited), [VALUE]);
    assert_eq!(whys(&reunited.refused), [(1, WhyRefused::Forged)]);
    assert_eq!(reunited.refused[0].claims, Some((ObjectClass::Piece, 1)));
    let too_few = wallet.reunite(&[parts[0], &altered], &[]).unwrap_err();
    assert_eq!(too_few.why, Why::TooFewPieces { have: 1, need: 2 });
    assert_eq!(whys(&too_few.refused), [(1, WhyRefused::Forged)]);
}

#[test]
fn whatever_byte_is_altered_the_part_is_refused() {
    let wallet = Wallet::new(1);
    for name in [
        Preset::PlainCopy,
        Preset::KeyElsewhere,
        Preset::KeySplit,
        Preset::AnyTwoOfThree,
    ] {
        let protected = wallet.protect(&preset(name), &[VALUE], 0);
        for part in &protected.parts {
            for at in 0..part.bytes.len() {
                let mut altered = part.bytes.to_vec();
                altered[at] ^= 0x40;
                let failure = wallet.reunite(&[&altered], &[]).unwrap_err();
                assert_eq!(failure.refused.len(), 1, "{name:?} {:?} {at}", part.class);
                assert!(failure.keys.is_empty());
            }
        }
    }
}

/// An altered body is called forged, and never by what it would come to if it were opened: what a stranger wrote is not
/// given to the keys to try.
#[test]
fn nothing_of_a_forged_part_is_opened() {
    const SIGNATURE: usize = 64;
    let wallet = Wallet::new(1);
    for name in Preset::EMBODIMENTS {
        let protected = wallet.protect(&preset(name), &[VALUE], 0);
        let parts = bytes(&protected.parts);
        for (at, part) in parts.iter().enumerate() {
            let end = part.len() - SIGNATURE;
            let start = end - Part::read(part).unwrap().body().len();
            for place in (start..end).step_by(11).chain([end - 1]) {
                let mut altered = part.to_vec();
                altered[place] ^= 1;
                let mut mixed = parts.clone();
                mixed[at] = &altered;
                let refused = match wallet.reunite(&mixed, &kept(&protected)) {
                    Ok(reunited) => reunited.refused,
                    Err(failure) => failure.refused,
                };
                let forged = [(at, WhyRefused::Forged)];
                assert_eq!(whys(&refused), forged, "{name:?} {place}");
            }
        }
    }
}

#[test]
fn whatever_is_cut_off_or_added_the_part_is_unreadable() {
    let wallet = Wallet::new(1);
    let protected = wallet.protect(&preset(Preset::KeySplit), &[VALUE], 0);
    for part in &protected.parts {
        for end in 0..part.bytes.len() {
            assert_eq!(
                Part::read(&part.bytes[..end]),
                Err(PartError::Malformed),
                "{end}"
            );
        }
        let mut longer = part.bytes.to_vec();
        longer.push(0);
        assert_eq!(Part::read(&longer), Err(PartError::Malformed));
    }
}

/// Bodies of every kind, cut, lengthened, altered and signed again: what only a broken wallet makes must not break another.
#[test]
fn no_body_panics() {
    let wallet = Wallet::new(1);
    for name in Preset::EMBODIMENTS {
        let protected = wallet.protect(&preset(name), &[VALUE], 0);
        let parts = bytes(&protected.parts);
        for (at, part) in parts.iter().enumerate() {
            let len = Part::read(part).unwrap().body().len();
            for place in (0..len).step_by(7) {
                let spoiled = [
                    signed_again(&wallet, part, |body| body.truncate(place)),
                    signed_again(&wallet, part, |body| body[place] ^= 0x81),
                    signed_again(&wallet, part, |body| body.insert(place, 3)),
                ];
                for spoiled in &spoiled {
                    let mut mixed = parts.clone();
                    mixed[at] = spoiled;
                    if let Ok(reunited) = wallet.reunite(&mixed, &kept(&protected)) {
                        // Only where nothing authenticates but the signature, or where there was enough without it.
                        let plain = protected.parts[at].class != ObjectClass::Coupled
                            && preset(name).plan().seal().is_none();
                        assert!(plain || objects(&reunited) == [VALUE], "{name:?} {place}");
                    }
                }
            }
        }
    }
}

#[test]
fn mixed_sets_are_told_apart() {
    let wallet = Wallet::new(1);
    let plan = preset(Preset::AnyTwoOfThree);
    let (one, two) = (
        wallet.protect(&plan, &[VALUE], 0),
        wallet.protect(&plan, &[b"another"], 900),
    );
    let (one, two) = (bytes(&one.parts), bytes(&two.parts));
    let reunited = wallet.reunite(&[two[0], one[1], one[2]], &[]).unwrap();
    assert_eq!(objects(&reunited), [VALUE], "most parts decide");
    assert_eq!(whys(&reunited.refused), [(0, WhyRefused::OtherGroup)]);
    let failure = wallet.reunite(&[one[0], two[1]], &[]).unwrap_err();
    assert_eq!(failure.why, Why::TooFewPieces { have: 1, need: 2 });
    assert_eq!(whys(&failure.refused), [(1, WhyRefused::OtherGroup)]);
}

#[test]
fn a_contradiction_within_a_group_is_named() {
    use super::super::PlanId;
    use super::super::part::Header;
    let wallet = Wallet::new(1);
    let protected = wallet.protect(&preset(Preset::AnyTwoOfThree), &[VALUE], 0);
    let parts = bytes(&protected.parts);
    let read = Part::read(parts[2]).unwrap();
    let spoils: [fn(&mut Header); 5] = [
        |header| header.needed = 3,
        |header| header.count = 4,
        |header| header.quorum = 1,
        |header| header.voters = 4,
        |header| header.plan = PlanId::new([0; 16]),
    ];
    for spoil in spoils {
        let mut header = *read.header();
        spoil(&mut header);
        let other = write(&header, read.digest(), read.body(), &wallet.signing);
        let reunited = wallet.reunite(&[parts[0], parts[1], &other], &[]).unwrap();
        assert_eq!(whys(&reunited.refused), [(2, WhyRefused::Contradicts)]);
    }
}

#[test]
fn a_header_that_cannot_be_is_malformed() {
    use super::super::part::Header;
    let wallet = Wallet::new(1);
    let protected = wallet.protect(&preset(Preset::AnyTwoOfThree), &[VALUE], 0);
    let read = Part::read(&protected.parts[2].bytes).unwrap();
    let spoils: [fn(&mut Header); 7] = [
        |header| header.index = 3,
        |header| header.needed = 0,
        |header| header.needed = 4,
        |header| header.count = limits::MAX_PARTS + 1,
        |header| header.quorum = 0,
        |header| header.quorum = 4,
        |header| header.voters = 11,
    ];
    for spoil in spoils {
        let mut header = *read.header();
        spoil(&mut header);
        let other = write(&header, read.digest(), read.body(), &wallet.signing);
        assert_eq!(Part::read(&other), Err(PartError::Malformed), "{header:?}");
    }
}

#[test]
fn a_duplicate_is_named_and_does_not_count() {
    let wallet = Wallet::new(1);
    let protected = wallet.protect(&preset(Preset::AnyTwoOfThree), &[VALUE], 0);
    let parts = bytes(&protected.parts);
    let failure = wallet.reunite(&[parts[0], parts[0]], &[]).unwrap_err();
    assert_eq!(failure.why, Why::TooFewPieces { have: 1, need: 2 });
    assert_eq!(whys(&failure.refused), [(1, WhyRefused::Duplicate)]);
}

#[test]
fn unknown_versions_and_suites_and_oversize_are_named() {
    let wallet = Wallet::new(1);
    let protected = wallet.protect(&preset(Preset::PlainCopy), &[VALUE], 0);
    let part = protected.parts[0].bytes.to_vec();
    for (at, error) in [
        (0, PartError::Malformed),
        (5, PartError::UnknownVersion),
        (6, PartError::UnknownSuite),
    ] {
        let mut other = part.clone();
        other[at] = 9;
        let failure = wallet.reunite(&[&other], &[]).unwrap_err();
        assert_eq!(whys(&failure.refused), [(0, WhyRefused::Unreadable(error))]);
    }
    let mut large = part;
    large.resize(limits::MAX_PART_BYTES + 1, 0);
    let failure = wallet.reunite(&[&large], &[]).unwrap_err();
    assert_eq!(
        whys(&failure.refused),
        [(0, WhyRefused::Unreadable(PartError::TooLarge))]
    );
}

/// Share 2 lies by itself; its value begins after name (17 bytes) and head (3 bytes).
#[test]
fn a_bad_share_is_named_by_its_number() {
    let wallet = Wallet::new(1);
    let protected = wallet.protect(&preset(Preset::KeySplitInThree), &[VALUE], 0);
    let parts = bytes(&protected.parts);
    let bad = signed_again(&wallet, parts[1], |body| body[20] ^= 1);
    let named = [(1, WhyRefused::BadShare { number: 2 })];
    let failure = wallet.reunite(&[parts[0], &bad], &[]).unwrap_err();
    assert_eq!(failure.why, Why::TooFewShares { have: 1, need: 2 });
    assert_eq!(whys(&failure.refused), named);
    let reunited = wallet.reunite(&[parts[0], &bad, parts[2]], &[]).unwrap();
    assert_eq!(objects(&reunited), [VALUE]);
    assert_eq!(whys(&reunited.refused), named);

    // Swapped: the share of another key under this key's name.
    let other = wallet.protect(&preset(Preset::KeySplitInThree), &[VALUE], 900);
    let foreign = Part::read(&other.parts[1].bytes).unwrap().body().to_vec();
    let swapped = signed_again(&wallet, parts[1], |body| {
        body[17..].copy_from_slice(&foreign[17..]);
    });
    let failure = wallet.reunite(&[parts[0], &swapped], &[]).unwrap_err();
    assert_eq!(whys(&failure.refused), named);
}

#[test]
fn a_bad_share_within_a_piece_is_named_by_its_number() {
    let wallet = Wallet::new(1);
    let protected = wallet.protect(&preset(Preset::AnyTwoOfThree), &[VALUE], 0);
    let parts = bytes(&protected.parts);
    let bad = signed_again(&wallet, parts[2], |body| body[4] ^= 1);
    let reunited = wallet.reunite(&[parts[0], parts[1], &bad], &[]).unwrap();
    assert_eq!(objects(&reunited), [VALUE]);
    let bad_share = WhyRefused::BadShare { number: 3 };
    assert_eq!(whys(&reunited.refused), [(2, bad_share)]);
    let failure = wallet.reunite(&[parts[0], &bad], &[]).unwrap_err();
    assert_eq!(failure.why, Why::TooFewPieces { have: 1, need: 2 });
    assert_eq!(whys(&failure.refused), [(1, bad_share)]);
}

/// The whole may be altered in one piece; the others have it, too.
#[test]
fn an_altered_whole_within_a_piece_is_passed_over() {
    let wallet = Wallet::new(1);
    let protected = wallet.protect(&preset(Preset::AnyTwoOfThree), &[VALUE], 0);
    let parts = bytes(&protected.parts);
    let spoil = |body: &mut Vec<u8>| *body.last_mut().unwrap() ^= 1;
    let bad = signed_again(&wallet, parts[0], spoil);
    let reunited = wallet.reunite(&[&bad, parts[1]], &[]).unwrap();
    assert_eq!(objects(&reunited), [VALUE]);
    let both = signed_again(&wallet, parts[1], spoil);
    assert_eq!(why(wallet.reunite(&[&bad, &both], &[])), Why::DoesNotOpen);
}

/// What is sealed is bound to its place: two objects that change places do not open.
#[test]
fn sealed_objects_open_only_where_they_stood() {
    let wallet = Wallet::new(1);
    let protected = wallet.protect(&preset(Preset::SealedThenCoupled), &[b"one", b"two"], 0);
    let swapped = signed_again(&wallet, &protected.parts[0].bytes, |body| {
        let half = (body.len() - 2) / 2;
        let (first, second) = body[2..].split_at_mut(half);
        first.swap_with_slice(second);
    });
    let result = wallet.reunite(&[&swapped], &kept(&protected));
    assert_eq!(why(result), Why::DoesNotOpen);
}

/// Sealed pieces under each other's number, and what the same key sealed in another group.
#[test]
fn sealed_bytes_open_only_under_their_number_and_in_their_group() {
    let wallet = Wallet::new(1);
    let under = |header: &Part<'_>, body: &Part<'_>| {
        write(
            header.header(),
            header.digest(),
            body.body(),
            &wallet.signing,
        )
    };
    let plan = preset(Preset::DividedThenSealed);
    let protected = wallet.protect(&plan, &[VALUE], 0);
    let parts = bytes(&protected.parts);
    let (one, two) = (Part::read(parts[0]).unwrap(), Part::read(parts[1]).unwrap());
    let exchanged = [&under(&one, &two), &under(&two, &one), parts[2]];
    let result = wallet.reunite(&exchanged, &kept(&protected));
    assert_eq!(why(result), Why::DoesNotOpen);

    let key = || Given::Opening(kept(&protected).remove(0));
    let (objects, rng) = (with_digests(&[VALUE]), &mut Counting(900));
    let other = protect_with(key(), &plan, &objects, &wallet.author(), rng).unwrap();
    let other = bytes(&other.parts);
    let transplanted: Vec<Vec<u8>> = parts
        .iter()
        .zip(&other)
        .map(|(one, two)| under(&Part::read(one).unwrap(), &Part::read(two).unwrap()))
        .collect();
    let transplanted: Vec<&[u8]> = transplanted.iter().map(Vec::as_slice).collect();
    let result = wallet.reunite(&transplanted, &kept(&protected));
    assert_eq!(why(result), Why::DoesNotOpen);
}

/// The header says where a piece belongs, and what is in the piece agrees or is refused.
#[test]
fn a_piece_under_another_number_is_refused() {
    let wallet = Wallet::new(1);
    let protected = wallet.protect(&preset(Preset::Divided), &[VALUE], 0);
    let parts = bytes(&protected.parts);
    let (one, two) = (Part::read(parts[0]).unwrap(), Part::read(parts[1]).unwrap());
    let exchange = |to: &Part<'_>, from: &Part<'_>| {
        write(to.header(), to.digest(), from.body(), &wallet.signing)
    };
    let (first, second) = (exchange(&one, &two), exchange(&two, &one));
    let result = wallet.reunite(&[&first, &second, parts[2]], &[]);
    assert_eq!(why(result), Why::Malformed);
}

#[test]
fn an_unknown_algorithm_is_named_and_the_seed_is_kept() {
    let wallet = Wallet::new(1);
    let protected = wallet.protect(&preset(Preset::SeedElsewhere), &[VALUE], 0);
    let parts = bytes(&protected.parts);
    let name_at = 1 + 16 + 2;
    let later = signed_again(&wallet, parts[1], |body| {
        body[name_at..name_at + 11].copy_from_slice(b"mlkem-later");
    });
    let failure = wallet.reunite(&[parts[0], &later], &[]).unwrap_err();
    let Why::UnknownAlgorithm(algorithm) = failure.why else {
        panic!("{:?}", failure.why);
    };
    assert_eq!((algorithm.name(), algorithm.version()), ("mlkem-later", 1));
    let seed = &failure.keys[0];
    assert!(seed.sealing().is_err());
    assert_eq!(
        OpeningKey::read(&seed.write()).unwrap(),
        *seed,
        "kept as it came"
    );
    let next_version = signed_again(&wallet, parts[1], |body| body[name_at + 11] = 2);
    assert!(matches!(
        why(wallet.reunite(&[parts[0], &next_version], &[])),
        Why::UnknownAlgorithm(algorithm) if algorithm.version() == 2
    ));
    let unnamed = signed_again(&wallet, parts[1], |body| body[name_at] = b' ');
    let keys = recover_keys(&[&unnamed], &wallet.public());
    assert_eq!(whys(&keys.refused), [(0, WhyRefused::NotAKey)]);
}

/// What the owner is told of each: the words are the page's, and there no two reasons say the same.
#[test]
fn each_bad_input_has_a_reason_of_its_own() {
    let wallet = Wallet::new(1);
    let protect = |name, rng| wallet.protect(&preset(name), &[VALUE], rng);
    let told = |parts: &[&[u8]], keys: &[OpeningKey]| {
        let failure = wallet.reunite(parts, keys).unwrap_err();
        Apart::of(&failure)
    };

    let sealed = protect(Preset::SealedByCommonKey, 0);
    let parts = bytes(&sealed.parts);
    assert_eq!(told(&parts, &[]), Apart::KeyMissing);
    let wrong = OpeningKey::make(KeyForm::Key, &mut Counting(500));
    assert_eq!(told(&parts, &[wrong]), Apart::WrongKey);
    let moved = signed_again(&wallet, parts[0], |body| *body.last_mut().unwrap() ^= 1);
    assert_eq!(told(&[&moved], &kept(&sealed)), Apart::DoesNotOpen);
    let deep = signed_again(&wallet, parts[0], |body| {
        for _ in 0..=limits::MAX_LAYERS {
            let len = u32::try_from(body.len()).unwrap().to_be_bytes();
            *body = [&[1, 1], len.as_slice(), body].concat();
        }
    });
    assert_eq!(told(&[&deep], &kept(&sealed)), Apart::Malformed);
    assert_eq!(told(&[], &[]), Apart::Malformed);

    let (divided, other) = (
        protect(Preset::AnyTwoOfThree, 0),
        protect(Preset::AnyTwoOfThree, 900),
    );
    let (one, two) = (bytes(&divided.parts), bytes(&other.parts));
    let too_few = Apart::TooFewPieces { have: 1, need: 2 };
    assert_eq!(told(&one[..1], &[]), too_few);
    assert_eq!(told(&[one[0], one[0]], &[]), Apart::Duplicate);
    assert_eq!(told(&[one[0], two[1]], &[]), Apart::OtherSet);
    let altered = |at: usize| {
        let mut altered = one[1].to_vec();
        altered[at] = 9;
        altered
    };
    assert_eq!(told(&[one[0], &altered(0)], &[]), Apart::Forged);
    assert_eq!(told(&[one[0], &altered(5)], &[]), Apart::Unknown);
    assert_eq!(told(&[one[0], &altered(6)], &[]), Apart::Unknown);
    assert_eq!(
        told(&[one[0], &altered(one[1].len() - 70)], &[]),
        Apart::Forged
    );
    let large = alloc::vec![0; limits::MAX_PART_BYTES + 1];
    assert_eq!(told(&[one[0], &large], &[]), Apart::TooLarge);
    let bad = signed_again(&wallet, one[1], |body| body[4] ^= 1);
    assert_eq!(told(&[one[0], &bad], &[]), Apart::BadShare { number: 2 });

    let split = protect(Preset::KeySplit, 0);
    let parts = bytes(&split.parts);
    let too_few = Apart::TooFewShares { have: 1, need: 2 };
    assert_eq!(told(&parts[..1], &[]), too_few);

    let elsewhere = protect(Preset::KeyElsewhere, 0);
    let parts = bytes(&elsewhere.parts);
    let no_key = signed_again(&wallet, parts[1], |body| *body.last_mut().unwrap() ^= 1);
    assert_eq!(told(&[parts[0], &no_key], &[]), Apart::WrongKey);

    let seed = protect(Preset::SeedElsewhere, 0);
    let parts = bytes(&seed.parts);
    let later = signed_again(&wallet, parts[1], |body| {
        body[19..30].copy_from_slice(b"mlkem-later");
    });
    let unknown = Apart::UnknownAlgorithm {
        name: "mlkem-later".into(),
        version: 1,
    };
    assert_eq!(told(&[parts[0], &later], &[]), unknown);
}

#[test]
fn a_key_that_is_not_the_one_it_names_is_refused() {
    let wallet = Wallet::new(1);
    let protected = wallet.protect(&preset(Preset::KeyElsewhere), &[VALUE], 0);
    let parts = bytes(&protected.parts);
    let other = signed_again(&wallet, parts[1], |body| *body.last_mut().unwrap() ^= 1);
    let failure = wallet.reunite(&[parts[0], &other], &[]).unwrap_err();
    assert_eq!(whys(&failure.refused), [(1, WhyRefused::NotAKey)]);
}

#[test]
fn layers_without_end_are_malformed() {
    let wallet = Wallet::new(1);
    let protected = wallet.protect(&preset(Preset::PlainCopy), &[VALUE], 0);
    let deep = signed_again(&wallet, &protected.parts[0].bytes, |body| {
        for _ in 0..1000 {
            let len = u32::try_from(body.len()).unwrap().to_be_bytes();
            *body = [&[1, 1], len.as_slice(), body].concat();
        }
    });
    assert_eq!(why(wallet.reunite(&[&deep], &[])), Why::Malformed);
}

#[test]
fn a_copy_that_does_not_open_leaves_the_others() {
    let wallet = Wallet::new(1);
    let protected = wallet.protect(&preset(Preset::PlainCopies), &[VALUE], 0);
    let parts = bytes(&protected.parts);
    let bad = signed_again(&wallet, parts[0], |body| body[0] = 99);
    let reunited = wallet.reunite(&[&bad, parts[2]], &[]).unwrap();
    assert_eq!(objects(&reunited), [VALUE]);
}

#[test]
fn what_cannot_be_protected_is_named() {
    let wallet = Wallet::new(1);
    let plain = preset(Preset::PlainCopy);
    let with = |plan: &CheckedPlan, objects: &[&[u8]]| {
        let (objects, author) = (with_digests(objects), wallet.author());
        protect(plan, &objects, &author, &mut Counting(0)).map(|_| ())
    };
    assert_eq!(with(&plain, &[]), Err(ProtectError::NoObjects));
    assert_eq!(with(&plain, &[b"a", b"b"]), Err(ProtectError::NotCoupled));
    let coupled = preset(Preset::CoupledThenSealed);
    assert_eq!(with(&coupled, &[b"a".as_slice(); 100]), Ok(()));
    assert_eq!(
        with(&coupled, &[b"a".as_slice(); 101]),
        Err(ProtectError::TooManyObjects)
    );
    let large = alloc::vec![0; limits::MAX_PART_BYTES - 100];
    assert!(matches!(
        with(&plain, &[&large]),
        Err(ProtectError::TooLarge { .. })
    ));
    assert_eq!(with(&preset(Preset::Divided), &[&large]), Ok(()));
    let larger = alloc::vec![0; 4 * limits::MAX_PART_BYTES];
    assert!(matches!(
        with(&preset(Preset::Divided), &[&larger]),
        Err(ProtectError::TooLarge { .. })
    ));
}

#[test]
fn only_a_fitting_key_seals_further_values() {
    let wallet = Wallet::new(1);
    let objects = with_digests(&[VALUE]);
    let key = |form| OpeningKey::make(form, &mut Counting(3)).sealing().unwrap();
    let with = |form, name| {
        let (key, plan) = (Given::Sealing(key(form)), preset(name));
        protect_with(key, &plan, &objects, &wallet.author(), &mut Counting(0)).map(|_| ())
    };
    assert_eq!(with(KeyForm::Key, Preset::SealedByCommonKey), Ok(()));
    assert_eq!(
        with(KeyForm::Key, Preset::SealedByPublicKey),
        Err(ProtectError::OtherKey)
    );
    assert_eq!(
        with(KeyForm::Key, Preset::PlainCopy),
        Err(ProtectError::OtherKey)
    );
    assert_eq!(
        with(KeyForm::Key, Preset::KeySplit),
        Err(ProtectError::KeyToSplitMissing)
    );
}

#[test]
fn only_a_key_that_goes_by_itself_is_registered_by_itself() {
    let wallet = Wallet::new(1);
    let with = |form, name| {
        let (key, plan) = (OpeningKey::make(form, &mut Counting(3)), preset(name));
        protect_key(key, &plan, &wallet.author(), &mut Counting(0)).map(|made| made.parts.len())
    };
    assert_eq!(with(KeyForm::Key, Preset::KeyElsewhere), Ok(1));
    for (form, name) in [
        (KeyForm::Pair, Preset::KeyElsewhere),
        (KeyForm::Key, Preset::SealedByCommonKey),
        (KeyForm::Key, Preset::KeySplit),
        (KeyForm::Key, Preset::PlainCopy),
    ] {
        assert_eq!(with(form, name), Err(ProtectError::OtherKey), "{name:?}");
    }
}

/// Whoever logs or prints any of this shows no byte of a value, a key or a share.
#[test]
fn debug_shows_no_secret() {
    let wallet = Wallet::new(1);
    for name in [Preset::KeyRegistered, Preset::KeySplit, Preset::PlainCopy] {
        let plan = preset(name);
        let protected = wallet.protect(&plan, &[VALUE], 0);
        let parts = bytes(&protected.parts);
        let author = &wallet.public();
        let opening = kept(&protected);
        let keys = Keys {
            author,
            opening: &opening,
        };
        let reunited = reunite(&parts, &keys).unwrap();
        let failure = wallet.reunite(&parts[..1], &[]).err();
        let part = Part::read(parts[0]).unwrap();
        let shown = format!(
            "{protected:?} {reunited:?} {failure:?} {part:?} {keys:?} {:?} {:?}",
            wallet.author(),
            reunited
                .keys
                .iter()
                .map(OpeningKey::sealing)
                .collect::<Vec<_>>(),
        );
        assert!(!shown.contains("marked"), "{shown}");
        let key = protected.key.as_ref().map(super::super::KeyAtHome::opening);
        if let Some(key) = key {
            let bytes = key.expose_secret().expose_secret();
            assert!(
                !shown.contains(&format!("{:?}", &bytes[..4])[1..11]),
                "{shown}"
            );
        }
    }
}
