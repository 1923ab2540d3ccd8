//! What is known of whether a backup would come back: the record of the last check, and what it means now.
//!
//! A check changes nothing of what it looks at. It is written down with the certificate or the group it was of, so it goes
//! with that, and what takes its place is unchecked. *Not* here: how a check is made ([`crate::flow::Rehearse`]).

use crate::books::{Books, CertificateItem, Item, KeyHere, Standing};
use crate::group::{Members, PartOf, Phase};
use crate::ids::ItemId;
use alloc::vec::Vec;
use saifu_protocol::{SafeId, UnixTime};
use serde::{Deserialize, Serialize};

/// A promise of a safe that ends within so many seconds is no good to rely on any more: 30 days, in which a backup can be
/// moved at leisure.
const ENDS_SOON: u64 = 30 * 86_400;

/// What was done to check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// It was recovered and given back.
    Rehearsal,
}

/// How a check went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What was done.
    pub what: What,
    /// When it ended.
    pub at: UnixTime,
    /// What of each part was found, in the order in which they were asked for.
    pub parts: Vec<PartCheck>,
    /// What came of all together.
    pub whole: Whole,
}

/// What was found of one part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartCheck {
    /// By which certificate.
    pub certificate: ItemId,
    /// The safe that has it.
    pub safe: SafeId,
    /// What was found.
    pub found: Found,
}

/// What was found of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Found {
    /// The very bytes of its certificate.
    Good,
    /// Other bytes.
    Wrong,
    /// The safe says that its bytes are damaged.
    Damaged,
    /// The safe does not know it, or not any more.
    Gone,
    /// The safe proved that somebody else has it, or that it is over.
    Elsewhere,
    /// The safe refused it, and did not say why in words this wallet knows.
    Refused,
    /// No answer that means anything, however often it was asked.
    Silent,
    /// Not asked: frozen by its owner.
    Frozen,
    /// Not asked: another device registered it, and its safe does not hand it out to this one now, or what there is of it does not
    /// show that. Asking would begin a wait there, and call its owner.
    Theirs,
    /// Not asked: something else works on it, or an attempt before this one is not given back yet.
    Busy,
}

impl Found {
    /// Everything that can be found.
    pub const ALL: [Found; 10] = [
        Found::Good,
        Found::Wrong,
        Found::Damaged,
        Found::Gone,
        Found::Elsewhere,
        Found::Refused,
        Found::Silent,
        Found::Frozen,
        Found::Theirs,
        Found::Busy,
    ];

    /// Whether nothing is known of the part: it may be there, whole.
    pub fn is_open(self) -> bool {
        match self {
            Found::Silent | Found::Frozen | Found::Theirs | Found::Busy => true,
            Found::Good
            | Found::Wrong
            | Found::Damaged
            | Found::Gone
            | Found::Elsewhere
            | Found::Refused => false,
        }
    }

    /// Whether the part is not at its safe as it should be.
    pub fn is_bad(self) -> bool {
        self != Found::Good && !self.is_open()
    }
}

/// What came of all parts together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Whole {
    /// They were put together and opened, and are what was registered.
    CameBack,
    /// Enough of them came. What opens them lies elsewhere and was not fetched.
    KeyElsewhere,
    /// Too few came. With those of which nothing is known it may be enough.
    TooFewCame,
    /// Too few are left, whatever becomes of those of which nothing is known.
    TooFewLeft,
    /// Enough of them came, and it does not open, or is something else.
    DoesNotOpen,
}

/// The newest check of each kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Checks(Vec<Check>);

impl Checks {
    /// Whether there is none.
    pub(crate) fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    /// The newest of this kind.
    pub fn last(&self, what: What) -> Option<&Check> {
        self.0.iter().find(|check| check.what == what)
    }

    /// The same with this one in the place of the last of its kind.
    #[must_use]
    pub(crate) fn with(&self, check: Check) -> Self {
        let others = self.0.iter().filter(|it| it.what != check.what);
        let mut all: Vec<Check> = others.cloned().collect();
        all.push(check);
        Self(all)
    }
}

/// How a backup is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Health {
    /// It came back when it was last rehearsed, and nothing has been learned since that speaks against it.
    Good {
        /// When that was.
        at: UnixTime,
    },
    /// It was not rehearsed yet, or not so that it says anything.
    Unchecked,
    /// It was not rehearsed, because so much of it was registered by another device that has others wait.
    Theirs,
    /// It comes back, but not from everywhere, or not for long.
    Weak {
        /// Why.
        why: Weak,
    },
    /// It does not come back here: its safes have proved that it was handed out elsewhere, or ended.
    Elsewhere,
    /// It would not come back.
    Broken {
        /// Why.
        why: Broken,
    },
}

/// How a backup is weak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weak {
    /// So many of its parts were not there as they should be. Enough were.
    Parts {
        /// How many.
        bad: u8,
    },
    /// So many of its parts could not be looked at, and without them it is too few.
    NotShown {
        /// How many.
        open: u8,
    },
    /// So many safes did not answer. Enough did.
    Silent {
        /// How many.
        safes: u8,
    },
    /// Fewer safes have it than its plan wants.
    NotEverywhere,
    /// A safe promises to keep it until then only.
    EndsSoon {
        /// When.
        at: UnixTime,
    },
}

/// Why a backup would not come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Broken {
    /// So many of its parts are not there as they should be, and what is left is too little.
    TooFewLeft {
        /// How many are not.
        bad: u8,
    },
    /// Its parts are there, and do not open.
    DoesNotOpen,
}

/// What else is known of a backup beside its checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// The earliest time at which a safe stops promising to keep a part of it.
    pub retained_until: UnixTime,
    /// Whether every safe of its plan has what goes to it.
    pub is_everywhere: bool,
    /// So many parts that no rehearsal found bad are not at their safes any more, as audits have found since.
    pub lost: u8,
    /// So many of those were handed out elsewhere, or ended, as a receipt proves.
    pub elsewhere: u8,
    /// Whether what is left without those, and without what the last rehearsal found bad, is too little.
    pub is_too_few: bool,
}

/// How a backup is now.
pub fn health(checks: &Checks, known: Known, now: UnixTime) -> Health {
    let last = checks.last(What::Rehearsal);
    let count = |is: fn(Found) -> bool| {
        let parts = last.map_or(&[][..], |check| check.parts.as_slice());
        let count = parts.iter().filter(|part| is(part.found)).count();
        u8::try_from(count).unwrap_or(u8::MAX)
    };
    let bad = count(Found::is_bad).saturating_add(known.lost);
    let silent = count(|it| it == Found::Silent);
    let elsewhere = count(|it| it == Found::Elsewhere).saturating_add(known.elsewhere);
    let too_few = match bad > 0 && elsewhere == bad {
        true => Health::Elsewhere,
        false => Health::Broken {
            why: Broken::TooFewLeft { bad },
        },
    };
    match last.map(|check| check.whole) {
        Some(Whole::TooFewLeft) => return too_few,
        Some(Whole::DoesNotOpen) => {
            let why = Broken::DoesNotOpen;
            return Health::Broken { why };
        }
        _ if known.lost > 0 && known.is_too_few => return too_few,
        _ => {}
    }
    let ends = known.retained_until;
    let why = match last.map(|check| check.whole) {
        _ if bad > 0 => Weak::Parts { bad },
        Some(Whole::TooFewCame) if silent > 0 => Weak::NotShown {
            open: count(Found::is_open),
        },
        Some(_) if silent > 0 => Weak::Silent { safes: silent },
        _ if !known.is_everywhere => Weak::NotEverywhere,
        _ if ends.0 < now.0.saturating_add(ENDS_SOON) => Weak::EndsSoon { at: ends },
        Some(Whole::CameBack) => {
            let at = last.map_or(now, |check| check.at);
            return Health::Good { at };
        }
        Some(Whole::TooFewCame) if count(|it| it == Found::Theirs) > 0 => return Health::Theirs,
        _ => return Health::Unchecked,
    };
    Health::Weak { why }
}

/// What the last rehearsal found of a part, and when.
fn rehearsed(checks: &Checks, certificate: ItemId) -> Option<(Found, UnixTime)> {
    let check = checks.last(What::Rehearsal)?;
    let part = check
        .parts
        .iter()
        .find(|part| part.certificate == certificate)?;
    Some((part.found, check.at))
}

/// Whether an audit has found a part lost, and no rehearsal after it has seen otherwise. What the rehearsal itself found bad is counted
/// there.
fn is_lost(checks: &Checks, id: ItemId, certificate: &CertificateItem) -> bool {
    let Some(audit) = certificate.audit.filter(|audit| audit.found.is_loss()) else {
        return false;
    };
    match rehearsed(checks, id) {
        Some((found, _)) if found.is_bad() => false,
        Some((found, _)) if found.is_open() => true,
        Some((_, at)) => audit.at > at,
        None => true,
    }
}

/// Whether what an audit has found lost was handed out or ended, by a signed receipt of its safe.
fn is_proved(certificate: &CertificateItem) -> bool {
    let audit = certificate.audit;
    audit.is_some_and(|audit| audit.found == crate::books::Found::Elsewhere)
}

impl CertificateItem {
    /// How the backup it stands for is; none where it is known not to be there to come back.
    pub(crate) fn health(&self, id: ItemId, now: UnixTime) -> Option<Health> {
        let is_lost = is_lost(&self.checks, id, self);
        let known = Known {
            retained_until: self.retained_until,
            is_everywhere: true,
            lost: u8::from(is_lost),
            elsewhere: u8::from(is_lost && is_proved(self)),
            is_too_few: is_lost,
        };
        let is_there = !matches!(self.standing, Standing::Elsewhere(_));
        is_there.then(|| health(&self.checks, known, now))
    }
}

impl Members<'_> {
    /// Likewise of a group.
    pub(crate) fn health(&self, books: &Books, now: UnixTime) -> Option<Health> {
        if self.group.phase != Phase::AtSafes {
            return None;
        }
        let checks = &self.group.checks;
        // What stands for a key alone may have something else that is being ended.
        let is_of_it = |of: &PartOf| !self.group.is_key() || self.group.carries_key(of.class);
        let parts = || {
            self.certificates
                .iter()
                .filter(move |(.., of)| is_of_it(of))
        };
        let ends = parts().map(|(_, it, _)| it.retained_until);
        let lost = parts().filter(|(id, it, _)| is_lost(checks, *id, it));
        let lost: Vec<&(ItemId, &CertificateItem, PartOf)> = lost.collect();
        let elsewhere = lost.iter().filter(|(_, it, _)| is_proved(it)).count();
        let lost: Vec<ItemId> = lost.into_iter().map(|(id, ..)| *id).collect();
        let is_bad = |id: ItemId| {
            let found = rehearsed(checks, id);
            lost.contains(&id) || found.is_some_and(|(found, _)| found.is_bad())
        };
        let key = self.group.key.and_then(|key| books.key_item(key));
        let is_key_here = key.is_some_and(|(_, key)| key.here == KeyHere::Opens);
        // What opens it may be another backup's, which has its own health.
        let has_key = is_key_here || !self.has_key_parts();
        let known = Known {
            retained_until: ends.min().unwrap_or(UnixTime(u64::MAX)),
            is_everywhere: self.complete_seats() == self.group.seats.len(),
            lost: u8::try_from(lost.len()).unwrap_or(u8::MAX),
            elsewhere: u8::try_from(elsewhere).unwrap_or(u8::MAX),
            is_too_few: !self.is_enough_without(is_bad, has_key),
        };
        Some(health(checks, known, now))
    }
}

/// The same item after a check, where it is one that is checked.
pub(crate) fn checked(item: &Item, check: Check) -> Option<Item> {
    match item {
        Item::Certificate(certificate) => {
            let mut certificate = certificate.clone();
            certificate.checks = certificate.checks.with(check);
            Some(Item::Certificate(certificate))
        }
        Item::Group(group) => {
            let mut group = group.clone();
            group.checks = group.checks.with(check);
            Some(Item::Group(group))
        }
        Item::Value(_) | Item::Part(_) | Item::Key(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixTime = UnixTime(1_000_000);

    fn of(whole: Whole, found: &[Found]) -> Checks {
        let safe = SafeId::new([1; 32]);
        let parts = found.iter().map(|found| PartCheck {
            certificate: ItemId::new([2; 16]),
            safe,
            found: *found,
        });
        Checks::default().with(Check {
            what: What::Rehearsal,
            at: UnixTime(900),
            parts: parts.collect(),
            whole,
        })
    }

    const KNOWN: Known = Known {
        retained_until: UnixTime(NOW.0 + ENDS_SOON),
        is_everywhere: true,
        lost: 0,
        elsewhere: 0,
        is_too_few: false,
    };

    #[test]
    fn health_says_what_the_last_rehearsal_showed() {
        use Found::{Damaged, Frozen, Good, Silent, Theirs};
        let weak = |why| Health::Weak { why };
        let good = Health::Good { at: UnixTime(900) };
        for (whole, found, expected) in [
            (Whole::CameBack, &[Good, Good][..], good),
            (
                Whole::CameBack,
                &[Good, Damaged],
                weak(Weak::Parts { bad: 1 }),
            ),
            (
                Whole::CameBack,
                &[Good, Silent],
                weak(Weak::Silent { safes: 1 }),
            ),
            (Whole::CameBack, &[Good, Theirs], good),
            (Whole::KeyElsewhere, &[Good], Health::Unchecked),
            (Whole::TooFewCame, &[Theirs], Health::Theirs),
            (Whole::TooFewCame, &[Frozen], Health::Unchecked),
            (
                Whole::TooFewCame,
                &[Silent, Theirs],
                weak(Weak::NotShown { open: 2 }),
            ),
            (
                Whole::TooFewLeft,
                &[Damaged, Good],
                Health::Broken {
                    why: Broken::TooFewLeft { bad: 1 },
                },
            ),
            (
                Whole::DoesNotOpen,
                &[Good],
                Health::Broken {
                    why: Broken::DoesNotOpen,
                },
            ),
        ] {
            assert_eq!(health(&of(whole, found), KNOWN, NOW), expected, "{whole:?}");
        }
        assert_eq!(health(&Checks::default(), KNOWN, NOW), Health::Unchecked);
    }

    #[test]
    fn what_an_audit_has_found_lost_is_as_what_a_rehearsal_found_bad() {
        use Found::{Damaged, Good};
        let weak = |bad| Health::Weak {
            why: Weak::Parts { bad },
        };
        let broken = |bad| Health::Broken {
            why: Broken::TooFewLeft { bad },
        };
        let came = Whole::CameBack;
        for (checks, lost, is_too_few, expected) in [
            (Checks::default(), 1, false, weak(1)),
            (Checks::default(), 1, true, broken(1)),
            (of(came, &[Good, Good]), 1, false, weak(1)),
            (of(came, &[Good, Good]), 2, true, broken(2)),
            (of(came, &[Good, Damaged]), 1, false, weak(2)),
            (of(came, &[Good, Damaged]), 1, true, broken(2)),
            (of(Whole::TooFewLeft, &[Damaged]), 1, true, broken(2)),
            // What is too few without a loss is told by what is not everywhere.
            (Checks::default(), 0, true, Health::Unchecked),
        ] {
            let known = Known {
                lost,
                is_too_few,
                ..KNOWN
            };
            assert_eq!(health(&checks, known, NOW), expected, "{lost} {is_too_few}");
        }
    }

    #[test]
    fn what_was_handed_out_elsewhere_is_not_broken_where_receipts_prove_all_of_it() {
        use Found::{Damaged, Elsewhere, Good};
        let came = of(Whole::CameBack, &[Good, Good]);
        let left = |found: &[Found]| of(Whole::TooFewLeft, found);
        let broken = |bad| Health::Broken {
            why: Broken::TooFewLeft { bad },
        };
        let weak = Health::Weak {
            why: Weak::Parts { bad: 2 },
        };
        for (checks, (lost, elsewhere, is_too_few), expected) in [
            (Checks::default(), (1, 1, true), Health::Elsewhere),
            (came.clone(), (2, 2, true), Health::Elsewhere),
            (came.clone(), (2, 1, true), broken(2)),
            (came, (2, 2, false), weak),
            (left(&[Elsewhere]), (0, 0, true), Health::Elsewhere),
            (left(&[Elsewhere, Good]), (1, 1, true), Health::Elsewhere),
            (left(&[Elsewhere, Damaged]), (0, 0, true), broken(2)),
            (left(&[Elsewhere, Good]), (1, 0, true), broken(2)),
        ] {
            let known = Known {
                lost,
                elsewhere,
                is_too_few,
                ..KNOWN
            };
            let given = health(&checks, known, NOW);
            assert_eq!(given, expected, "{lost} {elsewhere} {checks:?}");
        }
    }

    #[test]
    fn a_promise_that_ends_or_a_plan_that_is_not_full_makes_a_backup_weak_without_a_rehearsal() {
        let ends = UnixTime(KNOWN.retained_until.0 - 1);
        let soon = Known {
            retained_until: ends,
            ..KNOWN
        };
        let partial = Known {
            is_everywhere: false,
            ..KNOWN
        };
        for checks in [Checks::default(), of(Whole::CameBack, &[Found::Good])] {
            let why = Weak::EndsSoon { at: ends };
            assert_eq!(health(&checks, soon, NOW), Health::Weak { why });
            let why = Weak::NotEverywhere;
            assert_eq!(health(&checks, partial, NOW), Health::Weak { why });
        }
    }

    #[test]
    fn a_check_takes_the_place_of_the_last_of_its_kind() {
        let first = of(Whole::TooFewLeft, &[Found::Damaged]);
        let second = of(Whole::CameBack, &[Found::Good]);
        let check = second.last(What::Rehearsal).cloned();
        assert_eq!(check.map(|check| first.with(check)), Some(second));
    }
}
