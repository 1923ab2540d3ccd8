//! What safes hold, and whoever has them can make of it: each ledger whole, at one time or at several, with the keys of its safe.
//!
//! Everything is tried by the code by which the wallet opens it: what is kept for an owner, with any guess; the shares of the root;
//! the notes; the covers; keys and pieces. So whoever reads nothing here lacks something, and with that reads everything.

use super::device::By;
use super::*;
use saifu_crypto::derive::derive_key;
use saifu_crypto::opaque::{self, Setup};
use saifu_crypto::sign::SigningKey;
use saifu_crypto::stretch::Stretch;
use saifu_crypto::{Secret, hash};
use saifu_protocol::certificate::{Claims, read_claims_unverified};
use saifu_protocol::{HolderId, PublicKey, b64, labels, owner};
use saifu_safe_core::Ledger as _;
use saifu_safe_core::owner::{self as safe_owner, Credential, Loaded, Need, OwnerLedger as _};
use saifu_wallet_core::flow::Doing;
use saifu_wallet_core::owner::spoils;
use saifu_wallet_core::plan::cover::uncover;
use saifu_wallet_core::plan::key::OpeningKey;
use saifu_wallet_core::plan::part::Part as PlanPart;
use saifu_wallet_core::plan::{Keys, recover_keys, reunite};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// More than any of these owners has at a safe.
const ALL: usize = 1_000;

/// Safes as they were at some time. One that was taken at several times is here several times.
pub(super) struct Spoils {
    safes: Vec<Safe>,
    dice: Dice,
}

/// Which of the keys that are in notes somebody has besides.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum AtHome {
    /// Those that stayed with the wallet.
    Keys,
    /// None: the certificates alone, with what takes the covers off.
    Certificates,
}

/// An entry, and what its note says to whoever has the root.
struct Lying {
    safe: SafeId,
    object: Vec<u8>,
    told: Option<Rc<spoils::Told>>,
    /// The keys of its safe.
    own: Vec<Secret>,
}

impl Spoils {
    pub(super) fn of(owner: &Owner, by: &[usize]) -> Self {
        let mut spoils = Self {
            safes: Vec::new(),
            dice: Dice::new(7),
        };
        spoils.take(owner, by);
        spoils
    }

    /// What these safes have now, too.
    pub(super) fn take(&mut self, owner: &Owner, by: &[usize]) {
        let now = by.iter().map(|at| owner.scene.safes[*at].fork());
        self.safes.extend(now);
    }

    /// The root, with whatever these guesses open and what lies there open.
    pub(super) fn root(&mut self, guesses: &[&str]) -> Option<Secret> {
        spoils::root(&self.shares(guesses))
    }

    fn shares(&mut self, guesses: &[&str]) -> Vec<Zeroizing<Vec<u8>>> {
        let mut shares = Vec::new();
        for safe in &self.safes {
            for Loaded { owner, devices, .. } in everything_of(safe) {
                let owner = owner.expect("it was loaded by its name");
                for credential in credentials(&owner) {
                    shares.extend(spoils::share(&credential.kept, safe.id(), None));
                    for guess in guesses {
                        let export = guessed(safe, &owner, credential, guess, &mut self.dice);
                        let share = |export: Secret| {
                            spoils::share(&credential.kept, safe.id(), Some(&export))
                        };
                        shares.extend(export.and_then(share));
                    }
                }
                let kept = devices.values().map(|device| &device.kept);
                shares.extend(kept.filter_map(|kept| spoils::share(kept, safe.id(), None)));
            }
        }
        shares
    }

    /// Without a root the safes try what they have, as they would a seal that is none.
    fn lying(&self, root: Option<&Secret>) -> Vec<Lying> {
        let mut all = Vec::new();
        for safe in &self.safes {
            let own = keys_of(safe);
            let roots: Vec<&Secret> = root.into_iter().chain(&own).collect();
            let open = |(sealed, claims): (owner::Note, Claims)| {
                let holder = claims.holder;
                let mut told = roots.iter();
                let told = told.find_map(|root| spoils::note(&sealed, root, safe.id(), holder))?;
                Some((holder, told))
            };
            let notes = notes(safe).into_iter();
            let told: BTreeMap<HolderId, Rc<spoils::Told>> = notes
                .filter_map(open)
                .map(|(holder, told)| (holder, Rc::new(told)))
                .collect();
            let entries = safe.ledger.entries();
            all.extend(entries.filter_map(|(entry, object)| {
                Some(Lying {
                    safe: safe.id(),
                    object: object?.to_vec(),
                    told: told.get(&entry.holder).cloned(),
                    own: own.clone(),
                })
            }));
        }
        all
    }

    /// How many notes lie there, and how many of them open.
    fn notes(&self, root: &Secret) -> (usize, usize) {
        let lie = self.safes.iter().map(|safe| notes(safe).len()).sum();
        let lying = self.lying(Some(root));
        (lie, lying.iter().filter(|it| it.told.is_some()).count())
    }

    /// Whether one of the tickets comes of it all.
    pub(super) fn read(&self, owner: &Owner, root: Option<&Secret>, home: AtHome) -> bool {
        let ticket = &owner.bytes_of_tickets[0];
        let found = self.opened(root, home);
        found
            .iter()
            .any(|it| it.windows(ticket.len()).any(|part| part == ticket))
    }

    /// Everything, as it lies and as it comes of that.
    fn opened(&self, root: Option<&Secret>, home: AtHome) -> Vec<Vec<u8>> {
        let lying = self.lying(root);
        let mut found: Vec<Vec<u8>> = lying.iter().map(|it| it.object.clone()).collect();
        let signing = SigningKey::derive(&Secret::new([1; 32]));
        let author = &PublicKey::new(signing.public());
        let mut parts: Vec<Vec<u8>> = Vec::new();
        for it in &lying {
            let cover = it.told.iter().map(|told| &told.cover);
            for cover in cover.chain(&it.own) {
                let Ok(part) = uncover(&it.object, cover, it.safe) else {
                    continue;
                };
                parts.extend(spoils::sign_anew(&part, &signing));
                found.push(part.to_vec());
            }
        }
        let mut opening: Vec<OpeningKey> = match home {
            AtHome::Keys => {
                let told = lying.iter().filter_map(|it| it.told.as_ref());
                told.filter_map(|told| told.key.clone()).collect()
            }
            AtHome::Certificates => Vec::new(),
        };
        let groups = groups(&parts);
        for group in &groups {
            opening.extend(recover_keys(group, author).keys);
        }
        for group in &groups {
            let opening = &opening;
            if let Ok(reunited) = reunite(group, &Keys { author, opening }) {
                found.extend(reunited.objects.iter().map(|it| it.to_vec()));
            }
        }
        found
    }

    /// Whether this is the secret of anything that is kept there.
    fn is_right(&mut self, guess: &str) -> bool {
        self.safes.iter().any(|safe| {
            everything_of(safe).into_iter().any(|it| {
                let owner = it.owner.expect("it was loaded by its name");
                let mut all = credentials(&owner).into_iter();
                all.any(|it| guessed(safe, &owner, it, guess, &mut self.dice).is_some())
            })
        })
    }
}

/// What a safe has that is a key, and no key at all.
fn keys_of(safe: &Safe) -> Vec<Secret> {
    vec![safe.keys.owners().clone(), Secret::new([0; 32])]
}

/// Every name that is enrolled there, with its devices.
fn everything_of(safe: &Safe) -> Vec<Loaded> {
    let names = safe.owners.owners().map(|owner| owner.look_up);
    let load = |look_up| {
        let need = Need {
            look_up: Some(look_up),
            ways: true,
            ..Need::default()
        };
        safe.owners.load(&need).expect("it is in memory")
    };
    names.map(load).collect()
}

fn credentials(owner: &safe_owner::Owner) -> Vec<&Credential> {
    let Some(enrolled) = &owner.enrolled else {
        return Vec::new();
    };
    let kit = enrolled.kit.as_ref().map(|kit| &kit.credential);
    let before = enrolled.previous.as_ref();
    [Some(&enrolled.newest), before, kit]
        .into_iter()
        .flatten()
        .collect()
}

/// The safe guesses by itself, with its own keys, and nobody counts.
fn guessed(
    safe: &Safe,
    owner: &safe_owner::Owner,
    credential: &Credential,
    guess: &str,
    dice: &mut Dice,
) -> Option<Secret> {
    let setup = Setup::derive(&derive_key(safe.keys.owners(), labels::OWNER_SETUP, b""));
    let (id, record) = (credential.id.as_bytes(), Some(&credential.record));
    let safe = safe.id();
    let parties = || owner::parties(&owner.look_up, &safe);
    let (begun, ke1) = opaque::log_in(guess.as_bytes(), &mut dice.0).ok()?;
    let challenge = setup.challenge(id, record, &ke1, parties(), &mut dice.0);
    let (_, ke2) = challenge.ok()?;
    let met = begun.finish(
        guess.as_bytes(),
        &ke2,
        parties(),
        Stretch::None,
        &mut dice.0,
    );
    met.ok().map(|met| met.export_key)
}

/// Every note, with what the certificate says that it lies with.
fn notes(safe: &Safe) -> Vec<(owner::Note, Claims)> {
    let mut accounts: Vec<PublicKey> = safe.ledger.batches().map(|it| it.account).collect();
    accounts.sort_unstable();
    accounts.dedup();
    let page = safe.ledger.owned(&accounts, None, ALL);
    let entries = page.expect("it is in memory").entries.into_iter();
    let note = |it: saifu_safe_core::owned::Owned| {
        let claims = read_claims_unverified(&it.certificate).ok()?;
        Some((it.note?, claims))
    };
    entries.filter_map(note).collect()
}

/// Parts that belong together, as they say themselves.
fn groups(parts: &[Vec<u8>]) -> Vec<Vec<&[u8]>> {
    let mut groups: Vec<(GroupId, Vec<&[u8]>)> = Vec::new();
    for bytes in parts {
        let Ok(part) = PlanPart::read(bytes) else {
            continue;
        };
        let id = part.header().group;
        match groups.iter_mut().find(|(known, _)| *known == id) {
            Some((_, group)) => group.push(bytes),
            None => groups.push((id, vec![bytes])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

// ---- what comes of it

/// Every choice of so many of the first safes.
fn choices(of: usize, count: usize) -> Vec<Vec<usize>> {
    let all: Vec<usize> = (0..of).collect();
    super::who::choices(&all, count)
}

/// Enrolled at so many safes, with everything registered there.
fn enrolled(seed: u64, safes: usize) -> (Owner, String) {
    let mut owner = Owner::new(seed, safes);
    owner.enrol(OLD);
    let preset = match safes {
        0..=2 => Preset::OneSafeSealed,
        3 => Preset::AnyTwoOfThree,
        _ => Preset::MoneyThreeOfFour,
    };
    owner.protect(OLD, preset.plan());
    let words = owner.words.as_ref().expect("enrolled");
    let words = words.expose_secret().to_owned();
    (owner, words)
}

#[test]
fn fewer_safes_than_are_needed_have_nothing_of_the_root_even_with_the_words_and_one_more_has_all() {
    for (seed, safes, needed) in [(60, 2, 1), (61, 4, 2), (62, 5, 3)] {
        let (mut owner, words) = enrolled(seed, safes);
        let other = Words::make(&mut owner.scene.dice.0);
        let other = other.expose_secret();
        for by in choices(safes, needed - 1) {
            let mut few = Spoils::of(&owner, &by);
            assert_eq!(few.root(&[other, &words]), None, "{by:?} of {safes}");
            assert!(!few.read(&owner, None, AtHome::Keys));
        }
        let mut roots = Vec::new();
        for by in choices(safes, needed) {
            let mut enough = Spoils::of(&owner, &by);
            assert_eq!(enough.root(&[]), None, "without a guess: {by:?}");
            assert_eq!(enough.root(&[other, NAME]), None, "by a wrong one: {by:?}");
            let root = enough.root(&[other, &words]).expect("it is enough");
            let (lie, opened) = enough.notes(&root);
            assert_eq!(lie, opened, "all notes at these safes: {by:?}");
            roots.push(root);
        }
        assert!(roots.iter().all(|root| *root == roots[0]), "there is one");
        let mut all = Spoils::of(&owner, &choices(safes, safes)[0]);
        assert!(all.notes(&roots[0]).0 > 0);
        assert!(!all.read(&owner, None, AtHome::Keys));
        assert_eq!(all.root(&[other]), None, "all of them, without the words");
        assert!(all.read(&owner, Some(&roots[0]), AtHome::Keys));
    }
}

#[test]
fn passkeys_that_derive_nothing_give_as_many_safes_as_are_needed_the_root_and_one_less_nothing() {
    for preset in Preset::OFFERED {
        let mut owner = Owner::new(63, 4);
        owner.enrol(OLD);
        drop(owner.prepare(By::PlainPasskey));
        owner.close_ways(OLD);
        owner.protect(OLD, preset.plan());
        for by in choices(4, 1) {
            assert_eq!(Spoils::of(&owner, &by).root(&[]), None, "{by:?}");
        }
        for by in choices(4, 2) {
            assert!(Spoils::of(&owner, &by).root(&[]).is_some(), "{by:?}");
        }
        let mut all = Spoils::of(&owner, &[0, 1, 2, 3]);
        let root = all.root(&[]).expect("it lies there open");
        assert!(all.read(&owner, Some(&root), AtHome::Keys), "{preset:?}");
    }
    let mut owner = Owner::new(64, 4);
    owner.enrol(OLD);
    drop(owner.prepare(By::Passkey));
    owner.close_ways(OLD);
    let all = Spoils::of(&owner, &[0, 1, 2, 3]).root(&[]);
    assert_eq!(all, None, "those that derive something leave nothing open");
}

/// The words stay a secret of their own: they open what the owner changes, the root does not.
#[test]
fn all_safes_that_have_the_root_still_have_not_the_words() {
    let mut owner = Owner::new(65, 4);
    owner.enrol(OLD);
    let kept = owner.prepare(By::PlainPasskey);
    owner.close_ways(OLD);
    owner.protect(OLD, Preset::AnyTwoOfThree.plan());
    let mut all = Spoils::of(&owner, &[0, 1, 2, 3]);
    let root = all.root(&[]).expect("it lies there open");
    let words = owner.words.clone().expect("enrolled");
    let has = |hay: &[u8], needle: &[u8]| hay.windows(needle.len()).any(|it| it == needle);
    let secrets = [
        words.expose_secret().as_bytes(),
        kept.kit.expose_secret().as_bytes(),
    ];
    let opened = all.opened(Some(&root), AtHome::Keys);
    assert!(opened.iter().any(|it| has(it, &owner.bytes_of_tickets[0])));
    for secret in secrets {
        assert!(!opened.iter().any(|it| has(it, secret)));
    }
    // Whatever they have is no guess that is right.
    let bytes = root.expose_secret();
    let mut guesses = vec![b64::encode(bytes), b64::encode(&hash::sha256(bytes))];
    guesses.extend(all.shares(&[]).iter().map(|share| b64::encode(share)));
    guesses.extend([NAME.to_owned(), String::new()]);
    for guess in &guesses {
        assert!(!all.is_right(guess));
    }
    assert!(all.is_right(words.expose_secret()));
}

/// A platform keeps what its safes had at every time.
#[test]
fn the_platform_of_too_few_safes_reads_nothing_in_all_that_they_ever_had() {
    let mut owner = Owner::new(66, 4);
    owner.enrol(OLD);
    let mut words = Vec::new();
    let mut past: Vec<Spoils> = (0..4).map(|at| Spoils::of(&owner, &[at])).collect();
    let mut everything = Spoils::of(&owner, &[]);
    let mut keep = |owner: &Owner| {
        for (at, past) in past.iter_mut().enumerate() {
            past.take(owner, &[at]);
        }
        everything.take(owner, &[0, 1, 2, 3]);
    };
    for preset in [Preset::AnyTwoOfThree, Preset::KeyElsewhere] {
        owner.protect(OLD, preset.plan());
        keep(&owner);
        // A kit comes and goes; the words change; everything comes home.
        let ways = owner.with_kit();
        keep(&owner);
        owner.in_sessions(OLD, &ways.words, &Doing::RevokeKit);
        words.push(owner.change_secret(OLD).expose_secret().to_owned());
        keep(&owner);
        owner.recover_everything(OLD);
        assert_eq!(owner.bytes(OLD), owner.bytes_of_tickets);
        keep(&owner);
    }
    let newest = owner.words.clone().expect("enrolled");
    let guesses: Vec<&str> = words.iter().map(String::as_str).collect();
    let with_newest = [guesses.as_slice(), &[newest.expose_secret()]].concat();
    for one in &mut past {
        assert_eq!(one.root(&with_newest), None);
        assert!(!one.read(&owner, None, AtHome::Keys));
    }
    assert!(!everything.read(&owner, None, AtHome::Keys));
    assert_eq!(everything.root(&[]), None);
    // What was kept of as many safes as are needed opens by the words of then, whatever has changed since.
    let root = everything.root(&guesses[..1]).expect("they opened then");
    assert!(everything.read(&owner, Some(&root), AtHome::Keys));
    let mut now = Spoils::of(&owner, &[0, 1, 2, 3]);
    assert_eq!(now.root(&guesses), None, "and nothing that lies there now");
    let same = now.root(&[newest.expose_secret()]);
    assert_eq!(same, Some(root), "the root is the same");
}
