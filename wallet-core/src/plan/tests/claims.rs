//! The claims of WO 01/13293 that speak of encrypting, dividing, coupling, splitting keys and seeds, one test for each.
//! Flows and certificates are not here: what is registered is a part, what is presented gives the part back.

use super::super::key::{KeyKind, OpeningKey};
use super::super::preset::Preset;
use super::super::{
    Given, KeyAtHome, KeyForm, Place, Slot, Why, protect_key, protect_with, recover_keys,
};
use super::*;
use saifu_protocol::certificate::ObjectClass;

const A: &[u8] = b"value A: movie ticket, 1600 yen";
const C: &[u8] = b"value C: concert ticket, 9000 yen";
const E: &[u8] = b"value E: prepaid card, 800 yen left";

fn classes(protected: &Protected) -> Vec<(ObjectClass, Place)> {
    let class = |part: &ProtectedPart| (part.class, part.to);
    protected.parts.iter().map(class).collect()
}

fn safe(slot: u8) -> Place {
    Place::At(Slot(slot))
}

fn erased(protected: &Protected) -> &OpeningKey {
    match &protected.key {
        Some(KeyAtHome::UntilRegistered(key)) => key,
        Some(KeyAtHome::Kept(_)) | None => panic!("the plan erases the key"),
    }
}

/// Every preset, with one value or several: what was protected comes back from everything that was registered, with what
/// stayed home.
#[test]
fn every_preset_gives_the_same_bytes_back() {
    let wallet = Wallet::new(1);
    for name in Preset::OFFERED.into_iter().chain(Preset::EMBODIMENTS) {
        let plan = preset(name);
        let values: &[&[u8]] = match name {
            Preset::CoupledThenSealed | Preset::SealedThenCoupled => &[A, C, E],
            _ => &[A],
        };
        let protected = wallet.protect(&plan, values, 0);
        let reunited = wallet
            .reunite(&bytes(&protected.parts), &kept(&protected))
            .unwrap();
        assert_eq!(objects(&reunited), values, "{name:?}");
        assert_eq!(reunited.group, protected.group);
        assert!(reunited.refused.is_empty());
    }
}

/// Claim 3: one value whole at several safes, and from any of them it comes back.
#[test]
fn claim_3_whole_copies_come_back_from_any_safe() {
    let wallet = Wallet::new(1);
    let protected = wallet.protect(&preset(Preset::PlainCopies), &[A], 0);
    for slot in 0..3 {
        let reunited = wallet.reunite(&at(&protected.parts, slot), &[]).unwrap();
        assert_eq!(objects(&reunited), [A]);
    }
}

/// Claim 4: encrypted before it is registered, by a common key or a public one, decoded on recovery.
#[test]
fn claim_4_what_is_registered_is_encrypted() {
    let wallet = Wallet::new(1);
    for name in [Preset::SealedByCommonKey, Preset::SealedByPublicKey] {
        let protected = wallet.protect(&preset(name), &[A], 0);
        let parts = bytes(&protected.parts);
        assert_eq!(classes(&protected), [(ObjectClass::Value, safe(0))]);
        assert!(!contains(parts[0], b"value"));
        assert!(matches!(
            wallet.reunite(&parts, &[]).unwrap_err().why,
            Why::KeyMissing { .. }
        ));
        let reunited = wallet.reunite(&parts, &kept(&protected)).unwrap();
        assert_eq!(objects(&reunited), [A]);
    }
}

/// Claim 5: the decoding key is registered under a class of its own, and its own certificate brings it back into an empty
/// key storage, without any value.
#[test]
fn claim_5_key_comes_back_by_its_own_certificate() {
    let wallet = Wallet::new(1);
    let protected = wallet.protect(&preset(Preset::KeyRegistered), &[A], 0);
    assert_eq!(
        classes(&protected),
        [(ObjectClass::Value, safe(0)), (ObjectClass::Key, safe(0))]
    );
    let parts = bytes(&protected.parts);
    let recovered = recover_keys(&parts[1..], &wallet.public());
    assert_eq!(recovered.keys, kept(&protected));
    let reunited = wallet.reunite(&parts[..1], &recovered.keys).unwrap();
    assert_eq!(objects(&reunited), [A]);
}

/// Claim 5: a key that was there before is registered by itself, by an act of the owner, and opens what it sealed before.
#[test]
fn claim_5_key_that_was_there_before_is_registered_by_itself() {
    let wallet = Wallet::new(1);
    let protected = wallet.protect(&preset(Preset::SealedByPublicKey), &[A], 0);
    let key = kept(&protected).remove(0);
    let (plan, rng) = (preset(Preset::KeyRegistered), &mut Counting(99));
    let alone = protect_key(key.clone(), &plan, &wallet.author(), rng).unwrap();
    assert_eq!(classes(&alone), [(ObjectClass::Key, safe(0))]);
    let recovered = recover_keys(&bytes(&alone.parts), &wallet.public()).keys;
    assert_eq!(recovered, core::slice::from_ref(&key));
    let reunited = wallet
        .reunite(&bytes(&protected.parts), &recovered)
        .unwrap();
    assert_eq!(objects(&reunited), [A]);

    let with_value = Given::Opening(key.clone());
    let with_value = protect_with(
        with_value,
        &plan,
        &with_digests(&[C]),
        &wallet.author(),
        rng,
    );
    let with_value = with_value.unwrap();
    let reunited = wallet.reunite(&bytes(&with_value.parts), &[]).unwrap();
    assert_eq!(
        (objects(&reunited), &reunited.keys),
        (alloc::vec![C], &alloc::vec![key])
    );
}

/// Claim 6: the key lies at another safe; neither of the two can read alone.
#[test]
fn claim_6_neither_safe_alone_has_enough() {
    let wallet = Wallet::new(1);
    let protected = wallet.protect(&preset(Preset::KeyElsewhere), &[A], 0);
    assert_eq!(
        classes(&protected),
        [(ObjectClass::Value, safe(0)), (ObjectClass::Key, safe(1))]
    );
    for slot in 0..2 {
        assert!(wallet.reunite(&at(&protected.parts, slot), &[]).is_err());
    }
    let reunited = wallet.reunite(&bytes(&protected.parts), &[]).unwrap();
    assert_eq!(objects(&reunited), [A]);
    assert_eq!(&reunited.keys[0], erased(&protected));
}

/// Claim 7: divided into the desired number of pieces, each with an identifier by which it finds its place again; all or
/// some of them are registered.
#[test]
fn claim_7_divided_pieces_find_their_place_again() {
    let wallet = Wallet::new(1);
    let protected = wallet.protect(&preset(Preset::Divided), &[A], 0);
    let piece = |slot| (ObjectClass::Piece, safe(slot));
    assert_eq!(classes(&protected), [piece(0), piece(1), piece(2)]);
    let mut parts = bytes(&protected.parts);
    parts.rotate_left(1);
    assert_eq!(objects(&wallet.reunite(&parts, &[]).unwrap()), [A]);

    let protected = wallet.protect(&preset(Preset::PieceStaysHome), &[A], 0);
    assert_eq!(
        protected.parts[2].to,
        Place::Home,
        "a part is not registered"
    );
    let reunited = wallet
        .reunite(&bytes(&protected.parts), &kept(&protected))
        .unwrap();
    assert_eq!(objects(&reunited), [A]);
}

/// Claim 8: the pieces are encrypted each by itself.
#[test]
fn claim_8_divided_then_encrypted() {
    let wallet = Wallet::new(1);
    let protected = wallet.protect(&preset(Preset::DividedThenSealed), &[A], 0);
    let parts = bytes(&protected.parts);
    for piece in &parts {
        assert!(A.windows(5).all(|five| !contains(piece, five)));
    }
    let reunited = wallet.reunite(&parts, &kept(&protected)).unwrap();
    assert_eq!(objects(&reunited), [A]);
}

/// Claim 9: the encrypted whole is divided.
#[test]
fn claim_9_encrypted_then_divided() {
    let wallet = Wallet::new(1);
    let protected = wallet.protect(&preset(Preset::SealedThenDivided), &[A], 0);
    let parts = bytes(&protected.parts);
    for piece in &parts {
        assert!(A.windows(5).all(|five| !contains(piece, five)));
    }
    let reunited = wallet.reunite(&parts, &kept(&protected)).unwrap();
    assert_eq!(objects(&reunited), [A]);
    let two = wallet.reunite(&parts[..2], &kept(&protected)).unwrap_err();
    assert_eq!(two.why, Why::TooFewPieces { have: 2, need: 3 });
}

/// Claim 10: several values are one object under one certificate, and are told apart again; coupling before and after
/// encrypting.
#[test]
fn claim_10_coupled_values_are_one_object() {
    let wallet = Wallet::new(1);
    for name in [Preset::CoupledThenSealed, Preset::SealedThenCoupled] {
        let protected = wallet.protect(&preset(name), &[A, C, E], 0);
        assert_eq!(classes(&protected), [(ObjectClass::Coupled, safe(0))]);
        let reunited = wallet
            .reunite(&bytes(&protected.parts), &kept(&protected))
            .unwrap();
        assert_eq!(objects(&reunited), [A, C, E]);
    }
}

/// Claim 11: the key is divided; group A is coupled with the ciphertext at one safe, group B lies at another. Both together
/// bring back the value *and* the key.
#[test]
fn claim_11_key_in_two_groups_comes_back_with_the_value() {
    let wallet = Wallet::new(1);
    let protected = wallet.protect(&preset(Preset::KeySplit), &[A], 0);
    assert_eq!(
        classes(&protected),
        [
            (ObjectClass::Coupled, safe(0)),
            (ObjectClass::Share, safe(1))
        ]
    );
    let parts = bytes(&protected.parts);
    let too_few = wallet.reunite(&parts[..1], &[]).unwrap_err();
    assert_eq!(too_few.why, Why::TooFewShares { have: 1, need: 2 });
    let reunited = wallet.reunite(&parts, &[]).unwrap();
    assert_eq!(objects(&reunited), [A]);
    assert_eq!(&reunited.keys[0], erased(&protected));
}

/// Claim 11 with three parts (page on the sixth embodiment: "three or more"): the ciphertext and any one share of group B.
#[test]
fn claim_11_key_in_three_needs_any_two_shares() {
    let wallet = Wallet::new(1);
    let protected = wallet.protect(&preset(Preset::KeySplitInThree), &[A], 0);
    let parts = bytes(&protected.parts);
    for share in [1, 2] {
        let reunited = wallet.reunite(&[parts[0], parts[share]], &[]).unwrap();
        assert_eq!(objects(&reunited), [A]);
    }
    let without_data = wallet.reunite(&parts[1..], &[]).unwrap_err();
    assert_eq!(without_data.why, Why::TooFewPieces { have: 0, need: 1 });
    assert_eq!(
        &without_data.keys[0],
        erased(&protected),
        "but the key is there"
    );
}

/// Fig. 4 in the sixth embodiment: piece i of the value is coupled with share i of the key.
#[test]
fn claim_11_piece_and_share_travel_together() {
    let wallet = Wallet::new(1);
    let protected = wallet.protect(&preset(Preset::PieceWithShare), &[A], 0);
    assert_eq!(
        classes(&protected),
        [
            (ObjectClass::Coupled, safe(0)),
            (ObjectClass::Coupled, safe(1))
        ]
    );
    let reunited = wallet.reunite(&bytes(&protected.parts), &[]).unwrap();
    assert_eq!(objects(&reunited), [A]);
}

/// Claim 12: what is divided is the original information of which a pair of keys is generated. Register, erase, combine,
/// derive, open.
#[test]
fn claim_12_combined_shares_are_the_source_of_a_pair() {
    let wallet = Wallet::new(1);
    let protected = wallet.protect(&preset(Preset::SourceOfPairSplit), &[A], 0);
    let source = erased(&protected);
    assert_eq!(source.name().kind.form(), KeyForm::SeedOfPair);
    let reunited = wallet.reunite(&bytes(&protected.parts), &[]).unwrap();
    assert_eq!(objects(&reunited), [A]);
    assert_eq!(&reunited.keys[0], source);
    assert_eq!(reunited.keys[0].sealing(), source.sealing());
}

/// Claim 13: not the key but its seed is registered, with a certificate of its own class; the key is generated again from the
/// seed by the algorithm it names.
#[test]
fn claim_13_key_is_generated_again_from_the_seed() {
    let wallet = Wallet::new(1);
    for name in [
        Preset::SeedElsewhere,
        Preset::SeedOfPairElsewhere,
        Preset::SeedWithData,
    ] {
        let protected = wallet.protect(&preset(name), &[A], 0);
        assert_eq!(protected.parts[1].class, ObjectClass::Seed);
        let reunited = wallet.reunite(&bytes(&protected.parts), &[]).unwrap();
        assert_eq!(objects(&reunited), [A]);
        let kind = &reunited.keys[0].name().kind;
        let (KeyKind::SeedOfKey(algorithm) | KeyKind::SeedOfPair(algorithm)) = kind else {
            panic!("{kind:?}");
        };
        assert_eq!((algorithm.name(), algorithm.version()), ("hkdf-sha256", 1));
    }
}

/// Claim 13, steps 1-7 to 2-4: with the seed erased the wallet still seals further values, and opens none of them until the
/// seed is back.
#[test]
fn claim_13_without_the_seed_a_wallet_seals_and_opens_nothing() {
    let wallet = Wallet::new(1);
    let plan = preset(Preset::SeedOfPairElsewhere);
    let first = wallet.protect(&plan, &[A], 0);
    let public = Given::Sealing(erased(&first).sealing().unwrap());
    let (objects_c, rng) = (with_digests(&[C]), &mut Counting(99));
    let second = protect_with(public, &plan, &objects_c, &wallet.author(), rng).unwrap();
    assert!(second.key.is_none() && second.parts.len() == 1);
    let second = bytes(&second.parts);
    assert!(matches!(
        wallet.reunite(&second, &[]).unwrap_err().why,
        Why::KeyMissing { .. }
    ));
    let seed = recover_keys(&at(&first.parts, 1), &wallet.public()).keys;
    assert_eq!(objects(&wallet.reunite(&second, &seed).unwrap()), [C]);
}

/// Claim 31: all pieces are registered, at any number of servers, with as many certificates as pieces.
#[test]
fn claim_31_as_many_registrations_as_pieces_at_any_number_of_safes() {
    let wallet = Wallet::new(1);
    for safes in 1..=3_u8 {
        let mut plan = Preset::Divided.plan();
        plan.data = (0..3).map(|piece| safe(piece % safes)).collect();
        plan.quorum = safes;
        plan.custody = super::super::Custody::Safes { after: safes };
        let protected = wallet.protect(&checked(plan), &[A], 0);
        assert_eq!(protected.parts.len(), 3);
        let reunited = wallet.reunite(&bytes(&protected.parts), &[]).unwrap();
        assert_eq!(objects(&reunited), [A]);
    }
}

/// Claim 32: the certificates bring back the same number of pieces, and those are combined.
#[test]
fn claim_32_the_same_number_of_pieces_is_combined() {
    let wallet = Wallet::new(1);
    let protected = wallet.protect(&preset(Preset::Divided), &[A], 0);
    let parts = bytes(&protected.parts);
    assert_eq!(objects(&wallet.reunite(&parts, &[]).unwrap()), [A]);
    for missing in 0..3 {
        let mut some = parts.clone();
        some.remove(missing);
        let failure = wallet.reunite(&some, &[]).unwrap_err();
        assert_eq!(failure.why, Why::TooFewPieces { have: 2, need: 3 });
    }
}

/// Claim 33: one or more partial decoding keys are coupled with the ciphertext, the others registered elsewhere; the
/// encryption key corresponds to the decoding key (a pair).
#[test]
fn claim_33_partial_decoding_keys_are_coupled_with_the_ciphertext() {
    let wallet = Wallet::new(1);
    let protected = wallet.protect(&preset(Preset::SourceOfPairSplit), &[A], 0);
    let coupled = at(&protected.parts, 0);
    let remaining = at(&protected.parts, 1);
    assert_eq!((coupled.len(), remaining.len()), (1, 1));
    assert!(!contains(
        coupled[0],
        erased(&protected).expose_secret().expose_secret()
    ));
    assert!(!contains(
        remaining[0],
        erased(&protected).expose_secret().expose_secret()
    ));
}

/// Claim 34: the coupled object is decoupled into ciphertext and partial keys, those are combined with the remaining ones,
/// and the value is decoded.
#[test]
fn claim_34_decoupled_combined_and_decoded() {
    let wallet = Wallet::new(1);
    for name in [
        Preset::KeySplit,
        Preset::SourceOfPairSplit,
        Preset::SeedSplit,
    ] {
        let protected = wallet.protect(&preset(name), &[A], 0);
        let parts = bytes(&protected.parts);
        assert_eq!(objects(&wallet.reunite(&parts, &[]).unwrap()), [A]);
        assert!(wallet.reunite(&parts[..1], &[]).is_err());
        assert!(wallet.reunite(&parts[1..], &[]).is_err());
    }
}

/// Fig. 6(a): digest, ciphertext and signature; the wallet makes the digest, and may seal it or leave it vacant.
#[test]
fn fig_6_digest_is_open_sealed_or_vacant() {
    use super::super::part::Part;
    use super::super::{DigestForm, catalogue::NotReadable};
    let (wallet, other) = (Wallet::new(1), Wallet::new(7));
    for form in [DigestForm::Open, DigestForm::Sealed, DigestForm::Vacant] {
        let mut plan = Preset::SealedByCommonKey.plan();
        plan.digest = form;
        let protected = wallet.protect(&checked(plan), &[A], 0);
        let part = Part::read(&protected.parts[0].bytes).unwrap();
        let read = |wallet: &Wallet| wallet.catalogue.read(&part);
        let shown = contains(part.digest(), b"movie");
        match form {
            DigestForm::Open => assert!(shown && read(&other) == Ok(digest())),
            DigestForm::Sealed => {
                assert!(!shown && read(&wallet) == Ok(digest()));
                assert_eq!(read(&other), Err(NotReadable));
                // What a certificate has room for.
                assert_eq!(part.digest().len(), 1 + 1 + 160 + 16);
            }
            DigestForm::Vacant => assert_eq!(read(&wallet), Ok(Digest::default())),
        }
    }
}
